"""Which wheels of a lock are fetched, what a lock may not ask for, and what the repositories' builds install with."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
import tomllib
from http.client import InvalidURL
from pathlib import Path

import pytest
import yaml

from components.archives import ROOT
from components.builds import wheelhouse
from components.builds.packages import PYTHON, TAG, packages_specification
from components.builds.wheelhouse import WheelhouseError, fit, wanted

REPOSITORIES = [ROOT / "seed_code" / name for name in ("model-build", "model-deploy")]
DIGEST = f"sha256:{'0' * 64}"


@pytest.mark.parametrize(
    ("file", "rank"),
    [
        ("numpy-2.4.6-cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl", 0),
        ("cryptography-50.0.2-cp39-abi3-manylinux_2_34_x86_64.whl", 1),
        ("six-1.17.0-py2.py3-none-any.whl", 2),
        ("uv-0.13.9-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", 2),
        ("numpy-2.4.6-cp312-cp312-manylinux_2_27_x86_64.whl", None),
        ("cryptography-50.0.2-cp312-abi3-manylinux_2_34_x86_64.whl", None),
        ("numpy-2.4.6-cp311-cp311-musllinux_1_2_x86_64.whl", None),
        ("numpy-2.4.6-cp311-cp311-manylinux_2_27_aarch64.whl", None),
        ("numpy-2.4.6-cp311-cp311-win_amd64.whl", None),
        ("old-1.0-py2-none-any.whl", None),
    ],
)
def test_a_wheel_fits_by_its_name(file: str, rank: int | None) -> None:
    assert fit(file, (3, 11)) == rank


def test_a_long_platform_tag_is_decided_at_once() -> None:
    started = time.monotonic()
    assert fit(f"a-1-cp311-cp311-{'manylinux_x86_64' * 200}!.whl", (3, 11)) is None
    assert fit(f"a-1-cp3{'1' * 5000}-abi3-any.whl", (3, 11)) is None
    assert time.monotonic() - started < 1


@pytest.mark.parametrize("file", ["a.whl", "a-1.whl", "a-1-py3-none.whl"])
def test_a_file_that_is_not_named_like_a_wheel_is_refused_in_a_sentence(file: str) -> None:
    with pytest.raises(WheelhouseError, match="is no name of a wheel"):
        fit(file, (3, 11))


def test_another_python_than_the_stated_one_fetches_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert wheelhouse.main([str(tmp_path / "uv.lock"), str(tmp_path / "wheels"), "https://localhost", "3.99"]) == 1
    assert "wheels are fetched for 3.99" in capsys.readouterr().out
    assert not (tmp_path / "wheels").exists()


# As the image's pyenv: the Python that a `.python-version` of the working directory or above it names.
_PYENV = """\
#!/bin/bash
folder="$PWD"
while [ -n "$folder" ]; do [ -e "$folder/.python-version" ] && exit 9; folder="${folder%/*}"; done
[ -e "$3" ] && mkdir -p "$4" && echo "$6" > "$HOME/asked"
"""
_AWS = """\
#!/bin/bash
[ "$2" = cp ] && echo "${@: -1}" > "$HOME/written"
"""


def test_a_python_version_of_the_source_chooses_neither_the_interpreter_nor_the_archive(tmp_path: Path) -> None:
    home, source, programs = (tmp_path / name for name in ("home", "source", "programs"))
    for folder in (home, source, programs):
        folder.mkdir()
    (source / "uv.lock").write_text("")
    (source / ".python-version").write_text("3.14\n")
    for name, text in (("python3", _PYENV), ("aws", _AWS)):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    (command,) = json.loads(packages_specification())["phases"]["build"]["commands"]
    given = {
        "HOME": str(home),
        "PATH": f"{programs}:{os.environ['PATH']}",
        "WHEELHOUSE": "s3://a",
        "PACKAGE_INDEX": "b",
    }
    subprocess.run(["/bin/bash", "-c", command], cwd=source, env=given, check=True)
    assert (home / "asked").read_text().strip() == PYTHON
    assert (home / "written").read_text().strip().endswith(f"-{TAG}.tar")


def package(**more: object) -> dict[str, object]:
    return {"name": "six", "source": {"registry": "https://pypi.org/simple"}, "wheels": [], **more}


def test_the_most_specific_wheels_are_fetched_and_the_repository_itself_is_not() -> None:
    names = ["six-1-cp311-cp311-manylinux_2_28_x86_64.whl", "six-1-py3-none-any.whl"]
    wheels = [{"url": f"https://example.com/{name}", "hash": DIGEST} for name in names]
    lock = {"package": [package(wheels=wheels), {"name": "own", "source": {"virtual": "."}}]}
    assert wanted(lock, (3, 11)) == {"six": {names[0]: "0" * 64}}


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        (package(source={"git": "https://example.com/six"}), "six comes from"),
        (package(source={"url": "https://example.com/six.whl"}), "six comes from"),
        (package(source={"editable": "../other"}), "six comes from"),
        (package(name="../six"), "../six comes from"),
        (package(wheels=[{"url": "https://example.com/six-1-py3-none-any.whl"}]), "without a sha256 hash"),
        (package(wheels=[{"url": "https://example.com/..%2Fsix.whl", "hash": DIGEST}]), "names the wheel"),
    ],
)
def test_a_lock_that_asks_for_more_than_an_index_is_refused(asked: dict[str, object], named: str) -> None:
    with pytest.raises(WheelhouseError, match=re.escape(named)):
        wanted({"package": [asked]}, (3, 11))


def test_packages_are_fetched_over_https_alone(tmp_path: Path) -> None:
    with pytest.raises(WheelhouseError, match="over https alone"):
        wheelhouse.fetch("six", {"six-1-py3-none-any.whl": "0" * 64}, "http://127.0.0.1:1/simple", tmp_path)


@pytest.mark.parametrize("error", [UnicodeError("label too long"), OverflowError("port"), InvalidURL("a space")])
def test_what_the_network_takes_for_no_address_is_told_in_a_sentence(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Refusing:
        def open(self, *_: object, **__: object) -> object:
            raise error

    monkeypatch.setattr(wheelhouse, "_opener", Refusing)
    with pytest.raises(WheelhouseError, match=r"no address that packages are fetched from"):
        wheelhouse.fetch("six", {"six-1-py3-none-any.whl": "0" * 64}, "https://pypi.org/simple", tmp_path)


@pytest.mark.parametrize("index", ["https://pypi.org:x/simple", "https://[::1/simple"])
def test_an_address_that_is_none_is_told_in_a_sentence(index: str, tmp_path: Path) -> None:
    with pytest.raises(WheelhouseError, match=r"no address that packages are fetched from"):
        wheelhouse.fetch("six", {"six-1-py3-none-any.whl": "0" * 64}, index, tmp_path)


def test_a_page_that_names_no_address_is_told_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = b'<a href="https://[x/six-1-py3-none-any.whl#">\xff</a>'
    monkeypatch.setattr(wheelhouse, "_read", lambda _: page)
    with pytest.raises(WheelhouseError, match="which is no address"):
        wheelhouse.fetch("six", {"six-1-py3-none-any.whl": "0" * 64}, "https://pypi.org/simple", tmp_path)


@pytest.mark.parametrize("folder", REPOSITORIES, ids=lambda path: path.name)
def test_uv_itself_is_installed_by_the_hashes_of_the_lock(folder: Path) -> None:
    lock = tomllib.loads((folder / "uv.lock").read_text())
    uv = next(entry for entry in lock["package"] if entry["name"] == "uv")
    hashes = {each["hash"] for each in [*uv["wheels"], uv["sdist"]]}
    stated = (folder / "build-requirements.txt").read_text()
    assert stated.startswith(f"uv=={uv['version']} ")
    assert set(re.findall(r"sha256:[0-9a-f]{64}", stated)) == hashes


@pytest.mark.parametrize("folder", REPOSITORIES, ids=lambda path: path.name)
def test_builds_pin_the_python_that_wheels_are_fetched_for_and_install_by_hash(folder: Path) -> None:
    own = yaml.safe_load(packages_specification())
    assert own["phases"]["install"]["runtime-versions"] == {"python": PYTHON}
    for path in folder.glob("buildspec*.yml"):
        text = path.read_text()
        install = yaml.safe_load(text)["phases"]["install"]
        assert str(install["runtime-versions"]["python"]) == PYTHON, path
        assert install["commands"][0].startswith("bash install.sh"), path
        assert not re.search(r"uv (sync|run)|pip install", text), path


def test_both_repositories_install_alike() -> None:
    one, other = ((folder / "install.sh").read_text() for folder in REPOSITORIES)
    assert one == other
    assert one.count("--require-hashes") == 2
    assert '-$tag.tar"' in one
