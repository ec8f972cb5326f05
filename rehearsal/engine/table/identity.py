"""IAM: roles and their policies."""

from __future__ import annotations

from rehearsal.engine.table.row import Call, Read, Row, Send, Values, put

ROLE = Row(
    type="aws:iam/role:Role",
    service="iam",
    create=Call(operation="CreateRole"),
    id="{name}",
    name="name",
    read=Read(
        operation="GetRole",
        at="Role",
        gives={"uniqueId": "RoleId", "permissionsBoundary": "PermissionsBoundary.PermissionsBoundaryArn"},
    ),
    update=(
        Call(
            operation="UpdateAssumeRolePolicy",
            takes=("assumeRolePolicy",),
            places={"assumeRolePolicy": "PolicyDocument"},
        ),
        Call(operation="UpdateRole", takes=("description", "maxSessionDuration")),
        Call(
            operation="PutRolePermissionsBoundary",
            takes=("permissionsBoundary",),
            unset=Call(operation="DeleteRolePermissionsBoundary"),
        ),
    ),
    delete=(Call(operation="DeleteRole"),),
    gives={"arn": "Role.Arn", "uniqueId": "Role.RoleId"},
    ignored={"forceDetachPolicies": "policies are resources of their own, gone before the role is"},
)

ROLE_POLICY = Row(
    type="aws:iam/rolePolicy:RolePolicy",
    service="iam",
    told=True,
    **put("PutRolePolicy", places={"role": "RoleName", "name": "PolicyName"}),
    id="{role}:{name}",
    name="name",
    replaces=("role", "name"),
    read=Read(operation="GetRolePolicy", fills={"RoleName": "{role}", "PolicyName": "{name}"}),
    delete=(Call(operation="DeleteRolePolicy", fills={"RoleName": "{role}", "PolicyName": "{name}"}),),
)


def _other_versions(send: Send, known: Values) -> None:
    for version in send("ListPolicyVersions", {"PolicyArn": known["id"]})["Versions"]:
        if not version["IsDefaultVersion"]:
            send("DeletePolicyVersion", {"PolicyArn": known["id"], "VersionId": version["VersionId"]})


POLICY = Row(
    type="aws:iam/policy:Policy",
    service="iam",
    create=Call(operation="CreatePolicy"),
    id="Policy.Arn",
    name="name",
    read=Read(operation="GetPolicy", fills={"PolicyArn": "{id}"}, at="Policy"),
    update=(
        Call(
            operation="CreatePolicyVersion",
            takes=("policy",),
            places={"policy": "PolicyDocument"},
            fills={"PolicyArn": "{id}", "SetAsDefault": True},
        ),
    ),
    delete=(Call(operation="DeletePolicy", fills={"PolicyArn": "{id}"}),),
    before_delete=_other_versions,
    gives={"arn": "{id}"},
    ignored={"delayAfterPolicyCreationInMs": "how long the provider waits"},
)

ATTACHMENT = Row(
    type="aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    service="iam",
    told=True,
    create=Call(operation="AttachRolePolicy", places={"role": "RoleName"}),
    id="{role}/{policyArn}",
    read=Read(
        operation="ListAttachedRolePolicies",
        fills={"RoleName": "{role}"},
        at="AttachedPolicies[?PolicyArn=='{policyArn}'] | [0]",
    ),
    delete=(Call(operation="DetachRolePolicy", fills={"RoleName": "{role}"}),),
)

ROWS = (ROLE, ROLE_POLICY, POLICY, ATTACHMENT)
