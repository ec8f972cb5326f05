"""A package index on this machine that stands for the one of the internet: what was asked for once, it keeps.

Pages and files come from the machine's own index (UV_DEFAULT_INDEX, PIP_INDEX_URL, else PyPI) the first time; then a
rehearsal needs no network for them. Nothing is checked here: whoever installs checks hashes.
"""

from __future__ import annotations

import html
import os
import re
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import quote, unquote, urljoin, urlsplit

PYPI = "https://pypi.org/simple"
HOSTS = ("pypi.org", "files.pythonhosted.org")
_DAY = 86_400
_LINK = re.compile(r'<a\s[^>]*href="([^"]+)"', re.IGNORECASE)
_FILE = re.compile(r"[A-Za-z0-9_.+!-]+")
_PROJECT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class PackageIndex:
    """Answers for `HOSTS`. `folder` keeps pages below `pages` and files below `files`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()
        configured = os.environ.get("UV_DEFAULT_INDEX") or os.environ.get("PIP_INDEX_URL") or PYPI
        self._upstream = configured.rstrip("/")

    def answer(self, host: str, path: str) -> tuple[int, str, bytes | Path]:
        """Status, content type and content of a GET; a file of this machine where one is kept."""
        parts = [unquote(part) for part in urlsplit(path).path.strip("/").split("/")]
        try:
            if host == "pypi.org" and len(parts) == 2 and parts[0] == "simple" and _PROJECT.fullmatch(parts[1]):
                return 200, "text/html; charset=utf-8", self._page(_normal(parts[1]))
            if host == "files.pythonhosted.org" and _FILE.fullmatch(parts[-1]):
                return 200, "application/octet-stream", self._file(parts[-1], path)
        except urllib.error.HTTPError as error:
            return error.code, "text/plain", f"{error.reason}".encode()
        except OSError as error:
            return 502, "text/plain", f"{self._upstream} is not reached from this machine: {error}".encode()
        return 404, "text/plain", b"not a page of an index, nor a file of one"

    def _page(self, project: str) -> bytes:
        """The project's page, whose links lead to our host."""
        page = self._upstream_page(project)
        if self._upstream == PYPI:
            return page

        def ours(link: re.Match[str]) -> str:
            file, _, fragment = link[1].rpartition("/")[2].partition("#")
            return link[0].replace(link[1], f"https://files.pythonhosted.org/packages/{file}#{fragment}")

        return _LINK.sub(ours, page.decode()).encode()

    def _upstream_page(self, project: str) -> bytes:
        """The page as the index gave it, today or, where the index is not reached, before."""
        kept = self._folder / "pages" / f"{project}.html"
        with self._locked(project):
            if not kept.exists() or time.time() - kept.stat().st_mtime > _DAY:
                try:
                    _write(kept, _fetch(f"{self._upstream}/{project}/"))
                except urllib.error.HTTPError:
                    raise
                except OSError:
                    if not kept.exists():
                        raise
        return kept.read_bytes()

    def _file(self, name: str, path: str) -> Path:
        kept = self._folder / "files" / name
        with self._locked(name):
            if not kept.exists():
                _write(kept, _fetch(self._address(name) or f"https://files.pythonhosted.org{path}"))
        return kept

    def _address(self, name: str) -> str | None:
        """Where the machine's own index has a file; None where that is PyPI: its files are where they are asked for."""
        if self._upstream == PYPI:
            return None
        project = _normal(name.split("-", maxsplit=1)[0])
        page = self._upstream_page(project).decode()
        wanted = quote(name, safe="+")
        for link in _LINK.findall(page):
            address = urljoin(f"{self._upstream}/{project}/", html.unescape(link))
            if urlsplit(address).path.rpartition("/")[2] == wanted:
                return str(address)
        return None

    def _locked(self, name: str) -> threading.Lock:
        with self._lock:
            return self._locks.setdefault(name, threading.Lock())


def _normal(project: str) -> str:
    return re.sub(r"[-_.]+", "-", project).lower()


def _fetch(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=120) as answer:  # noqa: S310 - the machine's own index
        return bytes(answer.read())


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
    fresh.write_bytes(content)
    fresh.replace(path)
