"""A build specification, read and checked (CodeBuild User Guide, "Build specification reference", version 0.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

PHASES = ("install", "pre_build", "build", "post_build")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TOP = ("version", "env", "phases", "artifacts", "cache", "reports", "run-as", "proxy")
_ENV = ("shell", "variables", "parameter-store", "secrets-manager", "exported-variables", "git-credential-helper")
_PHASE = ("commands", "finally", "on-failure", "runtime-versions", "run-as")
_ARTIFACT = ("files", "base-directory", "name", "discard-paths", "exclude-paths", "enable-symlinks")


class BuildspecError(Exception):
    """A build specification that cannot be run, and where."""


@dataclass(frozen=True)
class BuildPhase:
    """The commands of one phase. `continues`: a failure does not stop the build (`on-failure: CONTINUE`)."""

    name: str
    commands: tuple[str, ...] = ()
    finally_commands: tuple[str, ...] = ()
    aborts: bool = False
    continues: bool = False


@dataclass(frozen=True)
class ArtifactSpec:
    """Which files make up an output."""

    files: tuple[str, ...]
    base: str = "."
    exclude: tuple[str, ...] = ()
    flat: bool = False


@dataclass(frozen=True)
class Buildspec:
    """What a build does. `parameters` and `secrets` map a variable to where its value is kept."""

    phases: Mapping[str, BuildPhase]
    variables: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    exported: tuple[str, ...] = ()
    primary: ArtifactSpec | None = None
    secondary: Mapping[str, ArtifactSpec] = field(default_factory=dict)
    runtimes: Mapping[str, str] = field(default_factory=dict)


def load(specification: str, source: Path) -> Buildspec:
    """The specification of a project: its text, or a file of the source (default `buildspec.yml`)."""
    if "\n" in specification:
        return parse(specification, "the project's buildspec")
    name = specification or "buildspec.yml"
    if name.startswith("arn:"):
        raise BuildspecError(f"{name}: a buildspec in S3 is not run here; keep it in the source")
    path = (source / name).resolve()
    if not path.is_relative_to(source.resolve()) or not path.is_file():
        raise BuildspecError(f"YAML_FILE_ERROR: the source has no {name}")
    return parse(path.read_text(encoding="utf-8"), name)


def parse(text: str, where: str) -> Buildspec:
    """Read a specification. Raises BuildspecError for what is unknown or wrong."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BuildspecError(f"YAML_FILE_ERROR: {where}: {error}") from None
    document = _mapping(document, where, _TOP)
    if str(document.get("version")) != "0.2":
        raise BuildspecError(f"{where}: version is {document.get('version')!r}; allowed: 0.2")
    environment = _mapping(document.get("env"), f"{where}: env", _ENV)
    if environment.get("shell", "bash") != "bash":
        raise BuildspecError(f"{where}: env.shell is {environment['shell']!r}; allowed here: bash")
    phases = _mapping(document.get("phases"), f"{where}: phases", PHASES)
    if not phases:
        raise BuildspecError(f"{where}: names no phases; allowed: {', '.join(PHASES)}")
    read = {name: _phase(name, value, f"{where}: phases.{name}") for name, value in phases.items()}
    outputs = _mapping(document.get("artifacts"), f"{where}: artifacts", (*_ARTIFACT, "secondary-artifacts"))
    secondary = _mapping(outputs.get("secondary-artifacts"), f"{where}: secondary-artifacts")
    install = _mapping(phases.get("install"), f"{where}: phases.install")
    exported = _list(environment.get("exported-variables"), f"{where}: env.exported-variables")
    odd = [name for name in exported if not _VARIABLE.fullmatch(name)]
    if odd:
        raise BuildspecError(f"{where}: env.exported-variables: {', '.join(odd)} is no variable's name")
    return Buildspec(
        phases=read,
        variables=_texts(environment.get("variables"), f"{where}: env.variables"),
        parameters=_texts(environment.get("parameter-store"), f"{where}: env.parameter-store"),
        secrets=_texts(environment.get("secrets-manager"), f"{where}: env.secrets-manager"),
        exported=exported,
        primary=_artifact(outputs, f"{where}: artifacts") if outputs.get("files") else None,
        secondary={name: _artifact(value, f"{where}: artifacts.{name}") for name, value in secondary.items()},
        runtimes=_texts(install.get("runtime-versions"), f"{where}: runtime-versions"),
    )


def _phase(name: str, value: Any, where: str) -> BuildPhase:
    phase = _mapping(value, where, _PHASE)
    behaviour = phase.get("on-failure")
    if behaviour not in (None, "ABORT", "CONTINUE"):
        raise BuildspecError(f"{where}.on-failure is {behaviour!r}; allowed here: ABORT, CONTINUE")
    return BuildPhase(
        name,
        _list(phase.get("commands"), f"{where}.commands"),
        _list(phase.get("finally"), f"{where}.finally"),
        aborts=behaviour == "ABORT",
        continues=behaviour == "CONTINUE",
    )


def _artifact(value: Any, where: str) -> ArtifactSpec:
    artifact = _mapping(value, where, (*_ARTIFACT, "secondary-artifacts"))
    files = _list(artifact.get("files"), f"{where}.files")
    if not files:
        raise BuildspecError(f"{where}: names no files")
    return ArtifactSpec(
        files,
        str(artifact.get("base-directory") or "."),
        _list(artifact.get("exclude-paths"), f"{where}.exclude-paths"),
        str(artifact.get("discard-paths", "no")).lower() in ("yes", "true"),
    )


def _mapping(value: Any, where: str, allowed: Sequence[str] | None = None) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BuildspecError(f"{where}: is {type(value).__name__}; allowed: a mapping")
    unknown = [str(key) for key in value if allowed is not None and key not in allowed]
    if unknown:
        raise BuildspecError(f"{where}: unknown {', '.join(unknown)}; allowed: {', '.join(allowed or ())}")
    return {str(key): item for key, item in value.items()}


def _texts(value: Any, where: str) -> dict[str, str]:
    return {key: str(item) for key, item in _mapping(value, where).items()}


def _list(value: Any, where: str) -> tuple[str, ...]:
    items = [value] if isinstance(value, str) else value or []
    if not isinstance(items, list) or any(isinstance(item, dict | list) or item is None for item in items):
        raise BuildspecError(f"{where}: allowed: a list of text (quote an entry that holds a colon)")
    return tuple(str(item) for item in items)


def selected(artifact: ArtifactSpec, source: Path) -> dict[str, Path]:
    """Name in the archive -> file, of an output. Raises BuildspecError where a pattern matches nothing."""
    base = (source / artifact.base).resolve()
    if not base.is_relative_to(source.resolve()):
        raise BuildspecError(f"artifacts.base-directory {artifact.base} leaves the source")
    if not base.is_dir():
        raise BuildspecError(f"CLIENT_ERROR: no matching base directory path found for {artifact.base}")
    chosen: dict[str, Path] = {}
    for pattern in artifact.files:
        matches = [path for path in _matching(base, pattern) if not _excluded(path, base, artifact.exclude)]
        if not matches:
            raise BuildspecError(f"CLIENT_ERROR: no matching artifact paths found for {pattern}")
        chosen |= {path.name if artifact.flat else path.relative_to(base).as_posix(): path for path in matches}
    return chosen


def _matching(base: Path, pattern: str) -> list[Path]:
    pattern = pattern.removeprefix("./")
    # CodeBuild's `**/*` means every file below, also the ones at the top: pathlib's does not without a trailing star.
    paths = base.rglob("*") if pattern == "**/*" else base.glob(pattern)
    inside = [path for path in paths if path.resolve().is_relative_to(base)]
    return [path for path in inside if path.is_file() and not path.is_symlink()]


def _excluded(path: Path, base: Path, patterns: Sequence[str]) -> bool:
    relative = path.relative_to(base)
    return any(relative.match(pattern) for pattern in patterns)
