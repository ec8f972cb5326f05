"""One resource of a change set: what happens to it, with its properties before and after."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# What CloudFormation shows for a value that only the update will know.
UNKNOWN = "{{changeSet:KNOWN_AFTER_APPLY}}"
ENDPOINT, CONFIG, MODEL = (
    "AWS::SageMaker::Endpoint",
    "AWS::SageMaker::EndpointConfig",
    "AWS::SageMaker::Model",
)
ALARM = "AWS::CloudWatch::Alarm"
TARGET, POLICY = (
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
)
# Services that together are a project's API.
API = ("AWS::ApiGateway::", "AWS::Lambda::", "AWS::CodeDeploy::", "AWS::WAFv2::", "AWS::DynamoDB::")


@dataclass(frozen=True, kw_only=True)
class ResourceChange:
    """What an update does to a resource; `replacement` is True, False, Conditional or empty."""

    action: str
    logical_id: str
    kind: str
    replacement: str = ""
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""

    @property
    def goes(self) -> bool:
        """Whether what stands there now is certain to go."""
        return self.action == "Remove" or self.replacement == "True"

    def changed(self, *path: str) -> tuple[Any, Any] | None:
        """A property before and after, where both are known and differ; None otherwise."""
        before, after = at(self.before, path), at(self.after, path)
        return None if same(before, after) else (before, after)


def read_change(change: Mapping[str, Any]) -> ResourceChange:
    """From DescribeChangeSet's `ResourceChange`, asked with property values."""
    return ResourceChange(
        action=change["Action"],
        logical_id=change["LogicalResourceId"],
        kind=change["ResourceType"],
        replacement=change.get("Replacement", ""),
        before=_properties(change.get("BeforeContext")),
        after=_properties(change.get("AfterContext")),
        name=change.get("PhysicalResourceId", ""),
    )


def of_kind(changes: Sequence[ResourceChange], *kinds: str) -> list[ResourceChange]:
    """Those of some types."""
    return [change for change in changes if change.kind in kinds]


def at(value: Any, path: Sequence[str]) -> Any:
    """What stands in nested properties; None where there is nothing."""
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def same(before: Any, after: Any) -> bool:
    """Whether two values are one: "3" is 3 here, and a value yet unknown is not one that differs."""
    if UNKNOWN in (before, after):
        return True
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return all(same(before.get(key), after.get(key)) for key in {*before, *after})
    if isinstance(before, list) and isinstance(after, list):
        return len(before) == len(after) and all(map(same, before, after))
    return before == after or str(before).lower() == str(after).lower()


def _properties(context: str | None) -> Mapping[str, Any]:
    try:
        found = json.loads(context or "{}")
    except ValueError:
        return {}
    properties = found.get("Properties", {}) if isinstance(found, dict) else {}
    return properties if isinstance(properties, dict) else {}
