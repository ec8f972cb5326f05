"""The stand-in for docker: what it builds from a Dockerfile, and what it refuses as docker would."""

from __future__ import annotations

import io
import re
import tarfile
from pathlib import Path

import pytest

from components.archives import ROOT
from rehearsal.codesuite.programs import docker
from rehearsal.codesuite.programs.docker import DockerError, build, instructions

BASE = "registry.example.com/python:3.11"
PULLED = {BASE: f"sha256:{'1' * 64}"}
FROM = f"FROM {BASE}@{PULLED[BASE]}\n"


def context(folder: Path, dockerfile: str, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "Dockerfile").write_text(dockerfile)
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    return folder


def test_the_model_images_own_dockerfile_is_understood_and_its_server_is_in_the_layer() -> None:
    image = build(ROOT / "containers" / "model", {"BASE": f"{BASE}@{PULLED[BASE]}"}, PULLED)
    with tarfile.open(fileobj=io.BytesIO(image.blobs[1])) as layer:
        names = set(layer.getnames())
    assert {"opt/program/model_server/settings.py", "usr/local/bin/entrypoint.sh"} <= names
    assert not [name for name in names if "tests" in name]


def test_the_model_image_installs_by_hash_from_the_index_that_the_build_names() -> None:
    folder = ROOT / "containers" / "model"
    found = [each.text for each in instructions((folder / "Dockerfile").read_text()) if each.name == "RUN"]
    installs = [part for text in found for part in text.split("&&") if re.search(r"\b(pip|uv) .*", part)]
    for part in installs:
        assert "uv sync" not in part
        assert "pip install" not in part or {"--require-hashes", '"${INDEX}"'} <= set(part.split())
    assert sum("pip install" in part for part in installs) == 2
    own = (folder / "build-requirements.txt").read_text()
    assert own == (ROOT / "seed_code" / "model-build" / "build-requirements.txt").read_text()


def test_an_image_changes_with_any_file_that_is_copied_and_with_no_other(tmp_path: Path) -> None:
    folder = context(tmp_path / "c", FROM + "COPY serve.py /opt/program/", serve="one", other="one")
    first = build(folder, {}, PULLED)
    (folder / "other.py").write_text("two")
    assert build(folder, {}, PULLED) == first
    (folder / "serve.py").write_text("two")
    assert build(folder, {}, PULLED).digest != first.digest


@pytest.mark.parametrize(
    ("dockerfile", "named"),
    [
        ("RUN true\n", "begin with FROM"),
        (f"{FROM}ADD a b\n", "unknown instruction: ADD"),
        (f"{FROM}COPY nowhere /opt/\n", 'Dockerfile:2: failed to compute cache key: "/nowhere": not found'),
        (f"{FROM}COPY ../outside /opt/\n", "not found"),
        (f"{FROM}COPY --from=packages /a /b\n", "no such stage"),
        (f"{FROM}COPY --link a b\n", "link"),
        (f"FROM {BASE}@sha256:{'2' * 64}\n", "not found"),
        ("ARG BASE\nFROM $BASE\n", "ARG BASE has no value"),
        (f"{FROM}RUN one \\\n", "the last line goes on"),
        ("", "cannot be empty"),
    ],
)
def test_what_docker_would_refuse_is_refused(tmp_path: Path, dockerfile: str, named: str) -> None:
    with pytest.raises(DockerError, match=named.replace("(", r"\(")):
        build(context(tmp_path / "c", dockerfile), {}, PULLED)


def test_an_argument_that_the_dockerfile_does_not_know_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DockerError, match="were not consumed"):
        build(context(tmp_path / "c", FROM), {"BASE": "x"}, PULLED)


def test_lines_are_joined_and_comments_left_out() -> None:
    found = instructions("# syntax\nFROM a\nRUN one \\\n  # why\n  && two\n")
    assert [(each.line, each.name) for each in found] == [(2, "FROM"), (3, "RUN")]
    assert found[1].text.split() == ["one", "&&", "two"]


@pytest.mark.parametrize(
    "command", [["run", "image"], ["push", "--all-tags", "a"], ["image", "ls"], ["build", "a", "b"], ["login", "host"]]
)
def test_commands_that_are_not_known_are_refused(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DOCKER_DAEMON", "on")
    monkeypatch.setattr("sys.argv", ["docker", *command])
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert docker.main() == 1
    assert capsys.readouterr().err
