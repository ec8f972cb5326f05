"""What a rehearsal built, as far as the picture of the architecture shows it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class NotBuilt(LookupError):
    """The picture would show something that no stack made."""


@dataclass(frozen=True)
class BuiltStack:
    """A stack of `resources.json` and `report.json`: its name, kind, account and resources."""

    name: str
    kind: str
    account: str
    size: int
    resources: tuple[Mapping[str, Any], ...]

    def of_type(self, suffix: str) -> list[Mapping[str, Any]]:
        """Its resources whose type ends with `suffix`, such as `:VpcEndpoint`; NotBuilt if there are none."""
        found = [resource for resource in self.resources if resource["type"].endswith(suffix)]
        if not found:
            raise NotBuilt(f"stack {self.name} has no resource of a type *{suffix}")
        return found

    def named(self, suffix: str, part: str) -> Mapping[str, Any]:
        """The resource of a type that has `part` in its name."""
        found = next((resource for resource in self.of_type(suffix) if part in resource["name"]), None)
        if found is None:
            raise NotBuilt(f"stack {self.name} has no resource of a type *{suffix} with {part!r} in its name")
        return found

    @property
    def region(self) -> str:
        """The region of its resources."""
        return next(str(resource["region"]) for resource in self.resources if resource["region"])

    @property
    def cidr(self) -> str:
        """The address range of its VPC."""
        return str(self.of_type(":Vpc")[0]["inputs"]["cidrBlock"])

    def stages(self, pipeline: str) -> list[str]:
        """The stages of the CodePipeline with `pipeline` in its name, in their order."""
        return [str(stage["name"]) for stage in self.named(":Pipeline", pipeline)["inputs"]["stages"]]


def read_stacks(folder: Path) -> list[BuiltStack]:
    """The stacks of the rehearsal in `folder`, in the order in which they came up."""
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    resources = json.loads((folder / "resources.json").read_text(encoding="utf-8"))
    return [
        BuiltStack(
            name,
            stack["kind"],
            stack["account"],
            sum(stack["resources"].values()),
            tuple(resource for resource in resources if resource["stack"] == name and resource["custom"]),
        )
        for name, stack in report["stacks"].items()
    ]


def of_kind(stacks: Iterable[BuiltStack], kind: str) -> Iterator[BuiltStack]:
    """The stacks of a kind."""
    return (stack for stack in stacks if stack.kind == kind)
