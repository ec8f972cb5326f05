"""Organizations: policies and what they are attached to; IAM's service-linked roles."""

from __future__ import annotations

from collections.abc import Mapping

from rehearsal.engine.table.row import Call, Read, Row
from rehearsal.engine.table.tagging import Tagging

POLICY = Row(
    type="aws:organizations/policy:Policy",
    service="organizations",
    told=True,
    create=Call(operation="CreatePolicy", defaults={"type": "SERVICE_CONTROL_POLICY", "description": ""}),
    id="Policy.PolicySummary.Id",
    name="name",
    replaces=("type",),
    read=Read(
        operation="DescribePolicy",
        fills={"PolicyId": "{id}"},
        at="Policy",
        gives={"name": "PolicySummary.Name", "type": "PolicySummary.Type", "description": "PolicySummary.Description"},
    ),
    update=(Call(operation="UpdatePolicy", fills={"PolicyId": "{id}"}),),
    delete=(Call(operation="DeletePolicy", fills={"PolicyId": "{id}"}),),
    gives={"arn": "Policy.PolicySummary.Arn"},
    ignored={"skipDestroy": "the engine's own"},
    tagging=Tagging(fills={"ResourceId": "{id}"}),
)

ATTACHMENT = Row(
    type="aws:organizations/policyAttachment:PolicyAttachment",
    service="organizations",
    told=True,
    create=Call(operation="AttachPolicy"),
    id="{targetId}:{policyId}",
    replaces=("policyId", "targetId"),
    read=Read(
        operation="ListTargetsForPolicy",
        fills={"PolicyId": "{policyId}"},
        at="Targets[?TargetId=='{targetId}'] | [0]",
    ),
    delete=(Call(operation="DetachPolicy", fills={"PolicyId": "{policyId}", "TargetId": "{targetId}"}),),
    ignored={"skipDestroy": "the engine's own"},
)

LINKED_ROLE = Row(
    type="aws:iam/serviceLinkedRole:ServiceLinkedRole",
    service="iam",
    told=True,
    create=Call(operation="CreateServiceLinkedRole", places={"awsServiceName": "AWSServiceName"}),
    id="Role.Arn",
    replaces=("awsServiceName", "customSuffix"),
    read=Read(operation="GetRole", fills={"RoleName": "{name}"}, at="Role"),
    delete=(Call(operation="DeleteServiceLinkedRole", fills={"RoleName": "{name}"}),),
    gives={
        "arn": "Role.Arn",
        "name": "Role.RoleName",
        "uniqueId": "Role.RoleId",
        "path": "Role.Path",
        "tags": lambda known: known["tags"] if isinstance(known.get("tags"), Mapping) else {},
    },
    tagging=Tagging(tag="TagRole", untag="UntagRole", fills={"RoleName": "{name}"}),
    unread={"awsServiceName": "part of the role's path"},
)

ROWS = (POLICY, ATTACHMENT, LINKED_ROLE)
