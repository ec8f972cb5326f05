"""The IAM actions that an API operation requires of its caller: on which resources, with which condition keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

_PLACEHOLDER = re.compile(r"\{([\w.]+)\}")
# A value longer than any of AWS's own (S3 keys: 1,024 bytes, external ids: 1,224) is cut, so that records stay small.
MAX_VALUE_LENGTH = 1300
# Values of one condition key that are kept; AWS takes at most 50 tags on most resources.
MAX_VALUES = 60


@dataclass(frozen=True, kw_only=True)
class ApiRequest:
    """One request as its caller sent it. `parameters` are spelled as botocore's model of the operation spells them."""

    service: str
    operation: str
    account: str
    region: str
    parameters: Mapping[str, Any]

    @property
    def partition(self) -> str:
        """The partition of the region."""
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
class RequiredAction:
    """One action that an operation needs.

    - `resource`: an ARN with `{Member}` parts, filled from the request; `{partition}`, `{region}` and `{account}` are
      known. A list fills several ARNs; what is missing is `*`. A value that is an ARN already stands for the whole.
    - `context_keys`: condition key -> path of the member that holds its value. `constants`: condition key ->
      constant, with `{region}`.
    - `tags`: path of the tags that the request carries, which become `aws:RequestTag/…` and `aws:TagKeys`.
    - `when`: path of a member without which the action is not needed.
    - `multivalued_keys`: condition keys that hold several values even where the request names one.
    - `principal_path`: path of the member that names the role which must be allowed, instead of the caller.
    """

    action: str
    resource: str = "*"
    context_keys: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    tags: str = ""
    when: str = ""
    multivalued_keys: Sequence[str] = ()
    principal_path: str = ""

    def rights(self, request: ApiRequest) -> list[Right]:
        """The rights that a request needs."""
        if self.when and not values(request.parameters, self.when):
            return []
        constants = {key: value.replace("{region}", request.region) for key, value in self.constants.items()}
        context = {**constants, **self._context(request.parameters)}
        principal = next(iter(values(request.parameters, self.principal_path)), "") if self.principal_path else ""
        return [
            Right(action=self.action, resource=resource, context=context, principal=principal)
            for resource in resources(self.resource, request)
        ]

    def _context(self, parameters: Mapping[str, Any]) -> dict[str, str | tuple[str, ...]]:
        found: dict[str, str | tuple[str, ...]] = {}
        for key, path in self.context_keys.items():
            held = values(parameters, path)[:MAX_VALUES]
            if held:
                found[key] = tuple(held) if key in self.multivalued_keys or len(held) > 1 else held[0]
        if self.tags:
            tags = tags_at(parameters, self.tags)
            found |= {f"aws:RequestTag/{key}": value for key, value in tags.items()}
            if tags:
                found["aws:TagKeys"] = tuple(tags)
        return found


# Rights that a look at the request tells and no `RequiredAction` can say.
RightsFunction = Callable[[ApiRequest], Sequence[Right]]
RequiredActions = Sequence[RequiredAction | RightsFunction]
# Operation -> what it requires.
Operations = Mapping[str, RequiredActions]


def arn_template(service: str, rest: str) -> str:
    """The ARN of something in the caller's account and region, with `{Member}` parts."""
    return f"arn:{{partition}}:{service}:{{region}}:{{account}}:{rest}"


def on_each(prefix: str, resource: str, *actions: str) -> dict[str, tuple[RequiredAction, ...]]:
    """Operations that require the action of their own name, all on one resource."""
    return {action: requires(f"{prefix}:{action}", resource) for action in actions}


def tag_actions(prefix: str, resource: str, keys: str, tags: str = "Tags") -> dict[str, tuple[RequiredAction, ...]]:
    """TagResource, UntagResource and ListTagsForResource, with the members that hold tags and keys."""
    return {
        "TagResource": requires(f"{prefix}:TagResource", resource, tags=tags),
        "UntagResource": requires(f"{prefix}:UntagResource", resource, context_keys={"aws:TagKeys": keys}),
        "ListTagsForResource": requires(f"{prefix}:ListTagsForResource", resource),
    }


def requires(action: str, resource: str = "*", **arguments: Any) -> tuple[RequiredAction, ...]:
    """One action."""
    return (RequiredAction(action=action, resource=resource, **arguments),)


def pass_role(path: str, service: str) -> RequiredAction:
    """The role that a request hands to a service.

    Source: IAM User Guide, "Grant a user permissions to pass a role to an AWS service".
    """
    return RequiredAction(
        action="iam:PassRole", resource=f"{{{path}}}", when=path, constants={"iam:PassedToService": service}
    )


def values(parameters: Mapping[str, Any], path: str) -> list[str]:
    """The texts at a path; lists on the way are gone through, numbers and Booleans are written as AWS writes them."""
    found: list[Any] = [parameters]
    for part in path.split("."):
        found = [member for value in found for member in _members(value, part)]
    return [_text(value) for value in found]


def _members(value: Any, part: str) -> list[Any]:
    inner = value.get(part) if isinstance(value, Mapping) else None
    if inner is None:
        return []
    return list(inner) if isinstance(inner, list | tuple) else [inner]


def _text(value: Any) -> str:
    return (str(value).lower() if isinstance(value, bool) else str(value))[:MAX_VALUE_LENGTH]


def tags_at(parameters: Mapping[str, Any], path: str) -> dict[str, str]:
    """Tags, whichever of AWS's forms they have."""
    first, _, rest = path.partition(".")
    held = parameters.get(first)
    if rest and isinstance(held, Mapping):
        return tags_at(held, rest)
    if isinstance(held, Mapping):
        return {str(key): str(value) for key, value in list(held.items())[:MAX_VALUES]}
    pairs = [pair for pair in held or [] if isinstance(pair, Mapping)][:MAX_VALUES] if isinstance(held, list) else []
    return {_member(pair, "key"): _member(pair, "value") for pair in pairs}


def _member(pair: Mapping[str, Any], ending: str) -> str:
    """`Key`, `key` or KMS's `TagKey`."""
    return next((str(value) for name, value in pair.items() if name.lower().endswith(ending)), "")


def resources(template: str, request: ApiRequest) -> list[str]:
    """The ARNs that a template stands for in a request."""
    scope = {"partition": request.partition, "region": request.region, "account": request.account}
    named = [name for name in _PLACEHOLDER.findall(template) if name not in scope]
    filled = _PLACEHOLDER.sub(lambda match: scope.get(match[1], match[0]), template)
    if not named:
        return [filled]
    choices = [values(request.parameters, name) or ["*"] for name in named]
    arns = [value for values_ in choices for value in values_ if value.startswith("arn:")]
    if arns:
        return arns
    return [_filled(filled, named, choice) for choice in product(*choices)]


def _filled(template: str, names: Sequence[str], choice: Sequence[str]) -> str:
    for name, value in zip(names, choice, strict=True):
        template = template.replace(f"{{{name}}}", value)
    return template
