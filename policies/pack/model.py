"""Rules, the resources that they check, and exemptions: plain data, without Pulumi."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Literal


class Unknown:
    """The type of `UNKNOWN`, which stands for an output in a preview, or for a secret."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


class UnknownValue(Exception):
    """A rule needs a value that is not known: the property at `path` of the resource called `name`."""

    def __init__(self, path: str, name: str) -> None:
        super().__init__(f"{path} of {name}")


class NotApplicable(Exception):
    """Raised by a check when its rule does not apply to the resource; the message is the reason that is reported."""


class Severity(Enum):
    """How bad a violation is, in the words of AWS Security Hub."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, kw_only=True)
class StackResource:
    """One resource of a stack. `props` has Pulumi's own property names and may hold `UNKNOWN` at any depth.

    `property_dependencies` names, for a property, the URNs of the resources that its value was made from: in a preview
    this alone tells which bucket a bucket policy belongs to. `custom` is False of components, which are in no cloud.
    `changed` names properties of which the cloud has another value than the program gave.
    """

    type: str
    name: str
    urn: str
    props: Mapping[str, object]
    opts: Mapping[str, object] = field(default_factory=dict)
    property_dependencies: Mapping[str, Sequence[str]] = field(default_factory=dict)
    custom: bool = True
    changed: Sequence[str] = ()

    def get(self, path: str) -> object:
        """The value at a dotted path, None where there is none; raises `UnknownValue` when it cannot be read."""
        value: object = self.props
        for step in path.split("."):
            if isinstance(value, Mapping):
                value = value.get(step)
            elif isinstance(value, list | tuple) and step.isdigit():
                value = value[int(step)] if int(step) < len(value) else None
            else:
                return None
            if isinstance(value, Unknown):
                raise UnknownValue(path, self.name)
        return value

    def text(self, path: str) -> str:
        """The text at a dotted path, empty where there is none."""
        value = self.get(path)
        return value if isinstance(value, str) else ""

    def values(self, path: str) -> list[object]:
        """The values of a list at a dotted path; raises `UnknownValue` when one of them cannot be read."""
        value = self.get(path)
        found = list(value) if isinstance(value, list | tuple) else []
        if any(isinstance(item, Unknown) for item in found):
            raise UnknownValue(path, self.name)
        return found

    def item_paths(self, path: str) -> list[str]:
        """The dotted paths of a list's items, to be given to `get` and `text`."""
        return [f"{path}.{number}" for number in range(len(self.values(path)))]

    def present(self, path: str) -> bool:
        """Whether there is a value at a dotted path. One that is not known yet is there all the same."""
        try:
            return self.get(path) not in (None, "", [], {})
        except UnknownValue:
            return True


# Where Security Hub relates its controls to the other frameworks, by service.
SECURITY_HUB: Final = "https://docs.aws.amazon.com/securityhub/latest/userguide/{}-controls.html"

Check = Callable[[StackResource, Sequence[StackResource]], list[str]]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What must hold for each resource of some types.

    `check` answers with a sentence for each violation; it is given the resource and all resources of its stack. A rule
    of scope "resource" looks at that resource's inputs alone, so that it is decided before the resource is made; one
    of scope "stack" may read resources of `related_types` beside.
    `frameworks` are identifiers of AWS Security Hub controls (FSBP where the control is in that standard), of
    NIST SP 800-53 r5 and of the CIS AWS Foundations Benchmark, as the pages in `sources` relate them: those of the
    control that looks for the same mistake. A rule of the platform's own has none. `never_exempt` says why nobody can
    answer for a violation; where it is empty somebody can, until a day.
    """

    id: str
    name: str
    title: str
    why: str
    fix: str
    severity: Severity
    types: tuple[str, ...]
    check: Check
    frameworks: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    scope: Literal["resource", "stack"] = "resource"
    never_exempt: str = ""
    related_types: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Exemption:
    """A violation that somebody answers for until a day: a rule's id, and a URN in which `*` stands for anything."""

    rule: str
    resource: str
    owner: str
    reason: str
    expires: datetime.date
    pattern_reason: str = ""

    def covers(self, rule: str, urn: str) -> bool:
        """Whether it exempts the resource with this URN from this rule."""
        parts = (re.escape(part) for part in self.resource.split("*"))
        return rule == self.rule and re.fullmatch(".*".join(parts), urn) is not None

    def expired(self, today: datetime.date) -> bool:
        """Whether its last day is over."""
        return today > self.expires

    @property
    def stack(self) -> str:
        """The stack part of its URN, which may hold `*`."""
        return self.resource.split("::")[0].rpartition(":")[2]
