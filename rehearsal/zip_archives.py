"""Zip archives of folders, as build artifacts, source archives and Lambda packages are: written, unpacked, read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

# More than a source archive ever needs: what unpacks to more is refused (a zip bomb fills the disk).
MAX_UNPACKED_BYTES = 1 << 30


class ArchiveError(Exception):
    """An archive that is missing, unsound, too large, or lacks a file."""


def pack(files: Mapping[str, Path]) -> bytes:
    """A zip of files by their name in it, with permissions and without dates: the same bytes for the same files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in sorted(files.items()):
            info = zipfile.ZipInfo(name)
            info.external_attr = (path.stat().st_mode & 0o777 | 0o100000) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, path.read_bytes())
    return buffer.getvalue()


def unpack(content: bytes, folder: Path) -> None:
    """Extract a zip below a folder. Nothing leaves the folder and no links are made."""
    folder.mkdir(parents=True, exist_ok=True)
    with _opened(content) as archive:
        size = sum(info.file_size for info in archive.infolist())
        if size > MAX_UNPACKED_BYTES:
            raise ArchiveError(f"the archive unpacks to {size} bytes; at most {MAX_UNPACKED_BYTES} are allowed")
        for info in archive.infolist():
            target = Path(archive.extract(info, folder))
            mode = info.external_attr >> 16 & 0o777
            if mode and target.is_file():
                target.chmod(mode | 0o600)


def member(content: bytes, name: str) -> bytes:
    """One file of an archive. Raises ArchiveError that lists the archive's files instead."""
    with _opened(content) as archive:
        try:
            return archive.read(name)
        except KeyError:
            held = ", ".join(sorted(archive.namelist())[:20]) or "nothing"
            raise ArchiveError(f"the artifact has no file {name}; it holds {held}") from None


def _opened(content: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile as error:
        raise ArchiveError(f"the artifact is not a sound zip archive: {error}") from None
