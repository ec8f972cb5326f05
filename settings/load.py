"""Reads a stack's settings, from its file or from the engine, and reports all problems with them at once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel, ValidationError
from pydantic_core import to_jsonable_python

from catalog.nearest import nearest
from settings.arns import misplaced, other_sign_in
from settings.config import MODELS, AnyStack
from settings.document import KeyPath, Positions, closest_line, dotted, line_of, read
from settings.explain import explain, keys_of, section_of
from settings.letters import foreign_hint, unseen
from settings.limits import names_too_long, trusts_too_long
from settings.model import StackSettings
from settings.of_region import elsewhere, with_short_names
from settings.placement import of_config, placed
from settings.problems import SettingsError, SettingsProblem, shown
from settings.project_file import defaults
from settings.typed_values import with_types
from settings.values import StackKind

NO_POSITIONS: Positions = {}
KEYS = frozenset(key for model in MODELS.values() for key in keys_of(model))


@dataclass(frozen=True)
class StackFile:
    """A stack file as far as it could be read.

    `settings` is None if anything is wrong with the file by itself. `valid_values` are the values that no problem is
    about, defaults included, as plain data under camelCase keys.
    """

    name: str
    stack: str
    kind: StackKind | None = None
    settings: AnyStack | None = None
    valid_values: dict[str, Any] = field(default_factory=dict)
    problems: list[SettingsProblem] = field(default_factory=list)
    positions: Positions = field(default_factory=dict)


def load(stack: str, values: Mapping[str, object], source: str, positions: Positions = NO_POSITIONS) -> AnyStack:
    """The settings of a stack from plain values under camelCase keys, without namespace.

    `source` names the file in messages, `places` the lines in it. Raises SettingsError.
    """
    given = {str(key): _plain_data(value) for key, value in values.items()}
    kind, problems = _kind(given, source, positions)
    model = MODELS[kind] if kind else StackSettings
    if problems:
        # The kind is a guess: its other keys are checked, those of other kinds are not called unknown.
        given = {key: value for key, value in given.items() if key in keys_of(model) or key not in KEYS}
        given |= {"kind": str(kind)} if kind else {}
    given = with_types(model, given, positions)
    secrets = _secrets(given, ())
    problems += [_secret_problem(path, source, positions) for path in secrets]
    hidden = list(_hidden(given, (), source, positions))
    problems += hidden
    seen = tuple(problem.key for problem in hidden)
    settings: StackSettings | None = None
    try:
        # As JSON, since only there strict types still admit lists for tuples and text for enumerations.
        text = json.dumps(with_short_names(given))
        settings = model.model_validate_json(text, strict=True, by_alias=True, by_name=False)
    except ValidationError as error:
        secret_keys = tuple(dotted(path) for path in secrets)
        others = {str(other): MODELS[other] for other in StackKind if other is not kind}
        found = explain(error, model, given, source, positions, others)
        problems += [
            problem for problem in found if not any(_within(problem.key, key) for key in (*secret_keys, *seen))
        ]
    told = {problem.key for problem in problems}
    right = {"prefix": StackSettings.model_fields["prefix"].default}
    right |= {key: value for key, value in given.items() if key not in told}
    problems += [problem for problem in other_sign_in(right, source, positions) if problem.key not in told]
    told |= {problem.key for problem in problems}
    beside = [*misplaced(given, source, positions), *elsewhere(given, source, positions)]
    problems += [problem for problem in beside if problem.key not in told]
    if settings is None or problems:
        raise SettingsError(problems)
    complete = cast("AnyStack", settings)
    if problems := [*names_too_long(stack, complete, source), *trusts_too_long(complete, source, positions)]:
        raise SettingsError(problems)
    return complete


def from_file(path: Path) -> AnyStack:
    """The settings of `Pulumi.<stack>.yaml`, with the defaults of `Pulumi.yaml` beside it. Raises SettingsError."""
    file = read_stack(path)
    if file.problems or file.settings is None:
        raise SettingsError(file.problems)
    return file.settings


def read_stack(path: Path) -> StackFile:
    """The stack file with all its problems; raises none of them."""
    name, stack = path.name, ""
    try:
        stack = stack_of(path)
        document = read(path)
    except SettingsError as error:
        return StackFile(name, stack, problems=error.problems)
    found = placed(document, name)
    values, positions = found.values, found.positions
    problems = [*found.problems, *document.problems]
    if found.is_missing:
        return StackFile(name, stack, problems=problems)
    reported = {dotted(path) for path in document.unread}
    settings, declared = None, {}
    try:
        declared = defaults(path.parent / "Pulumi.yaml")
    except SettingsError as error:
        problems += error.problems
    try:
        settings = load(stack, declared | values, name, positions)
    except SettingsError as error:
        unset = tuple(declared.keys() - values.keys())
        problems += [_at_default(problem, unset) for problem in error.problems if problem.key not in reported]
    problems.sort(key=lambda problem: problem.line or 0)
    kind = StackKind(values["kind"]) if values.get("kind") in tuple(StackKind) else None
    wrong = reported | {problem.key for problem in problems}
    valid_values: dict[str, Any] = {}
    if kind:
        valid_values = _valid_values(MODELS[kind], with_types(MODELS[kind], declared | values, positions), wrong, ())
    return StackFile(name, stack, kind, None if problems else settings, valid_values, problems, positions)


def _at_default(problem: SettingsProblem, unset: tuple[str, ...]) -> SettingsProblem:
    """The problem, or that of Pulumi.yaml if the value is its default, not the stack file's."""
    is_default = problem.line is None and any(_within(problem.key, key) for key in unset)
    return replace(problem, file="Pulumi.yaml") if is_default else problem


def from_pulumi() -> AnyStack:
    """The settings of the stack that the engine runs, command-line overrides included.

    Raises pulumi.RunError with the text of SettingsError: the engine prints its message, and no traceback.
    """
    import pulumi
    from pulumi.runtime import config as engine

    raw = engine.CONFIG.get() or engine.get_config_env()
    secret = {key for key in raw if engine.is_config_secret(key)} | set(engine.get_config_secret_keys_env())
    try:
        return from_engine(pulumi.get_stack(), raw, frozenset(secret))
    except SettingsError as error:
        raise pulumi.RunError(str(error)) from error


def from_engine(stack: str, raw: Mapping[str, Any], secret: frozenset[str] = frozenset()) -> AnyStack:
    """The settings from what the engine hands over: text for each key, JSON text where it is structured.

    `secret` holds the keys that the engine decrypted. Raises SettingsError.
    """
    source = f"Pulumi.{stack}.yaml"
    config = dict(raw) | {key: {"secure": ""} for key in secret & raw.keys()}
    found = of_config(config, source, NO_POSITIONS)
    problems, values = found.problems, found.values
    try:
        settings = load(stack, values, source)
    except SettingsError as error:
        raise SettingsError(problems + error.problems) from None
    if problems:
        raise SettingsError(problems)
    return settings


def stack_of(path: Path) -> str:
    """The stack that a file belongs to. Raises SettingsError if the file's name is not a stack file's."""
    name = path.name.removeprefix("Pulumi.").removesuffix(".yaml")
    if not name or path.name != f"Pulumi.{name}.yaml":
        raise SettingsError([SettingsProblem(file=path.name, message="a stack file is named Pulumi.<stack>.yaml")])
    return name


def _kind(
    given: Mapping[str, object], source: str, positions: Positions
) -> tuple[StackKind | None, list[SettingsProblem]]:
    """The stack's kind, or the one it probably is, so that the other keys are checked too."""
    name = given.get("kind")
    allowed = tuple(StackKind)
    if isinstance(name, str) and name in allowed:
        return StackKind(name), []
    match = nearest(str(name), allowed) if name else None
    message = (
        f"{foreign_hint(str(name))}is none of the kinds of stack"
        if "kind" in given
        else "is missing: what the stack builds"
    )
    problem = SettingsProblem(
        file=source,
        key="kind",
        given=shown(name) if "kind" in given else None,
        message=message,
        allowed=allowed,
        nearest=match,
        line=line_of(positions, ("kind",)),
    )
    likely = max(StackKind, key=lambda kind: len(keys_of(MODELS[kind]).keys() & given.keys()))
    has_own_keys = bool(given.keys() & (keys_of(MODELS[likely]).keys() - keys_of(StackSettings).keys()))
    return StackKind(match) if match else likely if has_own_keys else None, [problem]


def _valid_values(model: type[BaseModel], given: Mapping[str, Any], wrong: set[str], path: KeyPath) -> dict[str, Any]:
    """The values that no problem names, and the defaults of what was not given."""
    valid_values: dict[str, Any] = {}
    for key, field_info in keys_of(model).items():
        key_path = (*path, key)
        value, inner = given.get(key), section_of(field_info.annotation)
        if dotted(key_path) in wrong:
            continue
        if inner and isinstance(value, Mapping):
            valid_values[key] = _valid_values(inner, value, wrong, key_path)
        elif isinstance(value, list):
            valid_values[key] = [item for index, item in enumerate(value) if dotted((*key_path, index)) not in wrong]
        elif key in given:
            valid_values[key] = value
        elif not field_info.is_required():
            valid_values[key] = to_jsonable_python(field_info.get_default(call_default_factory=True), by_alias=True)
    return valid_values


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


def _within(key: str, path: str) -> bool:
    return key == path or key.startswith((f"{path}.", f"{path}["))


def _secrets(value: object, path: KeyPath) -> list[KeyPath]:
    if isinstance(value, dict):
        if value.keys() == {"secure"}:
            return [path]
        return [found for key, inner in value.items() for found in _secrets(inner, (*path, key))]
    if isinstance(value, list):
        return [found for index, inner in enumerate(value) for found in _secrets(inner, (*path, index))]
    return []


def _hidden(value: object, path: KeyPath, source: str, positions: Positions) -> Iterator[SettingsProblem]:
    """Texts with a character that nobody sees, or that looks like a space and is none. Keys are told by `explain`."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _hidden(inner, (*path, str(key)), source, positions)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _hidden(inner, (*path, index), source, positions)
    elif isinstance(value, str) and unseen(value):
        message = f"{foreign_hint(value).removesuffix('; ')}: delete it, or type a space"
        line = closest_line(positions, path)
        yield SettingsProblem(file=source, key=dotted(path), given=shown(value), line=line, message=message)


def _secret_problem(path: KeyPath, source: str, positions: Positions) -> SettingsProblem:
    message = "is encrypted, but no setting is a secret: write it plainly, and keep secrets in Secrets Manager"
    return SettingsProblem(file=source, key=dotted(path), line=line_of(positions, path), message=message)
