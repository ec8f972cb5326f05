"""The edits of a page of jobs, made in a folder of stack files."""

from __future__ import annotations

import shlex
import shutil
import tomllib
from pathlib import Path
from typing import Any

import yaml

from tests.docs.pages import Block
from tests.example_files import EXEMPTIONS, ROOT, copy_example


def example_in(folder: Path) -> None:
    """The example's files, which every page starts from."""
    folder.mkdir(parents=True, exist_ok=True)
    copy_example(folder)
    shutil.copy(EXEMPTIONS, folder)


def changes_files(command: str) -> bool:
    """Whether a command copies or removes stack files. `pulumi stack rm` removes the stack's own."""
    return command.split(maxsplit=1)[0] in ("cp", "rm") or command.startswith("pulumi stack rm ")


def change_files(command: str, folder: Path) -> None:
    """Copy or remove files of the folder, as the command does there."""
    verb, *names = shlex.split(command)
    if verb == "pulumi":
        verb, names = "rm", [f"Pulumi.{names[-1]}.yaml"]
    assert all("/" not in name and not name.startswith("-") for name in names), command
    if verb == "rm":
        for name in names:
            (folder / name).unlink()
    else:
        source, target = names
        assert not (folder / target).exists(), f"{target} is there already"
        shutil.copy(folder / source, folder / target)


def apply(block: Block, folder: Path) -> None:
    """Make the edit of one block. Fails where a file or a line that the page speaks of is not there."""
    assert block.file, f"line {block.line}: the block's first line names no file, such as # Pulumi.dev.yaml"
    if block.language == "toml":
        _holds_keys(block)
        return
    paths = sorted(folder.glob(block.file))
    assert paths, f"line {block.line}: there is no {block.file}"
    for path in paths:
        if block.language == "diff":
            _replace_lines(block, path)
        else:
            _merge(block, path)


def _merge(block: Block, path: Path) -> None:
    said = yaml.safe_load("\n".join(block.body))
    whole = yaml.safe_load(path.read_text(encoding="utf-8"))
    said = {"config": said} if path.name.startswith("Pulumi.") else said
    path.write_text(yaml.safe_dump(_merged(whole, said), sort_keys=False, allow_unicode=True), encoding="utf-8")


def _merged(old: Any, new: Any) -> Any:
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return new
    return old | {key: _merged(old.get(key), value) for key, value in new.items()}


def _replace_lines(block: Block, path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    before = [line[1:] for line in block.body if line[:1] in ("-", " ")]
    after = [line[1:] for line in block.body if line[:1] in ("+", " ")]
    assert len(before) + len(after) > 0, f"line {block.line}: lines begin with -, + or a space"
    places = [at for at in range(len(lines)) if lines[at : at + len(before)] == before]
    assert len(places) == 1, f"line {block.line}: its lines stand {len(places)} times in {path.name}"
    lines[places[0] : places[0] + len(before)] = after
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _holds_keys(block: Block) -> None:
    """The file of a seed repository knows the keys that the block sets, with values of such types."""
    theirs = tomllib.loads((ROOT / block.file).read_text(encoding="utf-8"))
    ours = tomllib.loads("\n".join(block.body))
    wrong = [where for where, old, new in _pairs(theirs, ours) if type(old) is not type(new)]
    assert wrong == [], f"line {block.line}: {block.file} has no such values"


def _pairs(old: dict[str, Any], new: dict[str, Any], where: str = "") -> list[tuple[str, Any, Any]]:
    found = []
    for key, value in new.items():
        if isinstance(value, dict):
            found += _pairs(old.get(key) or {}, value, f"{where}{key}.")
        else:
            found.append((where + key, old.get(key), value))
    return found
