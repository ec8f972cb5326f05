"""Service control policies and resource control policies."""

from __future__ import annotations

from tests.policies.access.corpus.question import (
    ALLOWED,
    DENIED,
    FEDERATED,
    FULL,
    GUEST_ROLE,
    HERE,
    KEY,
    OBJECT,
    QUEUE,
    REFUSED,
    ROLE,
    ROOT,
    SESSION,
    TABLE,
    THERE,
    USER,
    allow,
    deny,
    everybody,
    policy,
    topic,
)

SCPS = 'AWS Organizations User Guide, "Service control policies (SCPs)"'
SCP_EVALUATION = 'AWS Organizations User Guide, "SCP evaluation"'
SCP_SYNTAX = 'AWS Organizations User Guide, "SCP syntax"'
RCPS = 'AWS Organizations User Guide, "Resource control policies (RCPs)"'
RCP_EVALUATION = 'AWS Organizations User Guide, "RCP evaluation"'
RCP_SYNTAX = 'AWS Organizations User Guide, "RCP syntax"'
LOGIC = 'IAM User Guide, "How AWS enforcement code logic evaluates requests to allow or deny access"'
LINKED_ROLES = 'IAM User Guide, "Create a service-linked role"'
KMS_RCPS = 'AWS KMS Developer Guide, "Resource control policies in AWS KMS"'

_LINKED = f"arn:aws:iam::{HERE}:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"
_scp = topic("SCPs", identity=[FULL])
_NO_S3, _ONLY_EC2 = policy(deny("s3:*")), policy(allow("ec2:*"))
_HOME_REGION = policy(deny(None, NotAction=["iam:*", "s3:*"],
                           Condition={"StringNotEquals": {"aws:RequestedRegion": "eu-central-1"}}))  # fmt: skip

SCP = (
    _scp(SCPS, "an SCP that allows grants nothing", DENIED, identity=[], scps=[[FULL]]),
    _scp(SCPS, "what the SCP lacks is denied", DENIED, scps=[[_ONLY_EC2]]),
    _scp(SCPS, "a deny beside the policy that allows everything", DENIED, scps=[[FULL, _NO_S3]]),
    _scp(SCPS, "the root user of a member account is bound", DENIED, principal=ROOT, scps=[[FULL, _NO_S3]]),
    _scp(SCPS, "sessions are bound", DENIED, principal=SESSION, scps=[[FULL, _NO_S3]]),
    _scp(SCPS, "federated users are bound", DENIED, principal=FEDERATED, session=FULL, scps=[[FULL, _NO_S3]]),
    _scp(SCPS, "service-linked roles are not", ALLOWED, principal=_LINKED, scps=[[FULL, _NO_S3]]),
    _scp(LINKED_ROLES, "a role that has only a name like one is bound", DENIED, scps=[[FULL, _NO_S3]],
         principal=f"arn:aws:iam::{HERE}:role/AWSServiceRole"),
    _scp(SCPS, "callers of other accounts are not bound by the owner's SCPs, but need its policy", DENIED,
         principal=GUEST_ROLE, owner=HERE),
    _scp(SCPS, "services that act as themselves are not bound", ALLOWED, principal="logging.s3.amazonaws.com",
         action="s3:PutObject", identity=[], scps=[[FULL, _NO_S3]],
         resource_policy=policy(allow("s3:PutObject", OBJECT, Principal={"Service": "logging.s3.amazonaws.com"}))),
    _scp(SCPS, "what a resource's policy gives an identity of the account is bound as well", DENIED, identity=[],
         scps=[[FULL, _NO_S3]], resource_policy=policy(allow("s3:GetObject", OBJECT, Principal={"AWS": USER}))),
    _scp(SCP_EVALUATION, "every level allows", ALLOWED, scps=[[FULL], [FULL], [FULL]]),
    _scp(SCP_EVALUATION, "the root of the organization does not allow", DENIED, scps=[[_ONLY_EC2], [FULL], [FULL]]),
    _scp(SCP_EVALUATION, "the unit in the middle does not allow", DENIED, scps=[[FULL], [_ONLY_EC2], [FULL]]),
    _scp(SCP_EVALUATION, "the account itself does not allow", DENIED, scps=[[FULL], [FULL], [_ONLY_EC2]]),
    _scp(SCP_EVALUATION, "a level without any policy", DENIED, scps=[[FULL], []]),
    _scp(SCP_EVALUATION, "two policies of a level add up", ALLOWED, scps=[[FULL], [_ONLY_EC2, policy(allow("s3:*"))]]),
    _scp(SCP_EVALUATION, "a deny above holds below, whatever is allowed there", DENIED,
         scps=[[FULL, _NO_S3], [FULL], [policy(allow("s3:*"))]]),
    _scp(SCP_SYNTAX, "a deny for other Regions than the request's", DENIED, action="sqs:SendMessage",
         resource=QUEUE.replace("eu-central-1", "us-west-2"), scps=[[FULL, _HOME_REGION]]),
    _scp(SCP_SYNTAX, "in the Region it holds back nothing", ALLOWED, action="sqs:SendMessage", resource=QUEUE,
         scps=[[FULL, _HOME_REGION]]),
    _scp(SCP_SYNTAX, "nor what NotAction leaves out", ALLOWED, action="iam:GetUser", resource=USER,
         scps=[[FULL, _HOME_REGION]]),
    _scp(SCP_SYNTAX, "a deny of one resource", ALLOWED, scps=[[FULL, policy(deny("s3:*", "arn:aws:s3:::other/*"))]]),
    _scp(SCP_SYNTAX, "an Allow with a condition that holds", ALLOWED, principal=ROLE,
         scps=[[policy(allow("s3:*", Condition={"StringEquals": {"aws:PrincipalArn": ROLE}}))]]),
    _scp(SCP_SYNTAX, "an Allow with a condition that fails", DENIED, principal=USER,
         scps=[[policy(allow("s3:*", Condition={"StringEquals": {"aws:PrincipalArn": ROLE}}))]]),
    _scp(SCP_SYNTAX, "actions compare without case", DENIED, scps=[[FULL, policy(deny("S3:getobject"))]]),
    _scp(SCP_SYNTAX, "an SCP has no Principal", REFUSED, scps=[[policy(allow(Principal="*"))]]),
    _scp(SCP_SYNTAX, "nor NotPrincipal", REFUSED, scps=[[policy(deny(NotPrincipal="*"))]]),
    _scp(SCP_SYNTAX, "it must have the current version", REFUSED, scps=[[policy(allow(), version="2008-10-17")]]),
)  # fmt: skip

_rcp = topic("RCPs", identity=[FULL])
_RCP_FULL = policy(allow(Principal="*"))
_NO_READING = policy(deny("s3:GetObject", Principal="*"))
_ORGANIZATION = policy(
    deny(["s3:*", "sqs:*", "kms:*"], Principal="*",
         Condition={"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-books"},
                    "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}),
)  # fmt: skip
_GUESTS = {"principal": GUEST_ROLE, "owner": HERE, "resource_policy": everybody("s3:*")}

RCP = (
    _rcp(RCP_SYNTAX, "a level with denials alone allows, since RCPFullAWSAccess stays attached", ALLOWED,
         rcps=[[policy(deny("sqs:*", Principal="*"))]]),
    _rcp(RCP_SYNTAX, "RCPFullAWSAccess itself may be given", ALLOWED, rcps=[[_RCP_FULL], [_RCP_FULL]]),
    _rcp(RCP_SYNTAX, "a level for which none is given", ALLOWED, rcps=[[], [policy(deny("sqs:*", Principal="*"))]]),
    _rcp(RCPS, "an RCP grants nothing", DENIED, identity=[], rcps=[[_RCP_FULL]]),
    _rcp(RCPS, "it denies what it names", DENIED, rcps=[[_RCP_FULL, _NO_READING]]),
    _rcp(RCP_EVALUATION, "on any level", DENIED, rcps=[[_NO_READING], [], []]),
    _rcp(RCPS, "the root user of the account is bound", DENIED, principal=ROOT, rcps=[[_NO_READING]]),
    _rcp(RCPS, "callers of other accounts are bound", DENIED, rcps=[[_NO_READING]], **_GUESTS),
    _rcp(RCPS, "nobody in particular is bound", DENIED, principal="*", identity=[], rcps=[[_NO_READING]],
         resource_policy=everybody("s3:*")),
    _rcp(RCPS, "service-linked roles are not bound", ALLOWED, principal=_LINKED, rcps=[[_NO_READING]]),
    _rcp(RCPS, "a service may assume its service-linked role", ALLOWED, principal="backup.amazonaws.com", identity=[],
         action="sts:AssumeRole", resource=_LINKED, rcps=[[policy(deny("sts:*", Principal="*"))]],
         resource_policy=policy(allow("sts:AssumeRole", None, Principal={"Service": "backup.amazonaws.com"}))),
    _rcp(RCPS, "and no other role that an RCP forbids", DENIED, principal="backup.amazonaws.com", identity=[],
         action="sts:AssumeRole", resource=ROLE, rcps=[[policy(deny("sts:*", Principal="*"))]],
         resource_policy=policy(allow("sts:AssumeRole", None, Principal={"Service": "backup.amazonaws.com"}))),
    _rcp(RCPS, "RCPs do not touch services outside their list", ALLOWED, action="sns:Publish",
         resource=f"arn:aws:sns:eu-central-1:{HERE}:alerts", rcps=[[policy(deny("sns:*", Principal="*"))]]),
    _rcp(RCPS, "DynamoDB is on the list", DENIED, action="dynamodb:GetItem", resource=TABLE,
         rcps=[[policy(deny("dynamodb:*", Principal="*"))]]),
    _rcp(RCPS, "Amazon Data Firehose is on the list", DENIED, action="firehose:PutRecord",
         resource=f"arn:aws:firehose:eu-central-1:{HERE}:deliverystream/s",
         rcps=[[policy(deny("firehose:*", Principal="*"))]]),
    _rcp(RCPS, "AWS AppConfig is on the list", DENIED, action="appconfig:GetConfiguration",
         resource=f"arn:aws:appconfig:eu-central-1:{HERE}:application/a",
         rcps=[[policy(deny("appconfig:*", Principal="*"))]]),
    _rcp(RCPS, "AWS Lambda is not", ALLOWED, action="lambda:InvokeFunction",
         resource=f"arn:aws:lambda:eu-central-1:{HERE}:function:f", rcps=[[policy(deny("lambda:*", Principal="*"))]]),
    _rcp(KMS_RCPS, "kms:RetireGrant is outside RCPs", ALLOWED, action="kms:RetireGrant", resource=KEY,
         resource_policy=policy(allow("kms:*", Principal={"AWS": HERE})),
         rcps=[[policy(deny("kms:*", Principal="*"))]]),
    _rcp(RCP_EVALUATION, "an identity of the organization passes its perimeter", ALLOWED, rcps=[[_ORGANIZATION]],
         context={"aws:PrincipalOrgID": "o-books"}),
    _rcp(RCP_EVALUATION, "one of another organization does not", DENIED, rcps=[[_ORGANIZATION]],
         context={"aws:PrincipalOrgID": "o-games"}, **_GUESTS),
    _rcp(RCP_EVALUATION, "nor one of an account without an organization", DENIED, rcps=[[_ORGANIZATION]], **_GUESTS),
    _rcp(RCP_EVALUATION, "a service passes, as the perimeter says", ALLOWED, principal="logs.amazonaws.com",
         identity=[], rcps=[[_ORGANIZATION]], resource_policy=everybody("s3:*")),
    _rcp(RCP_EVALUATION, "an anonymous caller has neither key and is denied", DENIED, principal="*", identity=[],
         rcps=[[_ORGANIZATION]], resource_policy=everybody("s3:*")),
    _rcp(RCP_SYNTAX, "an RCP of one's own cannot allow", REFUSED, rcps=[[policy(allow("s3:*", Principal="*"))]]),
    _rcp(RCP_SYNTAX, "it names everybody", REFUSED, rcps=[[policy(deny("s3:*", Principal={"AWS": THERE}))]]),
    _rcp(RCP_SYNTAX, "it has no NotAction", REFUSED, rcps=[[policy(deny(None, NotAction="s3:*", Principal="*"))]]),
    _rcp(RCP_SYNTAX, "its Action names a service", REFUSED, rcps=[[policy(deny("*", Principal="*"))]]),
    _rcp(RCP_SYNTAX, "it has no NotPrincipal", REFUSED, rcps=[[policy(deny("s3:*", NotPrincipal={"AWS": HERE}))]]),
    _rcp(RCP_SYNTAX, "NotResource leaves resources out", ALLOWED,
         rcps=[[policy(deny("s3:*", None, NotResource="arn:aws:s3:::invoices/*", Principal="*"))]]),
    _rcp(RCP_SYNTAX, "it must have the current version", REFUSED,
         rcps=[[policy(deny("s3:*", Principal="*"), version=None)]]),
    _rcp(LOGIC, "an explicit deny of an RCP beats every allow", DENIED, rcps=[[_NO_READING]],
         resource_policy=policy(allow("s3:GetObject", OBJECT, Principal={"AWS": USER}))),
)  # fmt: skip

QUESTIONS = (*SCP, *RCP)
