"""The exemptions that teams write down in `policy-exemptions.yaml`: read and checked as a whole."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from catalog.nearest import did_you_mean
from policies.pack.captured import PROJECT
from policies.pack.model import Exemption, Rule
from policies.pack.suggestions import PLACEHOLDER

PATH = Path(__file__).resolve().parents[2] / "policy-exemptions.yaml"
LONGEST = datetime.timedelta(days=366)
_OWNER = r"[^@\s]+@[^@\s]+\.[^@\s]+|[a-z][a-z0-9-]+"
_URN = re.compile(rf"urn:pulumi:[^:]+::{PROJECT}::.+::.+")
# A pattern says at least of which type its resources are.
_TYPE = re.compile(r"aws:\w+/\w+:\w+::|pulumi:providers:aws::")
ALLOWED = {
    "rule": "the id of a rule",
    "resource": "a resource's URN, as the violation shows it",
    "patternReason": "why one exemption is for several resources",
    "owner": "an e-mail address, or a team's name in lower case",
    "reason": "a sentence of 20 characters or more",
    "expires": "a date such as 2027-03-31, without quotes",
}


class BadExemptions(Exception):
    """A file of exemptions that cannot be used: a sentence for everything that is wrong with it."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class ExemptionEntry(BaseModel):
    """One exemption as the file has it."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    rule: str
    resource: str
    owner: Annotated[str, Field(pattern=rf"^({_OWNER})$")]
    reason: Annotated[str, Field(min_length=20)]
    # Strict: a bare number would otherwise be taken for seconds since 1970.
    expires: Annotated[datetime.date, Field(strict=True)]
    patternReason: Annotated[str, Field(min_length=20)] = ""  # noqa: N815 (the file's own spelling)


def read(path: Path, rules: Sequence[Rule], today: datetime.date) -> tuple[Exemption, ...]:
    """The file's exemptions, none where there is no file. `rules` are those that there are.

    Raises `BadExemptions` with everything that is wrong. One that has expired is not wrong: it excuses no longer.
    """
    _refuse_other_spelling(path)
    if not path.exists():
        return ()
    entries = _listed(path)
    locations = {number: f"{path.name}: exemptions[{number}]" for number in range(len(entries))}
    problems = [
        problem
        for number, entry in enumerate(entries)
        for problem in [
            *_form_problems(entry, locations[number]),
            *_value_problems(entry, locations[number], rules, today),
        ]
    ]
    problems += _duplicates(entries, locations)
    if problems:
        raise BadExemptions(problems)
    return tuple(_exemption(ExemptionEntry.model_validate(entry)) for entry in entries)


def _refuse_other_spelling(path: Path) -> None:
    other = path.with_suffix(".yml")
    if path.suffix == ".yaml" and other.exists():
        raise BadExemptions([f"{other.name}: nobody reads it; call it {path.name}, or move what it holds there"])


def _listed(path: Path) -> list[Any]:
    try:
        repeated = repeated_keys(path)
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    # PyYAML lets the ValueError of a day that the month does not have through.
    except (yaml.YAMLError, ValueError, OSError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        position = f" at line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or (str(error) if type(error) is ValueError else type(error).__name__)
        raise BadExemptions(
            [f"{path.name}: it cannot be read as YAML{position} ({problem}); correct it there"]
        ) from error
    if repeated:
        raise BadExemptions(repeated)
    if not isinstance(content, dict) or set(content) != {"exemptions"}:
        raise BadExemptions(
            [f"{path.name}: it must hold one key, exemptions, with a list; nothing below it means none"]
        )
    # Nothing below the key is none, so that the entry that a violation prints can be pasted there.
    entries = content["exemptions"] or []
    if not isinstance(entries, list):
        raise BadExemptions([f"{path.name}: exemptions must be a list; nothing below it means none"])
    return entries


def repeated_keys(path: Path) -> list[str]:
    """Keys that stand twice in one mapping, of which YAML would take the last without a word.

    Raises what reading and parsing raise.
    """
    root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    return [f"{path.name}: {problem}" for problem in _repeated(root, "", set())]


def _repeated(node: yaml.Node | None, path: str, seen: set[int]) -> Iterator[str]:
    if id(node) in seen:  # an alias, which may be of what it stands in
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield from _repeated(item, f"{path}[{number}]", seen)
    elif isinstance(node, yaml.MappingNode):
        lines: dict[str, int] = {}
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            where = f"{path}.{name}".removeprefix(".")
            if name in lines:
                yield f"{where} stands twice, in lines {lines[name]} and {line}; keep one of the two"
            lines.setdefault(name, line)
            yield from _repeated(value, where, seen)


def _exemption(entry: ExemptionEntry) -> Exemption:
    return Exemption(
        rule=entry.rule,
        resource=entry.resource,
        owner=entry.owner,
        reason=entry.reason,
        expires=entry.expires,
        pattern_reason=entry.patternReason,
    )


def _form_problems(entry: Any, where: str) -> list[str]:
    """What is wrong with an entry's keys and with the form of its values."""
    if not isinstance(entry, dict):
        return [f"{where} is not a mapping; allowed keys are {', '.join(ALLOWED)}"]
    try:
        ExemptionEntry.model_validate(entry)
    except ValidationError as error:
        return [_sentence(where, one["type"], str(one["loc"][0]), one["input"]) for one in error.errors()]
    return []


def _sentence(where: str, kind: str, key: str, value: object) -> str:
    if kind in ("extra_forbidden", "invalid_key"):
        return f"{where} has the key {key}, allowed are {', '.join(ALLOWED)}{did_you_mean(key, list(ALLOWED))}"
    if kind == "missing":
        return f"{where} has no {key}; write {ALLOWED[key]}"
    return f"{where}.{key} is {value!r}, allowed is {ALLOWED[key]}"


def _value_problems(entry: Any, where: str, rules: Sequence[Rule], today: datetime.date) -> Iterator[str]:
    """What is wrong with values that are right in their form, whatever else is wrong with the entry."""
    given = entry if isinstance(entry, dict) else {}
    rule, expires = given.get("rule"), given.get("expires")
    known = {one.id: one for one in rules}
    if isinstance(rule, str) and rule not in known:
        meant = did_you_mean(rule, known)
        yield f"{where}.rule is {rule!r}, which no rule has{meant}; see docs/generated/policy-rules.md"
    if isinstance(rule, str) and rule in known and known[rule].never_exempt:
        yield f"{where}.rule is {rule!r}, which nobody can exempt: {known[rule].never_exempt}"
    reason = given.get("reason")
    if isinstance(reason, str) and reason.strip().startswith(PLACEHOLDER):
        yield f"{where}.reason is still the placeholder; say why it must be so for now"
    yield from _resource_problems(given, where)
    if type(expires) is datetime.date and expires - today > LONGEST:
        yield f"{where}.expires is {expires}, allowed is at most a year ahead: {today + LONGEST} or earlier"


def _resource_problems(given: Mapping[str, Any], where: str) -> Iterator[str]:
    resource = given.get("resource")
    if not isinstance(resource, str):
        return
    if not _URN.fullmatch(resource):
        urn = f"urn:pulumi:<stack>::{PROJECT}::<type>::<name>"
        yield f"{where}.resource is {resource!r}, allowed is a URN: {urn}"
    elif "*" in resource:
        if not _TYPE.search(resource):
            yield f"{where}.resource is a pattern for every type; name the type, such as aws:s3/bucket:Bucket"
        if not given.get("patternReason"):
            yield f"{where}.resource is a pattern; say in patternReason why it is for several, or write one URN"


def _duplicates(entries: Sequence[Any], locations: Mapping[int, str]) -> Iterator[str]:
    """Entries for the same rule and resource as an earlier entry."""
    first: dict[tuple[str, str], str] = {}
    for number, entry in enumerate(entries):
        if isinstance(entry, dict) and {"rule", "resource"} <= entry.keys():
            key = str(entry["rule"]), str(entry["resource"])
            if key in first:
                yield f"{locations[number]} is for the rule and resource of {first[key]}; keep one of the two"
            else:
                first[key] = f"exemptions[{number}]"
