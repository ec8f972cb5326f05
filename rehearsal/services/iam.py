"""IAM. Actions: Service Authorization Reference, "AWS Identity and Access Management (IAM)"."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from rehearsal.service_model.data_source import DataSource
from rehearsal.service_model.patches import Patches
from rehearsal.service_model.required_action import (
    ApiRequest,
    Operations,
    RequiredAction,
    RequiredActions,
    Right,
    requires,
)
from rehearsal.service_model.resource_type import ApiCall, ReadCall, ResourceType, Send, Values, create_or_update
from rehearsal.service_model.sample import Sample, policy_document, trust_policy
from rehearsal.service_model.service import AwsService
from rehearsal.service_model.tagging import TagOperations

ROLE = ResourceType(
    type="aws:iam/role:Role",
    create=ApiCall(operation="CreateRole"),
    id="{name}",
    name="name",
    read=ReadCall(
        operation="GetRole",
        path="Role",
        outputs={"uniqueId": "RoleId", "permissionsBoundary": "PermissionsBoundary.PermissionsBoundaryArn"},
    ),
    update=(
        ApiCall(
            operation="UpdateAssumeRolePolicy",
            properties=("assumeRolePolicy",),
            members={"assumeRolePolicy": "PolicyDocument"},
        ),
        ApiCall(operation="UpdateRole", properties=("description", "maxSessionDuration")),
        ApiCall(
            operation="PutRolePermissionsBoundary",
            properties=("permissionsBoundary",),
            unset=ApiCall(operation="DeleteRolePermissionsBoundary"),
        ),
    ),
    delete=(ApiCall(operation="DeleteRole"),),
    outputs={"arn": "Role.Arn", "uniqueId": "Role.RoleId"},
    not_sent={"forceDetachPolicies": "policies are resources of their own, gone before the role is"},
    sample=Sample(
        {
            "name": "sample-role",
            "path": "/sample/",
            "description": "Works",
            "assumeRolePolicy": trust_policy(
                "sagemaker", "codebuild", "codepipeline", "lambda", "vpc-flow-logs", "apigateway", "chatbot"
            ),
            "maxSessionDuration": 7200,
            "permissionsBoundary": "${aws:iam/policy:Policy.arn}",
            "tags": {"project": "sample"},
        },
        update={"description": "Works on", "tags": {"project": "another"}},
    ),
)

ROLE_POLICY = ResourceType(
    type="aws:iam/rolePolicy:RolePolicy",
    read_after_create=False,
    **create_or_update("PutRolePolicy", members={"role": "RoleName", "name": "PolicyName"}),
    id="{role}:{name}",
    name="name",
    replace_on=("role", "name"),
    read=ReadCall(operation="GetRolePolicy", parameters={"RoleName": "{role}", "PolicyName": "{name}"}),
    delete=(ApiCall(operation="DeleteRolePolicy", parameters={"RoleName": "{role}", "PolicyName": "{name}"}),),
    sample=Sample(
        {
            "role": "${aws:iam/role:Role.name}",
            "name": "sample-inline",
            "policy": policy_document("s3:GetObject"),
        },
        update={"policy": policy_document("s3:PutObject")},
    ),
)


def _delete_other_versions(send: Send, resource: Values) -> None:
    for version in send("ListPolicyVersions", {"PolicyArn": resource["id"]})["Versions"]:
        if not version["IsDefaultVersion"]:
            send("DeletePolicyVersion", {"PolicyArn": resource["id"], "VersionId": version["VersionId"]})


POLICY = ResourceType(
    type="aws:iam/policy:Policy",
    create=ApiCall(operation="CreatePolicy"),
    id="Policy.Arn",
    name="name",
    read=ReadCall(operation="GetPolicy", parameters={"PolicyArn": "{id}"}, path="Policy"),
    update=(
        ApiCall(
            operation="CreatePolicyVersion",
            properties=("policy",),
            members={"policy": "PolicyDocument"},
            parameters={"PolicyArn": "{id}", "SetAsDefault": True},
        ),
    ),
    delete=(ApiCall(operation="DeletePolicy", parameters={"PolicyArn": "{id}"}),),
    before_delete=_delete_other_versions,
    outputs={"arn": "{id}"},
    not_sent={"delayAfterPolicyCreationInMs": "how long the provider waits"},
    sample=Sample(
        {"name": "sample-policy", "path": "/sample/", "policy": policy_document("s3:*")},
        update={"policy": policy_document("s3:*", "sqs:*")},
    ),
)

ATTACHMENT = ResourceType(
    type="aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    read_after_create=False,
    create=ApiCall(operation="AttachRolePolicy", members={"role": "RoleName"}),
    id="{role}/{policyArn}",
    read=ReadCall(
        operation="ListAttachedRolePolicies",
        parameters={"RoleName": "{role}"},
        path="AttachedPolicies[?PolicyArn=='{policyArn}'] | [0]",
    ),
    delete=(ApiCall(operation="DetachRolePolicy", parameters={"RoleName": "{role}"}),),
    sample=Sample({"role": "${aws:iam/role:Role.name}", "policyArn": "${aws:iam/policy:Policy.arn}"}),
)

LINKED_ROLE = ResourceType(
    type="aws:iam/serviceLinkedRole:ServiceLinkedRole",
    read_after_create=False,
    create=ApiCall(operation="CreateServiceLinkedRole", members={"awsServiceName": "AWSServiceName"}),
    id="Role.Arn",
    replace_on=("awsServiceName", "customSuffix"),
    read=ReadCall(operation="GetRole", parameters={"RoleName": "{name}"}, path="Role"),
    delete=(ApiCall(operation="DeleteServiceLinkedRole", parameters={"RoleName": "{name}"}),),
    outputs={
        "arn": "Role.Arn",
        "name": "Role.RoleName",
        "uniqueId": "Role.RoleId",
        "path": "Role.Path",
        "tags": lambda resource: resource["tags"] if isinstance(resource.get("tags"), Mapping) else {},
    },
    tagging=TagOperations(tag="TagRole", untag="UntagRole", parameters={"RoleName": "{name}"}),
    not_compared={"awsServiceName": "part of the role's path"},
    sample=Sample({"awsServiceName": "config.amazonaws.com"}),
)

# A role's path is not in the request: the decision looks the role up by this name.
_ROLE_ARN = "arn:{partition}:iam::{account}:role/{RoleName}"

_NEW_ROLE_ARN = "arn:{partition}:iam::{account}:role{Path}{RoleName}"
_POLICY_ARN = "{PolicyArn}"
_BOUNDARY = "iam:PermissionsBoundary"


def _role(*actions: str, **more: Any) -> RequiredActions:
    return tuple(RequiredAction(action=f"iam:{each}", resource=_ROLE_ARN, **more) for each in actions)


def _creating(request: ApiRequest) -> list[Right]:
    parameters = {**request.parameters, "Path": request.parameters.get("Path") or "/"}
    with_path = ApiRequest(
        service=request.service,
        operation="CreateRole",
        account=request.account,
        region=request.region,
        parameters=parameters,
    )
    made = RequiredAction(
        action="iam:CreateRole", resource=_NEW_ROLE_ARN, context_keys={_BOUNDARY: "PermissionsBoundary"}, tags="Tags"
    )
    tagged = RequiredAction(action="iam:TagRole", resource=_NEW_ROLE_ARN, tags="Tags", when="Tags")
    return [*made.rights(with_path), *tagged.rights(with_path)]


def _new_policy(request: ApiRequest) -> list[Right]:
    path, name = request.parameters.get("Path") or "/", request.parameters.get("PolicyName", "*")
    arn = f"arn:{request.partition}:iam::{request.account}:policy{path}{name}"
    made = RequiredAction(action="iam:CreatePolicy", resource=arn, tags="Tags")
    tagged = RequiredAction(action="iam:TagPolicy", resource=arn, tags="Tags", when="Tags")
    return [*made.rights(request), *tagged.rights(request)]


_ATTACHED = {"iam:PolicyARN": "PolicyArn"}

DATA_SOURCES = {
    "aws:iam/getRole:getRole": DataSource(
        operation="GetRole",
        parameters=lambda arguments: {"RoleName": arguments["name"]},
        path="Role",
        outputs={"arn": "Arn", "path": "Path", "permissionsBoundary": "PermissionsBoundary.PermissionsBoundaryArn"},
        more_outputs=lambda send, arguments: {
            "assumeRolePolicy": json.dumps(
                send("GetRole", {"RoleName": arguments["name"]})["Role"]["AssumeRolePolicyDocument"]
            )
        },
    ),
}

OPERATIONS: Operations = {
    "AttachRolePolicy": _role("AttachRolePolicy", context_keys=_ATTACHED),
    "CreatePolicy": (_new_policy,),
    "CreatePolicyVersion": requires("iam:CreatePolicyVersion", _POLICY_ARN),
    "CreateRole": (_creating,),
    "CreateServiceLinkedRole": requires(
        "iam:CreateServiceLinkedRole",
        "arn:{partition}:iam::{account}:role/aws-service-role/{AWSServiceName}/*",
        context_keys={"iam:AWSServiceName": "AWSServiceName"},
    ),
    "DeletePolicy": requires("iam:DeletePolicy", _POLICY_ARN),
    "DeletePolicyVersion": requires("iam:DeletePolicyVersion", _POLICY_ARN),
    "DeleteRole": _role("DeleteRole"),
    "DeleteRolePermissionsBoundary": _role("DeleteRolePermissionsBoundary"),
    "DeleteRolePolicy": _role("DeleteRolePolicy"),
    "DeleteServiceLinkedRole": _role("DeleteServiceLinkedRole"),
    "DetachRolePolicy": _role("DetachRolePolicy", context_keys=_ATTACHED),
    "GetPolicy": requires("iam:GetPolicy", _POLICY_ARN),
    "GetPolicyVersion": requires("iam:GetPolicyVersion", _POLICY_ARN),
    "GetRole": _role("GetRole"),
    "GetRolePolicy": _role("GetRolePolicy"),
    "ListAttachedRolePolicies": _role("ListAttachedRolePolicies"),
    "ListInstanceProfilesForRole": _role("ListInstanceProfilesForRole"),
    "ListPolicyVersions": requires("iam:ListPolicyVersions", _POLICY_ARN),
    "ListRolePolicies": _role("ListRolePolicies"),
    "ListRoles": requires("iam:ListRoles"),
    "ListRoleTags": _role("ListRoleTags"),
    "PutRolePermissionsBoundary": _role("PutRolePermissionsBoundary", context_keys={_BOUNDARY: "PermissionsBoundary"}),
    "PutRolePolicy": _role("PutRolePolicy"),
    "TagPolicy": requires("iam:TagPolicy", _POLICY_ARN, tags="Tags"),
    "TagRole": _role("TagRole", tags="Tags"),
    "UntagPolicy": requires(
        "iam:UntagPolicy", _POLICY_ARN, context_keys={"aws:TagKeys": "TagKeys"}, multivalued_keys=("aws:TagKeys",)
    ),
    "UntagRole": _role("UntagRole", context_keys={"aws:TagKeys": "TagKeys"}, multivalued_keys=("aws:TagKeys",)),
    "UpdateAssumeRolePolicy": _role("UpdateAssumeRolePolicy"),
    "UpdateRole": _role("UpdateRole"),
}


def patch(patches: Patches) -> None:
    """A boundary is a policy that exists, for as long as a role has it; AWS GovCloud has an IAM of its own."""
    from moto.core.responses import BaseResponse
    from moto.iam.models import IAMBackend

    patches.wrap(BaseResponse, "get_region_from_url", region_from_url)

    patches.wrap(IAMBackend, "create_role", create_role)
    patches.wrap(IAMBackend, "put_role_permissions_boundary", put_role_permissions_boundary)
    patches.wrap(IAMBackend, "delete_policy", delete_policy)


def region_from_url(original: Callable[..., str], *arguments: Any) -> str:
    """The region of a request, where moto reads none from the host `iam.us-gov.amazonaws.com` and takes another IAM."""
    region = original(*arguments)
    return "us-gov-west-1" if region == "us-gov" else region


def create_role(
    original: Callable[..., Any],
    instance: Any,
    role_name: str,
    assume_role_policy_document: str,
    path: str,
    permissions_boundary: str | None,
    *rest: Any,
    **more: Any,
) -> Any:
    """CreateRole, refused where its boundary is not there."""
    _require_policy(instance, permissions_boundary)
    return original(instance, role_name, assume_role_policy_document, path, permissions_boundary, *rest, **more)


def put_role_permissions_boundary(
    original: Callable[..., Any], instance: Any, role_name: str, permissions_boundary: str
) -> Any:
    """PutRolePermissionsBoundary, refused where that is not there."""
    _require_policy(instance, permissions_boundary)
    return original(instance, role_name, permissions_boundary)


def delete_policy(original: Callable[..., Any], instance: Any, policy_arn: str) -> Any:
    """DeletePolicy, refused while it is some role's boundary."""
    from moto.iam.exceptions import DeleteConflictException

    if any(role.permissions_boundary_arn == policy_arn for role in instance.roles.values()):
        raise DeleteConflictException("Cannot delete a policy attached to entities.")
    return original(instance, policy_arn)


def _require_policy(instance: Any, boundary: str | None) -> None:
    from moto.iam.exceptions import NotFoundException

    if boundary and boundary not in instance.managed_policies:
        raise NotFoundException(f"Scope ARN: {boundary} does not exist or is not attachable.")


SERVICE = AwsService(
    name="iam",
    operations=OPERATIONS,
    resource_types=(ROLE, ROLE_POLICY, POLICY, ATTACHMENT, LINKED_ROLE),
    tagging=TagOperations(tag="Tag{noun}", untag="Untag{noun}"),
    data_sources=DATA_SOURCES,
    patch=patch,
    vpc_endpoint=None,
)
