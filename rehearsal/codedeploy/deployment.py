"""One deployment: its application specification, its state, and what DescribeDeployment-like answers show."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from rehearsal.service_model.emulator import ServiceRefusal

HOOKS = ("BeforeAllowTraffic", "AfterAllowTraffic")
ENDED = frozenset({"Succeeded", "Failed", "Stopped"})


@dataclass(frozen=True)
class AppSpec:
    """What is deployed: an alias of a function, from one version to another, with hooks by lifecycle event."""

    function: str
    alias: str
    current: str
    target: str
    hooks: Mapping[str, str]


@dataclass
class Deployment:
    """A deployment. `hook_status` is what a validation function reported, by hook execution."""

    id: str
    account: str
    region: str
    group: Mapping[str, Any]
    spec: AppSpec
    routing: Mapping[str, Any]
    creator: str = "user"
    revision: Mapping[str, Any] = field(default_factory=dict)
    status: str = "Created"
    created: float = field(default_factory=time.time)
    ended: float = 0.0
    error: Mapping[str, str] | None = None
    rollback: Mapping[str, str] | None = None
    stop: str = ""
    hook_status: dict[str, str | None] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    woken: threading.Event = field(default_factory=threading.Event)

    @property
    def group_arn(self) -> str:
        """The ARN of the deployment group."""
        name = f"{self.group['applicationName']}/{self.group['deploymentGroupName']}"
        return f"arn:aws:codedeploy:{self.region}:{self.account}:deploymentgroup:{name}"

    def info(self) -> dict[str, Any]:
        """As GetDeployment shows it."""
        shown: dict[str, Any] = {
            "applicationName": self.group["applicationName"],
            "deploymentGroupName": self.group["deploymentGroupName"],
            "deploymentConfigName": self.group["deploymentConfigName"],
            "deploymentId": self.id,
            "revision": dict(self.revision),
            "status": self.status,
            "errorInformation": self.error,
            "createTime": self.created,
            "completeTime": self.ended or None,
            "creator": self.creator,
            "autoRollbackConfiguration": self.group["autoRollbackConfiguration"],
            "rollbackInfo": self.rollback,
            "computePlatform": "Lambda",
            "deploymentStyle": self.group["deploymentStyle"],
        }
        return {name: value for name, value in shown.items() if value is not None}


def new_deployment_id() -> str:
    """An id as CodeDeploy draws them."""
    return f"d-{uuid.uuid4().hex[:9].upper()}"


def read_revision(revision: Mapping[str, Any]) -> AppSpec:
    """The application specification in a request. Raises ServiceRefusal for one that CodeDeploy does not take."""
    kind = revision.get("revisionType")
    content = (revision.get("appSpecContent") or revision.get("string") or {}).get("content")
    if kind not in ("AppSpecContent", "String") or not content:
        raise ServiceRefusal("InvalidRevisionException", f"revisionType {kind}: AppSpecContent is rehearsed")
    try:
        document = json.loads(content) if content.lstrip().startswith("{") else yaml.safe_load(content)
        (resource,) = document["Resources"]
        (stated,) = resource.values()
        properties = stated["Properties"]
        hooks = {event: str(name) for each in document.get("Hooks") or () for event, name in each.items()}
        spec = AppSpec(
            str(properties["Name"]),
            str(properties["Alias"]),
            str(properties["CurrentVersion"]),
            str(properties["TargetVersion"]),
            hooks,
        )
    except (KeyError, ValueError, TypeError, yaml.YAMLError) as error:
        raise ServiceRefusal("InvalidRevisionException", f"the AppSpec cannot be read: {error}") from None
    unknown = sorted(set(hooks) - set(HOOKS))
    if unknown or stated.get("Type") != "AWS::Lambda::Function":
        raise ServiceRefusal("InvalidRevisionException", f"the AppSpec's hooks may be {', '.join(HOOKS)}: {unknown}")
    if spec.current == spec.target:
        raise ServiceRefusal("InvalidRevisionException", "CurrentVersion and TargetVersion are the same")
    return spec
