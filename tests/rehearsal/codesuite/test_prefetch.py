"""What builds install is fetched once, and only as the locks describe it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from rehearsal.codesuite.prefetch import NotFetched, fetch, locked_wheels
from rehearsal.network.package_index import PackageIndex

WHEEL = "six-1.17.0-py2.py3-none-any.whl"
CONTENT = b"a wheel"
DIGEST = f"sha256:{hashlib.sha256(CONTENT).hexdigest()}"


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PackageIndex:
    upstream = {
        "https://index.example/simple/six/": f'<a href="../../packages/{WHEEL}#{DIGEST}">six</a>'.encode(),
        f"https://index.example/packages/{WHEEL}": CONTENT,
    }
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://index.example/simple")
    monkeypatch.setattr("rehearsal.network.package_index._fetch", lambda address: upstream[address.partition("#")[0]])
    return PackageIndex(tmp_path)


def test_what_was_fetched_is_kept_and_needs_no_network(
    index: PackageIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert fetch(index, "six", {WHEEL: DIGEST}) == len(CONTENT)
    monkeypatch.setattr("rehearsal.network.package_index._fetch", {}.__getitem__)
    assert fetch(PackageIndex(tmp_path), "six", {WHEEL: DIGEST}) == len(CONTENT)


def test_a_wheel_that_is_not_what_the_lock_says_is_not_kept(index: PackageIndex, tmp_path: Path) -> None:
    with pytest.raises(NotFetched, match=f"{WHEEL} is not what uv.lock says"):
        fetch(index, "six", {WHEEL: f"sha256:{'0' * 64}"})
    assert list((tmp_path / "files").iterdir()) == []


def test_the_locks_name_a_wheel_of_every_package_that_builds_install() -> None:
    wheels = locked_wheels((3, 11))
    assert {"xgboost-cpu", "sagemaker", "uv", "pytest"} <= set(wheels)
    assert [package for package in ("xgboost-cpu", "uv", "pytest") if not wheels[package]] == []
