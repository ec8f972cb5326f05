"""What resources of a template refer to, and in which order that has them made."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from moto.cloudformation.exceptions import ValidationError

from rehearsal.service_model.aws_behavior import aws_behavior

_SUBSTITUTED = re.compile(r"\$\{([^!}]+)\}")


@dataclass(frozen=True)
class Reference:
    """What a value of a template refers to: a parameter or resource, and of a resource perhaps an attribute."""

    name: str
    attribute: str = ""


def references(value: Any) -> Iterator[Reference]:
    """Everything that a value refers to, `Fn::Sub` included."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    if not isinstance(value, dict):
        return
    for key, item in value.items():
        if key == "Ref":
            yield Reference(item)
        elif key == "Fn::GetAtt":
            name, _, attribute = item.partition(".") if isinstance(item, str) else (item[0], ".", item[1])
            yield Reference(name, str(attribute))
        elif key == "Fn::Sub":
            text, own = item if isinstance(item, list) else (item, {})
            yield from references(own)
            for name in _SUBSTITUTED.findall(text):
                if name not in own:
                    resource, _, attribute = name.partition(".")
                    yield Reference(resource, attribute)
        else:
            yield from references(item)


@aws_behavior(
    'CloudFormation Template Reference, "DependsOn attribute": after another, also where it is only referred to'
)
def in_dependency_order(resources: Mapping[str, Any]) -> list[str]:
    """Each resource after those that it refers to or depends on. Raises ValidationError for a circle.

    moto makes what is referred to where it comes across it, before what that depends on.
    """
    ordered: dict[str, None] = {}
    visiting: set[str] = set()

    def visit(name: str) -> None:
        if name in ordered:
            return
        if name in visiting:
            raise ValidationError(message=f"Circular dependency between resources: [{', '.join(visiting)}]")
        visiting.add(name)
        needed = resources[name].get("DependsOn", [])
        named = [needed] if isinstance(needed, str) else needed
        for other in (*named, *(each.name for each in references(resources[name].get("Properties", {})))):
            if other in resources:
                visit(other)
        visiting.discard(name)
        ordered[name] = None

    for name in resources:
        visit(name)
    return list(ordered)
