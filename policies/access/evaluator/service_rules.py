"""What AWS's services decide themselves, whatever policies say: calls that always pass, and calls that never do."""

from __future__ import annotations

from policies.access.authorization import AuthorizationRequest
from policies.access.evaluator.caller import NormalizedRequest
from policies.access.evaluator.caller_kinds import PrincipalType

# Source: AWS Security Token Service API Reference, "GetCallerIdentity": it works even when a policy denies it.
_WHO_AM_I = "sts:getcalleridentity"
# Source: the same, "GetSessionToken": users need no permission, and policies do not control it. A role's credentials
# cannot call it ("AssumeRole", Permissions), nor those of a federated user ("GetFederationToken", Permissions).
_GET_SESSION = "sts:getsessiontoken"
_GET_FEDERATION = "sts:getfederationtoken"
# Source: AWS Security Token Service API Reference, "AssumeRoot": not with credentials of a root user. IAM User Guide,
# "Compare AWS STS credentials": AssumeRole is called by an IAM user, or by a role with temporary credentials.
_NOT_BY_ROOT = frozenset({"sts:assumerole", "sts:assumeroot"})

# What the root user may do to a policy of its own account that denies everybody, itself included. Only endpoint
# policies and policies of the organization can stop it.
# Sources: Amazon S3 API Reference, "GetBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy"; IAM User Guide, "Tasks
# that require root user credentials", for a queue's policy.
_UNLOCKED_BY_ROOT = frozenset(
    {
        "s3:getbucketpolicy",
        "s3:putbucketpolicy",
        "s3:deletebucketpolicy",
        "sqs:getqueueattributes",
        "sqs:setqueueattributes",
    }
)

# The operations that a key of another account takes part in; every other one, a new one included, is its own
# account's alone. Source: AWS KMS API Reference, "Cross-account use" of each operation.
_KEYS_ACROSS_ACCOUNTS = frozenset(
    {
        "kms:creategrant",
        "kms:decapsulate",
        "kms:decrypt",
        "kms:derivesharedsecret",
        "kms:describekey",
        "kms:encapsulate",
        "kms:encrypt",
        "kms:generatedatakey",
        "kms:generatedatakeypair",
        "kms:generatedatakeypairwithoutplaintext",
        "kms:generatedatakeywithoutplaintext",
        "kms:generatemac",
        "kms:getkeyrotationstatus",
        "kms:getpublickey",
        "kms:listgrants",
        "kms:reencryptfrom",
        "kms:reencryptto",
        "kms:retiregrant",
        "kms:revokegrant",
        "kms:sign",
        "kms:verify",
        "kms:verifymac",
    }
)
# Sources: Amazon S3 API Reference, "PutBucketPolicy" and its neighbours: the caller must be of the owner's account;
# Amazon SQS API Reference, "Cross-account permissions don't apply to this action".
_OWN_ACCOUNT_ALONE = frozenset(
    {
        "s3:getbucketpolicy",
        "s3:putbucketpolicy",
        "s3:deletebucketpolicy",
        "sqs:addpermission",
        "sqs:createqueue",
        "sqs:deletequeue",
        "sqs:listqueues",
        "sqs:listqueuetags",
        "sqs:removepermission",
        "sqs:setqueueattributes",
        "sqs:tagqueue",
        "sqs:untagqueue",
    }
)


def always_allowed(normalized: NormalizedRequest) -> str | None:
    """Why no policy can deny the call; None when policies decide."""
    if normalized.action == _WHO_AM_I and normalized.caller.in_account:
        return "GetCallerIdentity needs no permission, and no policy can deny it"
    if normalized.action == _GET_SESSION and normalized.caller.kind in {PrincipalType.USER, PrincipalType.ROOT}:
        return "GetSessionToken needs no permission, and no policy controls it"
    return None


def never_allowed(request: AuthorizationRequest, normalized: NormalizedRequest) -> str | None:
    """Why the call fails whatever policies allow; None when policies decide."""
    caller, action = normalized.caller, normalized.action
    if caller.kind is PrincipalType.ROOT and action in _NOT_BY_ROOT:
        return f"an account root cannot call {request.action}"
    if caller.kind is PrincipalType.FEDERATED_USER and action.startswith("sts:"):
        return f"a federated user cannot call {request.action}, nor any operation of STS but GetCallerIdentity"
    if caller.kind in {PrincipalType.ROLE, PrincipalType.SESSION} and action in {_GET_SESSION, _GET_FEDERATION}:
        return f"credentials of a role cannot call {request.action}"
    if caller.in_account and caller.account != request.owner and _in_own_account_alone(action, request.resource):
        return f"{request.action} works in the resource's own account alone"
    return None


def _in_own_account_alone(action: str, resource: str) -> bool:
    if action.startswith("kms:") and ":key/" in resource:
        return action not in _KEYS_ACROSS_ACCOUNTS
    return action in _OWN_ACCOUNT_ALONE


def unlocked_by_root(request: AuthorizationRequest, normalized: NormalizedRequest) -> bool:
    """Whether what the resource's own policy denies does not count: its account's root user may always mend it."""
    caller = normalized.caller
    own_root = caller.kind is PrincipalType.ROOT and caller.account == request.owner
    return own_root and normalized.action in _UNLOCKED_BY_ROOT
