"""Calls that services decide themselves, whatever policies say."""

from __future__ import annotations

from tests.policies.access.corpus.question import (
    ALLOWED,
    BUCKET,
    DENIED,
    FEDERATED,
    FULL,
    GUEST_ROLE,
    GUEST_ROOT,
    GUEST_USER,
    HERE,
    QUEUE,
    ROLE,
    ROOT,
    SESSION,
    USER,
    allow,
    deny,
    everybody,
    policy,
    topic,
)

IDENTITY = 'AWS Security Token Service API Reference, "GetCallerIdentity"'
SESSION_TOKEN = 'AWS Security Token Service API Reference, "GetSessionToken"'
FEDERATION_TOKEN = 'AWS Security Token Service API Reference, "GetFederationToken"'
ASSUME_ROLE = 'AWS Security Token Service API Reference, "AssumeRole"'
ASSUME_ROOT = 'AWS Security Token Service API Reference, "AssumeRoot"'
COMPARED = 'IAM User Guide, "Compare AWS STS credentials"'
PUT_POLICY = 'Amazon S3 API Reference, "PutBucketPolicy"'
GET_POLICY = 'Amazon S3 API Reference, "GetBucketPolicy"'
DELETE_POLICY = 'Amazon S3 API Reference, "DeleteBucketPolicy"'
ROOT_TASKS = 'IAM User Guide, "Tasks that require root user credentials"'

_sts = topic("calls to STS", action="sts:GetCallerIdentity", resource="*")
_NOTHING = policy(deny())

STS = (
    _sts(IDENTITY, "a user without policies asks who it is", ALLOWED),
    _sts(IDENTITY, "a user whom a policy denies everything asks who it is", ALLOWED, identity=[_NOTHING]),
    _sts(IDENTITY, "a role whose boundary denies the call by name", ALLOWED, principal=ROLE,
         boundary=policy(deny("sts:GetCallerIdentity"))),
    _sts(IDENTITY, "a session whose session policy is silent", ALLOWED, principal=SESSION,
         session=policy(allow("s3:*"))),
    _sts(IDENTITY, "a federated user without a session policy", ALLOWED, principal=FEDERATED),
    _sts(IDENTITY, "the account root", ALLOWED, principal=ROOT),
    _sts(IDENTITY, "the name of the action in lower case is the same action", ALLOWED,
         action="sts:getcalleridentity", identity=[_NOTHING]),
    _sts(IDENTITY, "nobody in particular has no identity to ask for", DENIED, principal="*"),
    _sts(SESSION_TOKEN, "a user needs no permission for a session token", ALLOWED, action="sts:GetSessionToken"),
    _sts(SESSION_TOKEN, "policies do not control authentication", ALLOWED, action="sts:GetSessionToken",
         identity=[policy(deny("sts:*"))]),
    _sts(SESSION_TOKEN, "the account root gets a session token as well", ALLOWED, action="sts:GetSessionToken",
         principal=ROOT),
    _sts(ASSUME_ROLE, "a role's credentials get no session token, whatever is allowed", DENIED,
         action="sts:GetSessionToken", principal=SESSION, identity=[FULL]),
    _sts(ASSUME_ROLE, "a role's credentials make no federated user", DENIED, action="sts:GetFederationToken",
         principal=ROLE, identity=[FULL]),
    _sts(FEDERATION_TOKEN, "a user makes a federated user with the permission", ALLOWED,
         action="sts:GetFederationToken", identity=[policy(allow("sts:GetFederationToken"))]),
    _sts(FEDERATION_TOKEN, "and not without it", DENIED, action="sts:GetFederationToken"),
    _sts(FEDERATION_TOKEN, "a federated user calls no other operation of STS", DENIED, principal=FEDERATED,
         action="sts:DecodeAuthorizationMessage", identity=[FULL], session=FULL),
    _sts(FEDERATION_TOKEN, "a federated user assumes no role", DENIED, principal=FEDERATED, action="sts:AssumeRole",
         resource=ROLE, identity=[FULL], session=FULL, resource_policy=policy(allow("sts:*", None, Principal="*"))),
    _sts(COMPARED, "the account root assumes no role that trusts its account", DENIED, principal=ROOT,
         action="sts:AssumeRole", resource=ROLE,
         resource_policy=policy(allow("sts:AssumeRole", None, Principal={"AWS": HERE}))),
    _sts(COMPARED, "nor the root of another account that the role trusts", DENIED, principal=GUEST_ROOT,
         action="sts:AssumeRole", resource=ROLE, owner=HERE,
         resource_policy=policy(allow("sts:AssumeRole", None, Principal={"AWS": GUEST_ROOT}))),
    _sts(ASSUME_ROOT, "a root user does not call AssumeRoot", DENIED, principal=ROOT, action="sts:AssumeRoot",
         resource=GUEST_ROOT, owner=HERE),
)  # fmt: skip

_policy = topic("policies of buckets and queues", action="s3:PutBucketPolicy", resource=BUCKET, principal=ROOT)
_LOCKED = policy(deny("s3:*", [BUCKET, f"{BUCKET}/*"], Principal="*"))
_LOCKED_QUEUE = policy(deny("sqs:*", QUEUE, Principal="*"))
_SHARED = {"owner": HERE, "identity": [FULL], "resource_policy": everybody("s3:*")}
_SHARED_QUEUE = {"owner": HERE, "identity": [FULL], "resource_policy": everybody("sqs:*"), "resource": QUEUE}

BUCKETS = (
    _policy(PUT_POLICY, "the owner's root replaces a policy that denies it", ALLOWED, resource_policy=_LOCKED),
    _policy(GET_POLICY, "and reads it", ALLOWED, action="s3:GetBucketPolicy", resource_policy=_LOCKED),
    _policy(DELETE_POLICY, "and deletes it", ALLOWED, action="s3:DeleteBucketPolicy", resource_policy=_LOCKED),
    _policy(DELETE_POLICY, "also a denial that names the root", ALLOWED, action="s3:DeleteBucketPolicy",
            resource_policy=policy(deny("s3:DeleteBucketPolicy", BUCKET, Principal={"AWS": ROOT}))),
    _policy(PUT_POLICY, "nothing else that the policy denies it", DENIED, action="s3:ListBucket",
            resource_policy=_LOCKED),
    _policy(PUT_POLICY, "an endpoint policy stops it", DENIED, resource_policy=_LOCKED,
            endpoint_policy=policy(deny("s3:PutBucketPolicy", Principal="*"))),
    _policy(PUT_POLICY, "an SCP stops it", DENIED, resource_policy=_LOCKED, scps=[[FULL, policy(deny("s3:*"))]]),
    _policy(PUT_POLICY, "an RCP stops it", DENIED, resource_policy=_LOCKED,
            rcps=[[policy(deny("s3:PutBucketPolicy", Principal="*"))]]),
    _policy(PUT_POLICY, "an administrator who is no root is denied", DENIED, principal=USER, identity=[FULL],
            resource_policy=_LOCKED),
    _policy(PUT_POLICY, "the root of another account is denied", DENIED, principal=GUEST_ROOT, owner=HERE,
            resource_policy=_LOCKED),
    _policy(PUT_POLICY, "another account's identity, though both sides allow it", DENIED, principal=GUEST_USER,
            **_SHARED),
    _policy(GET_POLICY, "nor does it read the policy", DENIED, principal=GUEST_ROLE, action="s3:GetBucketPolicy",
            **_SHARED),
    _policy(DELETE_POLICY, "nor delete it", DENIED, principal=GUEST_ROOT, action="s3:DeleteBucketPolicy", **_SHARED),
    _policy(DELETE_POLICY, "an identity of the owner with the permission deletes it", ALLOWED, principal=ROLE,
            action="s3:DeleteBucketPolicy", identity=[policy(allow("s3:DeleteBucketPolicy"))]),
    _policy(ROOT_TASKS, "the owner's root sets the attributes of a queue that denies everybody", ALLOWED,
            action="sqs:SetQueueAttributes", resource=QUEUE, resource_policy=_LOCKED_QUEUE),
    _policy(ROOT_TASKS, "and receives nothing from it", DENIED, action="sqs:ReceiveMessage", resource=QUEUE,
            resource_policy=_LOCKED_QUEUE),
    _policy(ROOT_TASKS, "a user of the account cannot mend the queue", DENIED, action="sqs:SetQueueAttributes",
            resource=QUEUE, principal=USER, identity=[FULL], resource_policy=_LOCKED_QUEUE),
)  # fmt: skip

_OF_QUEUES = (
    *("AddPermission", "CreateQueue", "DeleteQueue", "ListQueueTags", "ListQueues", "RemovePermission"),
    *("SetQueueAttributes", "TagQueue", "UntagQueue"),
)

QUEUES = (
    *(
        _policy(f'Amazon SQS API Reference, "{name}"', f"{name} has no permissions across accounts", DENIED,
                action=f"sqs:{name}", principal=GUEST_ROLE, **_SHARED_QUEUE)
        for name in _OF_QUEUES
    ),
    _policy('Amazon SQS API Reference, "SendMessage"', "SendMessage has them", ALLOWED, action="sqs:SendMessage",
            principal=GUEST_ROLE, **_SHARED_QUEUE),
    _policy('Amazon SQS API Reference, "DeleteQueue"', "the account's own role deletes its queue", ALLOWED,
            principal=ROLE, action="sqs:DeleteQueue", **_SHARED_QUEUE),
)  # fmt: skip

QUESTIONS = (*STS, *BUCKETS, *QUEUES)
