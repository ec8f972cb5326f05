"""IAM, STS and KMS. Actions and condition keys: the services' SAR; KMS: also its own api-permissions-reference."""

from __future__ import annotations

from typing import Any

from rehearsal.authorization.need import Asked, Need, Right, Row, Table, needs, own, values

# A role's path is not in the request: the decision looks the role up by this name.
ROLE = "arn:{partition}:iam::{account}:role/{RoleName}"
NEW_ROLE = "arn:{partition}:iam::{account}:role{Path}{RoleName}"
POLICY = "{PolicyArn}"
BOUNDARY = "iam:PermissionsBoundary"


def _role(*actions: str, **more: Any) -> Row:
    return tuple(Need(action=f"iam:{each}", resource=ROLE, **more) for each in actions)


def _creating(asked: Asked) -> list[Right]:
    where = {**asked.parameters, "Path": asked.parameters.get("Path") or "/"}
    whole = Asked(
        service=asked.service, operation="CreateRole", account=asked.account, region=asked.region, parameters=where
    )
    made = Need(action="iam:CreateRole", resource=NEW_ROLE, keys={BOUNDARY: "PermissionsBoundary"}, tags="Tags")
    tagged = Need(action="iam:TagRole", resource=NEW_ROLE, tags="Tags", when="Tags")
    return [*made.rights(whole), *tagged.rights(whole)]


def _new_policy(asked: Asked) -> list[Right]:
    path, name = asked.parameters.get("Path") or "/", asked.parameters.get("PolicyName", "*")
    arn = f"arn:{asked.partition}:iam::{asked.account}:policy{path}{name}"
    made = Need(action="iam:CreatePolicy", resource=arn, tags="Tags")
    tagged = Need(action="iam:TagPolicy", resource=arn, tags="Tags", when="Tags")
    return [*made.rights(asked), *tagged.rights(asked)]


_ATTACHED = {"iam:PolicyARN": "PolicyArn"}

IAM: Table = {
    "AttachRolePolicy": _role("AttachRolePolicy", keys=_ATTACHED),
    "CreatePolicy": (_new_policy,),
    "CreatePolicyVersion": needs("iam:CreatePolicyVersion", POLICY),
    "CreateRole": (_creating,),
    "CreateServiceLinkedRole": needs(
        "iam:CreateServiceLinkedRole",
        "arn:{partition}:iam::{account}:role/aws-service-role/{AWSServiceName}/*",
        keys={"iam:AWSServiceName": "AWSServiceName"},
    ),
    "DeletePolicy": needs("iam:DeletePolicy", POLICY),
    "DeletePolicyVersion": needs("iam:DeletePolicyVersion", POLICY),
    "DeleteRole": _role("DeleteRole"),
    "DeleteRolePermissionsBoundary": _role("DeleteRolePermissionsBoundary"),
    "DeleteRolePolicy": _role("DeleteRolePolicy"),
    "DeleteServiceLinkedRole": _role("DeleteServiceLinkedRole"),
    "DetachRolePolicy": _role("DetachRolePolicy", keys=_ATTACHED),
    "GetPolicy": needs("iam:GetPolicy", POLICY),
    "GetPolicyVersion": needs("iam:GetPolicyVersion", POLICY),
    "GetRole": _role("GetRole"),
    "GetRolePolicy": _role("GetRolePolicy"),
    "ListAttachedRolePolicies": _role("ListAttachedRolePolicies"),
    "ListInstanceProfilesForRole": _role("ListInstanceProfilesForRole"),
    "ListPolicyVersions": needs("iam:ListPolicyVersions", POLICY),
    "ListRolePolicies": _role("ListRolePolicies"),
    "ListRoles": needs("iam:ListRoles"),
    "ListRoleTags": _role("ListRoleTags"),
    "PutRolePermissionsBoundary": _role("PutRolePermissionsBoundary", keys={BOUNDARY: "PermissionsBoundary"}),
    "PutRolePolicy": _role("PutRolePolicy"),
    "TagPolicy": needs("iam:TagPolicy", POLICY, tags="Tags"),
    "TagRole": _role("TagRole", tags="Tags"),
    "UntagPolicy": needs("iam:UntagPolicy", POLICY, keys={"aws:TagKeys": "TagKeys"}, several=("aws:TagKeys",)),
    "UntagRole": _role("UntagRole", keys={"aws:TagKeys": "TagKeys"}, several=("aws:TagKeys",)),
    "UpdateAssumeRolePolicy": _role("UpdateAssumeRolePolicy"),
    "UpdateRole": _role("UpdateRole"),
}


_SESSION = {
    "sts:ExternalId": "ExternalId",
    "sts:RoleSessionName": "RoleSessionName",
    "sts:SourceIdentity": "SourceIdentity",
}


def _assuming(asked: Asked) -> list[Right]:
    """Session tags and a source identity are rights of their own (STS id_session-tags, …control-access_monitor)."""
    role = "{RoleArn}"
    found = [*Need(action="sts:AssumeRole", resource=role, keys=_SESSION, tags="Tags").rights(asked)]
    found += Need(
        action="sts:SetSourceIdentity", resource=role, keys=_SESSION, tags="Tags", when="SourceIdentity"
    ).rights(asked)
    transitive = {**_SESSION, "sts:TransitiveTagKeys": "TransitiveTagKeys"}
    tagging = Need(action="sts:TagSession", resource=role, keys=transitive, tags="Tags", when="Tags")
    return [*found, *tagging.rights(asked)]


STS: Table = {
    "AssumeRole": (_assuming,),
    # No policy can take it away (STS API_GetCallerIdentity).
    "GetCallerIdentity": (),
}

KEY = own("kms", "key/{KeyId}")


def _key(*actions: str, **more: Any) -> Row:
    return tuple(Need(action=f"kms:{each}", resource=KEY, **more) for each in actions)


def _aliasing(*members: str) -> Row:
    """An alias needs the right on itself and on each key that it points at (KMS alias-access)."""

    def both(asked: Asked) -> list[Right]:
        keys = [one for member in members for one in values(asked.parameters, member)]
        alias = own("kms", "{AliasName}")
        action = f"kms:{asked.operation}"
        found = Need(action=action, resource=alias).rights(asked)
        base = f"arn:{asked.partition}:kms:{asked.region}:{asked.account}:key/"
        return [*found, *(Right(action=action, resource=k if k.startswith("arn:") else base + k) for k in keys)]

    return (both,)


KMS: Table = {
    "CancelKeyDeletion": _key("CancelKeyDeletion"),
    "CreateAlias": _aliasing("TargetKeyId"),
    "CreateGrant": _key("CreateGrant", keys={"kms:GranteePrincipal": "GranteePrincipal"}),
    # The key does not exist yet; tags at creation are a right of their own (KMS tagging-keys).
    "CreateKey": (
        *needs("kms:CreateKey", tags="Tags"),
        Need(action="kms:TagResource", resource=own("kms", "key/*"), tags="Tags", when="Tags"),
    ),
    "Decrypt": _key("Decrypt"),
    # The key behind the alias: the decision looks it up.
    "DeleteAlias": _aliasing("AliasName"),
    "DescribeKey": _key("DescribeKey"),
    "DisableKey": _key("DisableKey"),
    "DisableKeyRotation": _key("DisableKeyRotation"),
    "EnableKey": _key("EnableKey"),
    "EnableKeyRotation": _key("EnableKeyRotation"),
    "Encrypt": _key("Encrypt"),
    "GenerateDataKey": _key("GenerateDataKey"),
    "GetKeyPolicy": _key("GetKeyPolicy"),
    "GetKeyRotationStatus": _key("GetKeyRotationStatus"),
    "ListAliases": needs("kms:ListAliases"),
    "ListGrants": _key("ListGrants"),
    "ListKeys": needs("kms:ListKeys"),
    "ListResourceTags": _key("ListResourceTags"),
    "PutKeyPolicy": _key("PutKeyPolicy"),
    "ScheduleKeyDeletion": _key("ScheduleKeyDeletion"),
    "TagResource": _key("TagResource", tags="Tags"),
    "UntagResource": _key("UntagResource"),
    "UpdateAlias": _aliasing("TargetKeyId"),
    "UpdateKeyDescription": _key("UpdateKeyDescription"),
}
