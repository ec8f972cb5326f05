"""What one operation needs of its caller, as data: IAM actions, on which resources, with which condition keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

_NAMED = re.compile(r"\{([\w.]+)\}")
# A name or key longer than any of AWS's own (S3 keys: 1,024 bytes) is no name; it is cut, so that records stay small.
LONGEST = 1100
# Values of one condition key that are kept; AWS takes at most 50 tags on most resources.
MOST = 60


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request as its caller sent it. `parameters` are spelled as botocore's model of the operation spells them."""

    service: str
    operation: str
    account: str
    region: str
    parameters: Mapping[str, Any]

    @property
    def partition(self) -> str:
        """The partition of the region (GR rande)."""
        return (
            "aws-cn" if self.region.startswith("cn-") else "aws-us-gov" if self.region.startswith("us-gov-") else "aws"
        )


@dataclass(frozen=True, kw_only=True)
class Right:
    """One thing that a caller must be allowed: the action, one resource's ARN (or `*`), the request's condition keys.

    `principal` is the role that must be allowed instead of the caller, where a service acts with a role it was handed.
    """

    action: str
    resource: str
    context: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    principal: str = ""


@dataclass(frozen=True, kw_only=True)
class Need:
    """One action that an operation needs.

    - `resource`: an ARN with `{Member}` parts, filled from the request; `{partition}`, `{region}` and `{account}` are
      known. A list fills several ARNs; what is missing is `*`. A value that is an ARN already stands for the whole.
    - `keys`: condition key -> path of the member that holds its value. `fixed`: condition key -> constant,
      with `{region}`.
    - `tags`: path of the tags that the request carries, which become `aws:RequestTag/…` and `aws:TagKeys`.
    - `when`: path of a member without which the action is not needed.
    - `several`: condition keys that hold several values even where the request names one.
    - `by`: path of the member that names the role which must be allowed, instead of the caller.
    """

    action: str
    resource: str = "*"
    keys: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    tags: str = ""
    when: str = ""
    several: Sequence[str] = ()
    by: str = ""

    def rights(self, asked: Asked) -> list[Right]:
        """The rights that a request needs by this row."""
        if self.when and not values(asked.parameters, self.when):
            return []
        fixed = {key: value.replace("{region}", asked.region) for key, value in self.fixed.items()}
        context = {**fixed, **self._context(asked.parameters)}
        principal = next(iter(values(asked.parameters, self.by)), "") if self.by else ""
        return [
            Right(action=self.action, resource=one, context=context, principal=principal)
            for one in resources(self.resource, asked)
        ]

    def _context(self, parameters: Mapping[str, Any]) -> dict[str, str | tuple[str, ...]]:
        found: dict[str, str | tuple[str, ...]] = {}
        for key, path in self.keys.items():
            held = values(parameters, path)[:MOST]
            if held:
                found[key] = tuple(held) if key in self.several or len(held) > 1 else held[0]
        if self.tags:
            tags = tags_at(parameters, self.tags)
            found |= {f"aws:RequestTag/{key}": value for key, value in tags.items()}
            if tags:
                found["aws:TagKeys"] = tuple(tags)
        return found


# What needs a look at the request that no row can say.
Special = Callable[[Asked], Sequence[Right]]
Row = Sequence[Need | Special]
Table = Mapping[str, Row]


def own(service: str, rest: str) -> str:
    """The ARN of something in the caller's account and region, with `{Member}` parts."""
    return f"arn:{{partition}}:{service}:{{region}}:{{account}}:{rest}"


def needs(action: str, resource: str = "*", **more: Any) -> tuple[Need, ...]:
    """A row of one action."""
    return (Need(action=action, resource=resource, **more),)


def passes(path: str, service: str) -> Need:
    """The role that a request hands to a service (IAM id_roles_use_passrole)."""
    return Need(action="iam:PassRole", resource=f"{{{path}}}", when=path, fixed={"iam:PassedToService": service})


def values(parameters: Mapping[str, Any], path: str) -> list[str]:
    """The texts at a path; lists on the way are gone through, numbers and Booleans are written as AWS writes them."""
    found: list[Any] = [parameters]
    for part in path.split("."):
        found = [inner for one in found for inner in _inside(one, part)]
    return [_text(one) for one in found]


def _inside(value: Any, part: str) -> list[Any]:
    inner = value.get(part) if isinstance(value, Mapping) else None
    if inner is None:
        return []
    return list(inner) if isinstance(inner, list | tuple) else [inner]


def _text(value: Any) -> str:
    return (str(value).lower() if isinstance(value, bool) else str(value))[:LONGEST]


def tags_at(parameters: Mapping[str, Any], path: str) -> dict[str, str]:
    """Tags, whichever of AWS's forms they have."""
    first, _, rest = path.partition(".")
    held = parameters.get(first)
    if rest and isinstance(held, Mapping):
        return tags_at(held, rest)
    if isinstance(held, Mapping):
        return {str(key): str(value) for key, value in list(held.items())[:MOST]}
    pairs = [one for one in held or [] if isinstance(one, Mapping)][:MOST] if isinstance(held, list) else []
    return {_member(pair, "key"): _member(pair, "value") for pair in pairs}


def _member(pair: Mapping[str, Any], ending: str) -> str:
    """`Key`, `key` or KMS's `TagKey`."""
    return next((str(value) for name, value in pair.items() if name.lower().endswith(ending)), "")


def resources(template: str, asked: Asked) -> list[str]:
    """The ARNs that a template stands for in a request."""
    known = {"partition": asked.partition, "region": asked.region, "account": asked.account}
    named = [name for name in _NAMED.findall(template) if name not in known]
    filled = _NAMED.sub(lambda match: known.get(match[1], match[0]), template)
    if not named:
        return [filled]
    choices = [values(asked.parameters, name) or ["*"] for name in named]
    whole = [value for values_ in choices for value in values_ if value.startswith("arn:")]
    if whole:
        return whole
    return [_filled(filled, named, choice) for choice in product(*choices)]


def _filled(template: str, names: Sequence[str], choice: Sequence[str]) -> str:
    for name, value in zip(names, choice, strict=True):
        template = template.replace(f"{{{name}}}", value)
    return template
