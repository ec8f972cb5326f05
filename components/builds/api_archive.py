"""Packs a folder into a zip archive, the same bytes for the same files: `python3 api_archive.py FOLDER ARCHIVE`.

Prints the archive's key, which is its sha256.
"""

from __future__ import annotations

import hashlib
import sys
import zipfile
from pathlib import Path

# What a zip archive can say at the earliest.
_TIME = (1980, 1, 1, 0, 0, 0)
# Lambda Developer Guide, "Lambda quotas": 250 MB unzipped, layers included.
_MOST_BYTES = 250 * 1024 * 1024


def pack(folder: Path, archive: Path) -> str:
    """The archive's sha256. Raises ValueError for a folder that Lambda would not take."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    if sum(path.stat().st_size for path in files) > _MOST_BYTES:
        raise ValueError(f"the functions have more than {_MOST_BYTES} bytes, which Lambda does not take: drop packages")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
        for path in files:
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _TIME)
            entry.external_attr = (0o755 if path.stat().st_mode & 0o100 else 0o644) << 16
            packed.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return hashlib.sha256(archive.read_bytes()).hexdigest()


if __name__ == "__main__":
    try:
        print(f"{pack(Path(sys.argv[1]), Path(sys.argv[2]))}.zip")
    except (OSError, ValueError) as error:
        print(f"The functions are not packed: {error}", file=sys.stderr)
        sys.exit(1)
