"""One account and two: who must allow, and how a resource's policy names the caller."""

from __future__ import annotations

from tests.policies.access.corpus.question import (
    ALLOWED,
    BUCKET,
    DENIED,
    FULL,
    GUEST_ROLE,
    GUEST_ROOT,
    GUEST_USER,
    HERE,
    OBJECT,
    QUEUE,
    ROLE,
    ROOT,
    SECRET,
    SESSION,
    TABLE,
    THERE,
    TOPIC,
    USER,
    allow,
    deny,
    everybody,
    policy,
    topic,
)

LOGIC = 'IAM User Guide, "How AWS enforcement code logic evaluates requests to allow or deny access"'
BASICS = 'IAM User Guide, "Policy evaluation for requests within a single account"'
IMPLICIT = 'IAM User Guide, "The difference between explicit and implicit denies"'
CROSS = 'IAM User Guide, "Cross-account policy evaluation logic"'
PRINCIPAL = 'IAM User Guide, "AWS JSON policy elements: Principal"'
SHARING = 'IAM User Guide, "Cross account resource access in IAM"'

_home = topic("one account")
_READ, _PUT = policy(allow("s3:GetObject")), policy(allow("s3:PutObject"))
_OPEN_TO_USER = policy(allow("s3:GetObject", OBJECT, Principal={"AWS": USER}))

ONE = (
    _home(LOGIC, "a request that nothing allows is denied", DENIED),
    _home(LOGIC, "the root user needs no policy", ALLOWED, principal=ROOT),
    _home(LOGIC, "a policy of the identity that allows it is enough", ALLOWED, identity=[_READ]),
    _home(LOGIC, "a policy of the resource that names the user is enough", ALLOWED, resource_policy=_OPEN_TO_USER),
    _home(LOGIC, "an explicit deny of the identity beats its allow", DENIED, identity=[_READ, policy(deny("s3:Get*"))]),
    _home(LOGIC, "an explicit deny of the resource beats the identity's allow", DENIED, identity=[_READ],
          resource_policy=policy(deny("s3:GetObject", OBJECT, Principal={"AWS": USER}))),
    _home(LOGIC, "an explicit deny of the identity beats the resource's allow", DENIED,
          identity=[policy(deny("s3:*"))], resource_policy=_OPEN_TO_USER),
    _home(LOGIC, "the order of allow and deny does not matter", DENIED,
          identity=[policy(deny("s3:GetObject"), allow("s3:GetObject"))]),
    _home(LOGIC, "an explicit deny of the resource binds its account's root", DENIED, principal=ROOT,
          resource_policy=policy(deny("s3:GetObject", OBJECT, Principal="*"))),
    _home(IMPLICIT, "allowing another action allows nothing here", DENIED, identity=[_PUT]),
    _home(IMPLICIT, "a deny of another action denies nothing here", ALLOWED,
          identity=[_READ, policy(deny("s3:PutObject"))]),
    _home(BASICS, "several policies of an identity add up", ALLOWED, identity=[_PUT, _READ]),
    _home(BASICS, "resource and identity policies add up", ALLOWED, identity=[_PUT], resource_policy=_OPEN_TO_USER),
    _home(BASICS, "an identity policy for another resource does not help", DENIED,
          identity=[policy(allow("s3:GetObject", "arn:aws:s3:::archive/*"))]),
    _home(BASICS, "a policy of the resource that names another user does not help", DENIED,
          resource_policy=policy(allow("s3:GetObject", OBJECT, Principal={"AWS": f"{USER}2"}))),
    _home(LOGIC, "a role in a resource's policy includes its sessions", ALLOWED, principal=SESSION,
          resource_policy=policy(allow("s3:GetObject", OBJECT, Principal={"AWS": ROLE}))),
    _home(LOGIC, "a session in a resource's policy is that session", ALLOWED, principal=SESSION,
          resource_policy=policy(allow("s3:GetObject", OBJECT, Principal={"AWS": SESSION}))),
    _home(LOGIC, "and no other session of the role", DENIED, principal=f"{SESSION}-2",
          resource_policy=policy(allow("s3:GetObject", OBJECT, Principal={"AWS": SESSION}))),
    _home(LOGIC, "a deny that names the role binds its sessions", DENIED, principal=SESSION, identity=[FULL],
          resource_policy=policy(deny("s3:GetObject", OBJECT, Principal={"AWS": ROLE}))),
    _home(PRINCIPAL, "naming the account leaves the decision to its identities' policies", DENIED,
          resource_policy=policy(allow("s3:GetObject", OBJECT, Principal={"AWS": HERE}))),
    _home(PRINCIPAL, "the root ARN in a policy is the account, not its root user alone", ALLOWED, identity=[_READ],
          resource_policy=policy(allow("s3:GetObject", OBJECT, Principal={"AWS": ROOT}))),
    _home(PRINCIPAL, "a deny that names the account binds all its identities", DENIED, identity=[FULL],
          resource_policy=policy(deny("s3:GetObject", OBJECT, Principal={"AWS": HERE}))),
    _home(PRINCIPAL, "a deny for another account does not", ALLOWED, identity=[FULL],
          resource_policy=policy(deny("s3:GetObject", OBJECT, Principal={"AWS": THERE}))),
    _home(PRINCIPAL, "the user's name is case-sensitive", DENIED,
          resource_policy=policy(allow("s3:GetObject", OBJECT, Principal={"AWS": f"arn:aws:iam::{HERE}:user/Nora"}))),
    _home(PRINCIPAL, "several principals are a list to choose from", ALLOWED,
          resource_policy=policy(allow("s3:GetObject", OBJECT, Principal={"AWS": [GUEST_ROLE, USER]}))),
    _home(PRINCIPAL, "* under AWS is everybody", ALLOWED,
          resource_policy=policy(allow("s3:GetObject", OBJECT, Principal={"AWS": "*"}))),
    _home(PRINCIPAL, "an AWS service in the policy is not the user", DENIED,
          resource_policy=policy(allow("s3:GetObject", OBJECT, Principal={"Service": "logs.amazonaws.com"}))),
    _home(PRINCIPAL, "a role named by a condition on aws:PrincipalArn", ALLOWED, principal=SESSION,
          resource_policy=everybody("s3:GetObject", Condition={"ArnEquals": {"aws:PrincipalArn": ROLE}})),
    _home(PRINCIPAL, "aws:PrincipalArn is never a session's own ARN", DENIED, principal=SESSION,
          resource_policy=everybody("s3:GetObject", Condition={"ArnEquals": {"aws:PrincipalArn": SESSION}})),
    _home(PRINCIPAL, "aws:PrincipalArn of the root is the root user alone", DENIED,
          resource_policy=everybody("s3:GetObject", Condition={"ArnEquals": {"aws:PrincipalArn": ROOT}})),
    _home(PRINCIPAL, "and the root user it is", ALLOWED, principal=GUEST_ROOT, owner=HERE,
          resource_policy=everybody("s3:GetObject", Condition={"ArnEquals": {"aws:PrincipalArn": GUEST_ROOT}})),
)  # fmt: skip

_away = topic("two accounts", principal=GUEST_USER, owner=HERE)
_TO_THERE = policy(allow("s3:GetObject", OBJECT, Principal={"AWS": THERE}))
_TO_GUEST = policy(allow("s3:GetObject", OBJECT, Principal={"AWS": GUEST_USER}))

TWO = (
    _away(CROSS, "both accounts allow", ALLOWED, identity=[_READ], resource_policy=_TO_THERE),
    _away(CROSS, "the caller's account does not", DENIED, resource_policy=_TO_THERE),
    _away(CROSS, "naming the user does not stand in for its own account", DENIED, resource_policy=_TO_GUEST),
    _away(CROSS, "the resource's account does not", DENIED, identity=[FULL]),
    _away(CROSS, "the resource's policy is for another account", DENIED, identity=[FULL],
          resource_policy=policy(allow("s3:GetObject", OBJECT, Principal={"AWS": "777788889999"}))),
    _away(CROSS, "the resource's account denies", DENIED, identity=[FULL],
          resource_policy=policy(allow("s3:*", Principal="*"), deny("s3:GetObject", Principal={"AWS": THERE}))),
    _away(CROSS, "the caller's account denies", DENIED, identity=[FULL, policy(deny("s3:GetObject", OBJECT))],
          resource_policy=_TO_THERE),
    _away(CROSS, "a boundary of the caller that is silent", DENIED, identity=[FULL], boundary=_PUT,
          resource_policy=_TO_GUEST),
    _away(CROSS, "a session of the other account, its role named here", ALLOWED, identity=[_READ],
          principal=f"arn:aws:sts::{THERE}:assumed-role/Partner/x",
          resource_policy=policy(allow("s3:GetObject", OBJECT, Principal={"AWS": GUEST_ROLE}))),
    _away(CROSS, "a session of the other account named here, without a policy of its own", DENIED,
          principal=f"arn:aws:sts::{THERE}:assumed-role/Partner/x",
          resource_policy=policy(allow("s3:GetObject", OBJECT,
                                       Principal={"AWS": f"arn:aws:sts::{THERE}:assumed-role/Partner/x"}))),
    _away(CROSS, "everybody in the resource's policy still needs the caller's account", DENIED,
          resource_policy=everybody("s3:GetObject")),
    _away(CROSS, "and with its permission it is enough", ALLOWED, identity=[_READ],
          resource_policy=everybody("s3:GetObject")),
    _away(CROSS, "the other account's root acts for its account", ALLOWED, principal=GUEST_ROOT,
          resource_policy=_TO_THERE),
    _away(CROSS, "but not without the resource's policy", DENIED, principal=GUEST_ROOT),
    _away(SHARING, "a queue shared with an account", ALLOWED, action="sqs:SendMessage", resource=QUEUE,
          identity=[policy(allow("sqs:SendMessage", QUEUE))],
          resource_policy=policy(allow("sqs:SendMessage", QUEUE, Principal={"AWS": THERE}))),
    _away(SHARING, "a topic shared with an account, another action", DENIED, action="sns:Subscribe", resource=TOPIC,
          identity=[FULL], resource_policy=policy(allow("sns:Publish", TOPIC, Principal={"AWS": THERE}))),
    _away(SHARING, "a secret shared with a role", ALLOWED, action="secretsmanager:GetSecretValue", resource=SECRET,
          principal=GUEST_ROLE, identity=[policy(allow("secretsmanager:GetSecretValue", SECRET))],
          resource_policy=policy(allow("secretsmanager:GetSecretValue", "*", Principal={"AWS": GUEST_ROLE}))),
    _away(SHARING, "a table without a policy of its own is for its own account", DENIED, action="dynamodb:GetItem",
          resource=TABLE, identity=[FULL]),
    _away(SHARING, "the bucket's list right is not its objects' read right", DENIED, identity=[FULL],
          resource_policy=policy(allow("s3:ListBucket", BUCKET, Principal={"AWS": THERE}))),
)  # fmt: skip

QUESTIONS = (*ONE, *TWO)
