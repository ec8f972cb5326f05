"""Fetches the wheels that a uv.lock names from a package index, each checked against the lock's hash.

`python3 wheelhouse.py uv.lock FOLDER INDEX 3.11`: exit status 1 and a sentence for a lock that asks for anything but an
index, a wheel that the index lacks, content that is not what the lock says, and a Python that is not the stated one.
Runs nothing of what it fetches, and nothing of the repository; the lock chooses packages, never hosts.
"""

from __future__ import annotations

import hashlib
import html
import http.client
import re
import ssl
import sys
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urljoin

_ATTEMPTS = 3
_SECONDS = 60
# One of a platform tag's parts, which stand between dots.
_LINUX = re.compile(r"any|manylinux\w*_x86_64")
# name-version[-build]-python-abi-platform
_PARTS = 5


class WheelhouseError(Exception):
    """The wheels cannot be fetched; the text says which and what to do."""


def wanted(lock: Mapping[str, Any], python: tuple[int, int]) -> dict[str, dict[str, str]]:
    """Package -> file name -> sha256, of the wheels for Linux on x86-64 and that Python.

    A package without such a wheel has none here. Raises WheelhouseError for one that comes from no package index.
    """
    found: dict[str, dict[str, str]] = {}
    for package in lock.get("package", ()):
        source, name = package.get("source", {}), str(package["name"])
        if source.keys() & {"virtual", "editable"} and source.get("virtual", source.get("editable")) == ".":
            continue
        if set(source) != {"registry"} or not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name):
            raise WheelhouseError(
                f"uv.lock: {name} comes from {dict(source)}; builds install from a package index alone: "
                "publish it there"
            )
        found.setdefault(name, {}).update(_wheels(name, package.get("wheels", ()), python))
    return found


def _wheels(name: str, wheels: Sequence[Mapping[str, Any]], python: tuple[int, int]) -> Iterator[tuple[str, str]]:
    """The most specific wheels that fit: those for this Python, else those for its stable ABI, else plain ones."""
    fitting: dict[int, list[tuple[str, str]]] = {}
    for wheel in wheels:
        file = unquote(re.split(r"[?#]", str(wheel.get("url", "")))[0].rpartition("/")[2])
        digest = str(wheel.get("hash", "")).removeprefix("sha256:")
        if not re.fullmatch(r"[A-Za-z0-9_.+-]+\.whl", file) or not re.fullmatch(r"[0-9a-f]{64}", digest):
            raise WheelhouseError(
                f"uv.lock: {name} names the wheel {file!r} without a sha256 hash: run `uv lock` again"
            )
        if (rank := fit(file, python)) is not None:
            fitting.setdefault(rank, []).append((file, digest))
    return iter(fitting[min(fitting)] if fitting else ())


def fit(file: str, python: tuple[int, int]) -> int | None:
    """How a wheel fits Linux, x86-64, by its name (PyPA specifications, "Platform compatibility tags").

    0 for exactly that CPython, 1 for its stable ABI, 2 for any Python or platform; None where it does not fit. Raises
    WheelhouseError for a name that is none of a wheel.
    """
    parts = file.removesuffix(".whl").split("-")
    if len(parts) < _PARTS:
        raise WheelhouseError(
            f"uv.lock: {file!r} is no name of a wheel, which is name-version-python-abi-platform.whl: "
            "run `uv lock` again"
        )
    tags, abi, platform = parts[-3:]
    if not all(_LINUX.fullmatch(part) for part in platform.split(".")):
        return None
    major, minor = python
    if f"cp{major}{minor}" in tags.split(".") and f"cp{major}{minor}" in abi.split("."):
        return 0
    found = [re.fullmatch(r"(py|cp)(\d)(\d{0,2})", tag) for tag in tags.split(".")]
    older = [match[1] for match in found if match and int(match[2]) == major and int(match[3] or 0) <= minor]
    if "cp" in older and "abi3" in abi.split("."):
        return 1
    return 2 if "py" in older and abi == "none" else None


@cache
def _opener() -> urllib.request.OpenerDirector:
    """One for all requests: reading the certificates again for each would take longer than the downloads."""
    return urllib.request.build_opener(urllib.request.HTTPSHandler(context=ssl.create_default_context()))


def _read(address: str) -> bytes:
    if not address.lower().startswith("https://"):
        raise WheelhouseError(f"{address}: packages are fetched over https alone")
    for attempt in range(_ATTEMPTS):
        try:
            with _opener().open(address, timeout=_SECONDS) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            raise WheelhouseError(f"{address}: HTTP {error.code} {error.reason}") from None
        except OSError as error:
            problem = error
            time.sleep(attempt)
        except (ValueError, OverflowError, http.client.InvalidURL) as error:
            # A host or port that is none: asking again does not help.
            raise WheelhouseError(f"{address}: no address that packages are fetched from ({error})") from None
    raise WheelhouseError(f"{address}: {problem}")


def fetch(name: str, files: Mapping[str, str], index: str, folder: Path) -> None:
    """Fetch one package's wheels. Raises WheelhouseError."""
    page = f"{index.rstrip('/')}/{name}/"
    text = _read(page).decode(errors="replace")
    for file, digest in files.items():
        address = _link(text, quote(file, safe="+"))
        if address is None:
            raise WheelhouseError(
                f"{page} does not have {file}, which uv.lock names: mirror it, or lock another version"
            )
        content = _read(_joined(page, address))
        if hashlib.sha256(content).hexdigest() != digest:
            raise WheelhouseError(f"{file} of {page} is not what uv.lock names: its sha256 differs")
        (folder / file).write_bytes(content)


def _joined(page: str, address: str) -> str:
    try:
        return urljoin(page, address)
    except ValueError as error:
        raise WheelhouseError(f"{page} names {address}, which is no address ({error})") from None


def _link(page: str, file: str) -> str | None:
    """The address of a file in an index's page (PEP 503), without its fragment."""
    for match in re.finditer(re.escape(file) + r'["#]', page):
        start = page.rfind('href="', 0, match.start())
        address = page[start + len('href="') : match.end() - 1]
        if start >= 0 and '"' not in address and address.rpartition("/")[2] == file:
            return html.unescape(address)
    return None


def fill(lock: Path, folder: Path, index: str, python: tuple[int, int]) -> list[str]:
    """Fetch everything; gives the packages that have no wheel here. Raises WheelhouseError."""
    try:
        packages = wanted(tomllib.loads(lock.read_text(encoding="utf-8")), python)
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise WheelhouseError(f"{lock}: {error}") from None
    folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda name: fetch(name, packages[name], index, folder), filter(packages.get, packages)))
    return sorted(name for name, files in packages.items() if not files)


def main(arguments: Sequence[str]) -> int:
    """Fill a folder; the process's exit status."""
    lock, folder, index, python = arguments
    own = sys.version_info[:2]
    if python != f"{own[0]}.{own[1]}":
        print(f"This is Python {own[0]}.{own[1]}, and wheels are fetched for {python}: run the script with that")
        return 1
    try:
        without = fill(Path(lock), Path(folder), index, own)
    except WheelhouseError as error:
        print(error)
        return 1
    print(f"{sum(1 for _ in Path(folder).iterdir())} wheels from {index}")
    if without:
        print(f"no wheel for this platform, so that a build that needs them will fail: {', '.join(without)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
