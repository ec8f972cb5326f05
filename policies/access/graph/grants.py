"""What opens a key, a bucket or an event bus besides its policy: grants, access control lists, access points.

Each is read as the statements that it amounts to, so that whoever reads the policy of the resource reads it as well.
Denials of an access point only take away, and are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from policies.access.authorization import Document
from policies.access.graph.model import BadExport, account_of
from policies.access.graph.policy_documents import as_list, document, statements
from policies.access.graph.stack_resources import StackResources, mappings, principal_element, texts
from policies.pack.model import StackResource

GRANT, ACL = "aws:kms/grant:Grant", "aws:s3/bucketAcl:BucketAcl"
ACCESS_POINT, ACCESS_POINT_POLICY = (
    "aws:s3/accessPoint:AccessPoint",
    "aws:s3control/accessPointPolicy:AccessPointPolicy",
)
BUS_PERMISSION = "aws:cloudwatch/eventPermission:EventPermission"
Statement = dict[str, Any]

# Source: Amazon S3 User Guide, "Access control list (ACL) overview", its predefined groups, its table that maps
# permissions of a bucket's list to those of policies, and its canned lists.
_EVERYBODY, _SIGNED = "http://acs.amazonaws.com/groups/global/AllUsers", "global/AuthenticatedUsers"
_GROUPS: Mapping[str, Any] = {
    _EVERYBODY: "*",
    f"http://acs.amazonaws.com/groups/{_SIGNED}": {"AWS": "*"},
    "http://acs.amazonaws.com/groups/s3/LogDelivery": {"Service": "logging.s3.amazonaws.com"},
    "ec2": {"Service": "ec2.amazonaws.com"},
}
_LIST = ["s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:ListBucketVersions"]
_PERMISSIONS: Mapping[str, Sequence[str]] = {
    "READ": _LIST,
    "WRITE": ["s3:PutObject"],
    "READ_ACP": ["s3:GetBucketAcl"],
    "WRITE_ACP": ["s3:PutBucketAcl"],
    "FULL_CONTROL": [*_LIST, "s3:GetBucketAcl", "s3:PutBucketAcl", "s3:PutObject"],
}
_CANNED: Mapping[str, Sequence[tuple[str, str]]] = {
    "private": (),
    "bucket-owner-read": (),
    "bucket-owner-full-control": (),
    "public-read": ((_EVERYBODY, "READ"),),
    "public-read-write": ((_EVERYBODY, "READ"), (_EVERYBODY, "WRITE")),
    "aws-exec-read": (("ec2", "READ"),),
    "authenticated-read": ((f"http://acs.amazonaws.com/groups/{_SIGNED}", "READ"),),
    "log-delivery-write": (
        ("http://acs.amazonaws.com/groups/s3/LogDelivery", "WRITE"),
        ("http://acs.amazonaws.com/groups/s3/LogDelivery", "READ_ACP"),
    ),
}


def with_grants(stack: StackResources, resource: StackResource, kind: str, policy: Document | None) -> Document | None:
    """The policy of a resource of a kind together with whatever else opens it; None where nothing does."""
    more = [statement for read in _READERS.get(kind, ()) for statement in read(stack, resource)]
    if not more:
        return policy
    return {"Version": "2012-10-17", **(policy or {}), "Statement": [*statements(policy or {}), *more]}


def _key_grants(stack: StackResources, key: StackResource) -> Iterator[Statement]:
    """KMS: a grant allows its operations, within the encryption context that its constraints name.

    Source: AWS KMS Developer Guide, "Grants in AWS KMS". A grant to a principal of another account needs no policy
    there, which no statement says: it is refused.
    """
    owner = account_of(str(key.props.get("arn")))
    for grant in stack.pointing(GRANT, "keyId", key):
        contexts = [
            context
            for constraint in mappings(as_list(grant.props.get("constraints")))
            for context in constraint.values()
            if isinstance(context, Mapping)
        ]
        conditions = {f"kms:EncryptionContext:{name}": text for one in contexts for name, text in one.items()}
        operations = [f"kms:{operation}" for operation in texts(grant.props.get("operations"))]
        for prop, actions in (("granteePrincipal", operations), ("retiringPrincipal", ["kms:RetireGrant"])):
            principal = grant.props.get(prop)
            if not principal:
                continue
            if account_of(str(principal)) not in (None, owner):
                raise BadExport(
                    f"{stack.name}: {grant.name} grants {key.name} to {principal} of another account, whose own "
                    "policies then limit nothing: let the key's policy name the role instead"
                )
            statement = _statement(f"Grant {grant.name}", principal_element(str(principal)), actions, "*")
            yield {**statement, "Condition": {"StringEquals": conditions}} if conditions else statement


def _access_control_list(stack: StackResources, bucket: StackResource) -> Iterator[Statement]:
    """S3: what a bucket's access control list gives to others than its owner."""
    arn = str(bucket.props.get("arn"))
    for acl in stack.pointing(ACL, "bucket", bucket):
        canned = acl.props.get("acl")
        if canned and canned not in _CANNED:
            raise BadExport(f"{stack.name}: {acl.name} has the list {canned!r}; known are {', '.join(sorted(_CANNED))}")
        given = [(_GROUPS[group], permission) for group, permission in _CANNED.get(str(canned), ())]
        for policy in mappings(as_list(acl.props.get("accessControlPolicy"))):
            owners = {str(owner.get("id")) for owner in mappings(as_list(policy.get("owner")))}
            given += [
                (_grantee(grantee), str(grant.get("permission")))
                for grant in mappings(policy.get("grants"))
                for grantee in mappings(as_list(grant.get("grantee")))
                if not (grantee.get("id") and str(grantee["id"]) in owners)
            ]
        for principal, permission in given:
            actions = list(_PERMISSIONS.get(permission, ["s3:*"]))
            yield _statement(f"Access control list {acl.name}", principal, actions, [arn, f"{arn}/*"])


def _grantee(grantee: Mapping[str, Any]) -> Any:
    """Whom a list names; a group, or an address, that nobody has looked up is everybody."""
    if grantee.get("id"):
        return {"CanonicalUser": str(grantee["id"])}
    return _GROUPS.get(str(grantee.get("uri")), "*")


def _access_points(stack: StackResources, bucket: StackResource) -> Iterator[Statement]:
    """S3: what the policies of a bucket's access points allow, said of the bucket.

    Source: Amazon S3 User Guide, "Configuring IAM policies for using access points".
    """
    arn = str(bucket.props.get("arn"))
    for point in stack.pointing(ACCESS_POINT, "bucket", bucket):
        named = str(point.props.get("arn") or f"accesspoint/{point.props.get('name')}")
        policies = [point.props.get("policy")]
        policies += [one.props.get("policy") for one in stack.pointing(ACCESS_POINT_POLICY, "accessPointArn", point)]
        for policy in filter(None, policies):
            for statement in statements(document(policy, f"{stack.name}: policy of access point {point.name}")):
                if statement.get("Effect") == "Allow":
                    resources = [_of_bucket(str(one), named, arn) for one in as_list(statement.get("Resource"))]
                    rest = {key: value for key, value in statement.items() if key not in ("NotResource", "Sid")}
                    yield {**rest, "Sid": f"Access point {point.name}", "Resource": resources or "*"}


def _of_bucket(resource: str, access_point: str, bucket: str) -> str:
    """The same objects, named by their bucket; whatever does not begin as the access point does may be anything."""
    if resource == access_point:
        return bucket
    below = f"{access_point}/object/"
    return f"{bucket}/{resource.removeprefix(below)}" if resource.startswith(below) else "*"


def _bus_permissions(stack: StackResources, bus: StackResource) -> Iterator[Statement]:
    """EventBridge: a permission lets an account, or everybody of an organization, put events."""
    yield from permissions_of(stack, [*stack.pointing(BUS_PERMISSION, "eventBusName", bus)], str(bus.props.get("arn")))


def permissions_of(stack: StackResources, permissions: Sequence[StackResource], bus: str) -> Iterator[Statement]:
    """The statements that permissions of a bus amount to. Source: Amazon EventBridge API Reference, "PutPermission"."""
    for permission in permissions:
        principal, props = str(permission.props.get("principal")), permission.props
        named = "*" if principal == "*" else {"AWS": f"arn:{stack.scope.partition}:iam::{principal}:root"}
        action = str(props.get("action") or "events:PutEvents")
        statement = _statement(str(props.get("statementId") or permission.name), named, [action], bus)
        conditions = mappings(as_list(props.get("condition")))
        for condition in conditions:
            statement["Condition"] = {str(condition.get("type")): {str(condition.get("key")): condition.get("value")}}
        yield statement


def _statement(sid: str, principal: Any, actions: Sequence[str], resource: Any) -> Statement:
    return {"Sid": sid, "Effect": "Allow", "Principal": principal, "Action": list(actions), "Resource": resource}


_READERS: Mapping[str, Sequence[Callable[[StackResources, StackResource], Iterator[Statement]]]] = {
    "key": (_key_grants,),
    "bucket": (_access_control_list, _access_points),
    "bus": (_bus_permissions,),
}
