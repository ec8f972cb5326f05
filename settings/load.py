"""Reads a stack's settings, from its file or from the engine, and says everything that is wrong with them at once."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias, cast

from pydantic import BaseModel, ValidationError

from settings.document import Document, KeyPath, Place, below, dotted, read
from settings.explain import explain, is_text, keys_of, section_at
from settings.limits import names_too_long
from settings.model import DataScienceSettings, ProjectSettings, StackSettings, WorkloadSettings
from settings.problems import Problem, SettingsError, nearest, shown
from settings.values import Kind

PROJECT = "mlops-platform"
NAMESPACE = f"{PROJECT}:"
PROVIDERS = "pulumi:disable-default-providers"
# What `pulumi` itself keeps in a stack file. Source: sdk/go/common/workspace/project.go, type ProjectStack.
FILE_KEYS = ("config", "environment", "secretsprovider", "encryptedkey", "encryptionsalt")
MODELS: dict[Kind, type[StackSettings]] = {
    Kind.WORKLOAD: WorkloadSettings,
    Kind.DATA_SCIENCE: DataScienceSettings,
    Kind.PROJECT: ProjectSettings,
}
AnyStack: TypeAlias = WorkloadSettings | DataScienceSettings | ProjectSettings
NOWHERE: Mapping[KeyPath, Place] = {}


def load(stack: str, values: Mapping[str, object], source: str, places: Mapping[KeyPath, Place] = NOWHERE) -> AnyStack:
    """The settings of a stack from plain values under camelCase keys, without namespace.

    `source` names the file in messages, `places` the lines in it. Raises SettingsError.
    """
    given = {str(key): _plain_data(value) for key, value in values.items()}
    secret = _secrets(given, ())
    problems = [_secret(path, source, places) for path in secret]
    kind, wrong = _kind(given, source, places)
    model = MODELS[kind] if kind else StackSettings
    settings: StackSettings | None = None
    try:
        # As JSON, since only there strict types still admit lists for tuples and text for enumerations.
        settings = model.model_validate_json(json.dumps(given), strict=True, by_alias=True, by_name=False)
    except ValidationError as error:
        found = explain(error, model, given, source, places)
        elsewhere = set() if "kind" in given and kind else {key for one in MODELS.values() for key in keys_of(one)}
        hidden = elsewhere | {dotted(path) for path in secret} | {"kind"}
        problems += wrong + [each for each in found if each.key not in hidden]
    else:
        problems += wrong
    if settings is None or problems:
        raise SettingsError(problems)
    if problems := names_too_long(stack, cast("AnyStack", settings), source):
        raise SettingsError(problems)
    return cast("AnyStack", settings)


def from_file(path: Path, *, committed: bool = False) -> AnyStack:
    """The settings of `Pulumi.<stack>.yaml`, with the defaults of `Pulumi.yaml` beside it. Raises SettingsError.

    `committed` also refuses the keys of a stack's own encryption, which `pulumi stack init` writes into the file of
    whoever works on a laptop: they are right there and wrong in the repository.
    """
    document = read(path)
    problems = _outside(document, path.name, committed=committed) + list(document.problems)
    config = _config(document, path.name, problems)
    problems += _foreign(config, path.name, document.places)
    values = {key.removeprefix(NAMESPACE): value for key, value in config.items() if key.startswith(NAMESPACE)}
    defaults: dict[str, object] = {}
    try:
        defaults = _defaults(path.parent / "Pulumi.yaml")
    except SettingsError as error:
        problems += error.problems
    try:
        settings = load(stack_of(path), defaults | values, path.name, below(document.places, NAMESPACE))
    except SettingsError as error:
        told = {(problem.key, problem.line) for problem in problems}
        problems += [each for each in error.problems if (each.key, each.line) not in told]
    if problems:
        raise SettingsError(sorted(problems, key=lambda problem: problem.line or 0))
    return settings


def from_pulumi() -> AnyStack:
    """The settings of the stack that the engine runs, command-line overrides included. Raises SettingsError."""
    import pulumi
    from pulumi.runtime import config as engine

    raw = engine.CONFIG.get() or engine.get_config_env()
    secret = engine._SECRET_KEYS.get() or set(engine.get_config_secret_keys_env())
    return from_engine(pulumi.get_stack(), raw, frozenset(secret))


def from_engine(stack: str, raw: Mapping[str, Any], secret: frozenset[str] = frozenset()) -> AnyStack:
    """The settings from what the engine hands over: text for each key, JSON text where it is structured.

    `secret` holds the keys that the engine decrypted. Raises SettingsError.
    """
    source = f"Pulumi.{stack}.yaml"
    config = {key: _decoded(key, value) for key, value in raw.items()}
    config |= {key: {"secure": ""} for key in secret & config.keys()}
    problems = _foreign(config, source, NOWHERE)
    values = {key.removeprefix(NAMESPACE): value for key, value in config.items() if key.startswith(NAMESPACE)}
    try:
        settings = load(stack, values, source)
    except SettingsError as error:
        raise SettingsError(problems + error.problems) from None
    if problems:
        raise SettingsError(problems)
    return settings


def engine_config(path: Path) -> dict[str, str]:
    """What `pulumi` hands to a program for this stack file and the `Pulumi.yaml` beside it. Checks no settings."""
    defaults = {NAMESPACE + key: value for key, value in _defaults(path.parent / "Pulumi.yaml").items()}
    config = read(path).values.get("config")
    return {key: _encoded(value) for key, value in (defaults | (config if isinstance(config, dict) else {})).items()}


def stack_of(path: Path) -> str:
    """The stack that a file belongs to. Raises SettingsError if the file's name is not a stack file's."""
    name = path.name.removeprefix("Pulumi.").removesuffix(".yaml")
    if not name or path.name != f"Pulumi.{name}.yaml":
        raise SettingsError([Problem(file=path.name, message="a stack file is named Pulumi.<stack>.yaml")])
    return name


def _kind(
    given: Mapping[str, object], source: str, places: Mapping[KeyPath, Place]
) -> tuple[Kind | None, list[Problem]]:
    """The stack's kind, or the one it probably is, so that the other keys are checked too."""
    said = given.get("kind")
    allowed = tuple(Kind)
    if isinstance(said, str) and said in allowed:
        return Kind(said), []
    place = places.get(("kind",))
    match = nearest(str(said), allowed) if said else None
    message = "is none of the kinds of stack" if "kind" in given else "is missing: what the stack builds"
    problem = Problem(
        file=source,
        key="kind",
        given=shown(said) if "kind" in given else None,
        message=message,
        allowed=allowed,
        nearest=match,
        line=place.line if place else None,
    )
    likely = max(Kind, key=lambda kind: len(keys_of(MODELS[kind]).keys() & given.keys()))
    known = bool(given.keys() & (keys_of(MODELS[likely]).keys() - keys_of(StackSettings).keys()))
    return Kind(match) if match else likely if known else None, [problem]


def _outside(document: Document, file: str, *, committed: bool) -> list[Problem]:
    """What stands beside `config`."""
    problems = []
    for key in document.values:
        line = document.places[(key,)].line
        if key not in FILE_KEYS:
            hint = "is not a key of a stack file; settings stand below config:"
            match = nearest(key, FILE_KEYS)
            problems.append(Problem(file=file, key=key, line=line, message=hint, allowed=FILE_KEYS, nearest=match))
        elif committed and key in FILE_KEYS[2:]:
            hint = "belongs to one person's encryption and is not committed: delete the line"
            problems.append(Problem(file=file, key=key, line=line, message=hint))
    return problems


def _config(document: Document, file: str, problems: list[Problem]) -> dict[str, Any]:
    config = document.values.get("config")
    if isinstance(config, dict):
        return config
    place = document.places.get(("config",))
    message = "must be a section with the stack's settings" if place else "is missing: the section with the settings"
    problems.append(Problem(file=file, key="config", line=place.line if place else None, message=message))
    return {}


def _foreign(config: Mapping[str, Any], file: str, places: Mapping[KeyPath, Place]) -> list[Problem]:
    """Keys of other namespaces: most are none of our business, some are ours under a wrong name."""
    problems = []
    ours = {key for model in MODELS.values() for key in keys_of(model)}
    for key in config:
        space, colon, name = key.rpartition(":")
        wrong = None
        if not colon:
            wrong = f"needs its namespace: {NAMESPACE}{key}"
        elif space != PROJECT and (space.startswith("mlops") or nearest(space, [PROJECT])):
            wrong = f"stands in the namespace {space}, which nobody reads"
            wrong += f": write {NAMESPACE}{name}" if name in ours else f"; ours is {PROJECT}"
        if wrong:
            place = places.get(("config", key))
            problems.append(Problem(file=file, key=key, line=place.line if place else None, message=wrong))
    disabled = config.get(PROVIDERS)
    if not isinstance(disabled, list) or not {"aws", "*"} & {str(name) for name in disabled}:
        place = places.get(("config", PROVIDERS))
        message = 'must be ["aws"]: a resource without a provider of its own would go to whatever account is signed in'
        given = shown(disabled) if PROVIDERS in config else None
        line = place.line if place else None
        problems.append(Problem(file=file, key=PROVIDERS, given=given, line=line, message=message))
    return problems


def _defaults(path: Path) -> dict[str, object]:
    """Defaults that Pulumi.yaml declares, by key without namespace. No file, no defaults. Raises SettingsError."""
    if not path.exists():
        return {}
    config = read(path).values.get("config")
    declared = config if isinstance(config, dict) else {}
    return {
        key.removeprefix(NAMESPACE): value["default"]
        for key, value in declared.items()
        if isinstance(value, dict) and "default" in value
    }


def _decoded(key: str, value: Any) -> Any:
    """A value as the file would have given it. Only JSON of a structured setting is read as JSON."""
    if not isinstance(value, str) or (key != PROVIDERS and not _structured(key.removeprefix(NAMESPACE))):
        return value
    if not value:
        return None
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _structured(key: str) -> bool:
    fields = [field for model in MODELS.values() if (field := keys_of(model).get(key))]
    return bool(fields) and not any(is_text(field.annotation) for field in fields)


def _encoded(value: object) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def _plain_data(value: object, depth: int = 0) -> Any:
    """Plain data that JSON can carry; anything else as its text."""
    if depth > 20:
        return "…"
    if isinstance(value, Mapping):
        return {str(key): _plain_data(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain_data(inner, depth + 1) for inner in value]
    if value is None or isinstance(value, bool | float) or (isinstance(value, int) and abs(value) < 10**30):
        return value
    return str(value).encode(errors="replace").decode() if not isinstance(value, int) else "a very large number"


def _secrets(value: object, path: KeyPath) -> list[KeyPath]:
    if isinstance(value, dict):
        if value.keys() == {"secure"}:
            return [path]
        return [found for key, inner in value.items() for found in _secrets(inner, (*path, key))]
    if isinstance(value, list):
        return [found for place, inner in enumerate(value) for found in _secrets(inner, (*path, place))]
    return []


def _secret(path: KeyPath, source: str, places: Mapping[KeyPath, Place]) -> Problem:
    message = "is encrypted, but no setting is a secret: write it plainly, and keep secrets in Secrets Manager"
    place = places.get(path)
    return Problem(file=source, key=dotted(path), line=place.line if place else None, message=message)
