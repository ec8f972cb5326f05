"""Fetches once what the rehearsal's builds install, so that a rehearsal needs no network: `make setup` runs it.

`python -m rehearsal.codesuite.prefetch` fills `build/package-index` with the wheels that the repositories' locks name
and makes the stand-in for CodeBuild's image. Exit status 1, with a sentence, where something cannot be had.
"""

from __future__ import annotations

import hashlib
import html
import re
import sys
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import unquote, urlsplit

from components.builds.wheelhouse import WheelhouseError, wanted
from rehearsal.aws.processes import MODEL_IMAGE, REPOSITORY
from rehearsal.codesuite.build_environment import ImageNotReady, image
from rehearsal.network.package_index import PackageIndex

FOLDER = REPOSITORY / "build" / "package-index"
_LOCKED = (
    *(REPOSITORY / "seed_code" / name / "uv.lock" for name in ("model-build", "model-deploy")),
    MODEL_IMAGE / "uv.lock",
)
_LINK = re.compile(r'<a\s[^>]*href="([^"]+)"', re.IGNORECASE)
_AT_ONCE = 8


class NotFetched(Exception):
    """A wheel that the index does not give as the lock describes it."""


def locked_wheels(python: tuple[int, int]) -> dict[str, dict[str, str]]:
    """Package -> file name -> sha256 of every wheel for a Python that one of the repositories' locks names."""
    found: dict[str, dict[str, str]] = {}
    for path in _LOCKED:
        for package, files in wanted(tomllib.loads(path.read_text(encoding="utf-8")), python).items():
            found.setdefault(package, {}).update(files)
    return found


def fetch(index: PackageIndex, package: str, files: dict[str, str]) -> int:
    """Let the index keep a package's page and wheels; their size in bytes. Raises NotFetched."""
    status, _, page = index.answer("pypi.org", f"/simple/{package}/")
    if status != 200 or isinstance(page, Path):
        raise NotFetched(f"{package}: {page!r}")
    paths = dict(_files(page.decode()))
    size = 0
    for file, digest in files.items():
        status, _, content = index.answer("files.pythonhosted.org", paths.get(file, f"/packages/{file}"))
        if status != 200 or not isinstance(content, Path):
            raise NotFetched(f"{file}: {content!r}")
        if hashlib.sha256(content.read_bytes()).hexdigest() != digest.removeprefix("sha256:"):
            content.unlink()
            raise NotFetched(f"{file} is not what uv.lock says")
        size += content.stat().st_size
    return size


def _files(page: str) -> Iterator[tuple[str, str]]:
    for link in _LINK.findall(page):
        path = urlsplit(html.unescape(link)).path
        yield unquote(path.rpartition("/")[2]), path


def main() -> int:
    """Fetch everything, several packages at once."""
    try:
        wheels = locked_wheels((sys.version_info[0], sys.version_info[1]))
        count = sum(map(len, wheels.values()))
        print(f"Fetching what the rehearsal's builds install: {count} wheels", flush=True)
        index = PackageIndex(FOLDER)
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            size = sum(threads.map(lambda package: fetch(index, package, wheels[package]), wheels))
        image()
    except (NotFetched, WheelhouseError, ImageNotReady, OSError) as error:
        print(f"{error}\nThe rehearsal will ask for it again when it needs it", file=sys.stderr)
        return 1
    print(f"{count} wheels, {size / 1e6:.0f} MB, in {FOLDER.relative_to(REPOSITORY)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
