"""Organizations. Actions and condition keys: Service Authorization Reference, "AWS Organizations"."""

from __future__ import annotations

from rehearsal.service_model.required_action import Operations, RequiredAction, RequiredActions, on_each, requires
from rehearsal.service_model.resource_type import ApiCall, ReadCall, ResourceType
from rehearsal.service_model.sample import Sample, policy_document
from rehearsal.service_model.service import AwsService
from rehearsal.service_model.tagging import TagOperations

POLICY = ResourceType(
    type="aws:organizations/policy:Policy",
    read_after_create=False,
    create=ApiCall(operation="CreatePolicy", defaults={"type": "SERVICE_CONTROL_POLICY", "description": ""}),
    id="Policy.PolicySummary.Id",
    name="name",
    replace_on=("type",),
    read=ReadCall(
        operation="DescribePolicy",
        parameters={"PolicyId": "{id}"},
        path="Policy",
        outputs={
            "name": "PolicySummary.Name",
            "type": "PolicySummary.Type",
            "description": "PolicySummary.Description",
        },
    ),
    update=(ApiCall(operation="UpdatePolicy", parameters={"PolicyId": "{id}"}),),
    delete=(ApiCall(operation="DeletePolicy", parameters={"PolicyId": "{id}"}),),
    outputs={"arn": "Policy.PolicySummary.Arn"},
    not_sent={"skipDestroy": "the engine's own"},
    tagging=TagOperations(parameters={"ResourceId": "{id}"}),
    sample=Sample(
        {
            "name": "sample-policy",
            "type": "SERVICE_CONTROL_POLICY",
            "content": policy_document("s3:GetObject"),
        },
        update={"description": "Reading alone"},
    ),
)

ATTACHMENT = ResourceType(
    type="aws:organizations/policyAttachment:PolicyAttachment",
    read_after_create=False,
    create=ApiCall(operation="AttachPolicy"),
    id="{targetId}:{policyId}",
    replace_on=("policyId", "targetId"),
    read=ReadCall(
        operation="ListTargetsForPolicy",
        parameters={"PolicyId": "{policyId}"},
        path="Targets[?TargetId=='{targetId}'] | [0]",
    ),
    delete=(ApiCall(operation="DetachPolicy", parameters={"PolicyId": "{policyId}", "TargetId": "{targetId}"}),),
    not_sent={"skipDestroy": "the engine's own"},
    sample=Sample({"policyId": "${aws:organizations/policy:Policy.id}", "targetId": "${AWS::AccountId}"}),
)

# The organization's id is not in a request; ids of policies are unique by themselves.
_POLICY_ARN = "arn:{partition}:organizations::{account}:policy/*/{PolicyId}"

_ATTACH: RequiredActions = (
    RequiredAction(action="organizations:AttachPolicy", resource=_POLICY_ARN),
    RequiredAction(
        action="organizations:AttachPolicy", resource="arn:{partition}:organizations::{account}:*/{TargetId}"
    ),
)

_DETACH: RequiredActions = (
    RequiredAction(action="organizations:DetachPolicy", resource=_POLICY_ARN),
    RequiredAction(
        action="organizations:DetachPolicy", resource="arn:{partition}:organizations::{account}:*/{TargetId}"
    ),
)

OPERATIONS: Operations = {
    **on_each("organizations", _POLICY_ARN, "DeletePolicy", "DescribePolicy", "ListTargetsForPolicy", "UpdatePolicy"),
    "AttachPolicy": _ATTACH,
    "CreatePolicy": requires(
        "organizations:CreatePolicy", tags="Tags", context_keys={"organizations:PolicyType": "Type"}
    ),
    "DescribeOrganization": requires("organizations:DescribeOrganization"),
    "DetachPolicy": _DETACH,
    "ListPoliciesForTarget": requires(
        "organizations:ListPoliciesForTarget", "arn:{partition}:organizations::{account}:*/{TargetId}"
    ),
    "ListTagsForResource": requires(
        "organizations:ListTagsForResource", "arn:{partition}:organizations::{account}:*/{ResourceId}"
    ),
    "TagResource": requires(
        "organizations:TagResource", "arn:{partition}:organizations::{account}:*/{ResourceId}", tags="Tags"
    ),
}

SERVICE = AwsService(
    name="organizations",
    operations=OPERATIONS,
    resource_types=(POLICY, ATTACHMENT),
    vpc_endpoint=None,
    prepare_samples=lambda send: send("CreateOrganization", {"FeatureSet": "ALL"}),
)
