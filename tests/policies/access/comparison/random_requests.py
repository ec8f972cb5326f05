"""Questions over random documents from a small vocabulary, so that every operator and layer meets every other."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

from policies.access.authorization import AuthorizationRequest, KmsGrant
from tests.policies.access.comparison.random_values import chance, encoded, fitting, listed, meeting, one_or_list, other

ACCOUNT, OTHER_ACCOUNT, THIRD_ACCOUNT = "111111111111", "222222222222", "333333333333"
_ACCOUNTS = (ACCOUNT, OTHER_ACCOUNT)
_NEW, _OLD = "2012-10-17", "2008-10-17"
_TAGS = ("aws:PrincipalTag/project", "aws:PrincipalTag/team", "aws:ResourceTag/project")
_TEXTS = ("red", "blue", "Red", "team-1", "r*", "?ed", "")
_ARNS = (
    f"arn:aws:iam::{ACCOUNT}:role/app/reader",
    f"arn:aws:iam::{OTHER_ACCOUNT}:role/writer",
    "arn:aws:sns:eu-west-1:111111111111:topic-1",
    "arn:aws:s3:::bucket/key",
    # A colon too many, where a pattern has a wildcard.
    "arn:aws:sns:eu-west-1:x:111111111111:topic-1",
)
# Keys by the family of operators that reads them, with values.
_KEYS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "String": ((*_TAGS, "aws:SourceVpce", "aws:RequestTag/project"), _TEXTS),
    "Arn": (("aws:SourceArn", "aws:PrincipalArn", "lambda:FunctionArn"), _ARNS),
    "Numeric": (("s3:max-keys", "aws:MultiFactorAuthAge"), ("5", "10", "10.5", "-3", "1e1")),
    "Date": (("aws:CurrentTime", "aws:TokenIssueTime"), ("2025-01-01T00:00:00Z", "2026-06-15T12:30:00+02:00")),
    "Bool": (("aws:SecureTransport", "aws:ViaAWSService"), ("true", "false")),
    "Binary": (("kms:RecipientAttestation",), (encoded("one"), encoded("two"))),
    "Ip": (
        ("aws:SourceIp", "aws:VpcSourceIp"),
        ("10.0.0.0/16", "10.0.0.0/24", "2001:db8::/48", "192.0.2.0/28", "10.0.0.1"),
    ),
}
_MULTI = ("aws:TagKeys", "aws:CalledVia", "kms:ResourceAliases")
_ORDERED = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
_OPERATORS: dict[str, list[str]] = {
    "String": [f"String{end}" for end in ("Equals", "EqualsIgnoreCase", "Like")]
    + [f"StringNot{end}" for end in ("Equals", "EqualsIgnoreCase", "Like")],
    "Arn": ["ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"],
    "Numeric": [f"Numeric{end}" for end in _ORDERED],
    "Date": [f"Date{end}" for end in _ORDERED],
    "Bool": ["Bool"],
    "Binary": ["BinaryEquals"],
    "Ip": ["IpAddress", "NotIpAddress"],
}
_ACTIONS = ("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "sns:Publish", "sagemaker:CreateModel")
_ACTION_PATTERNS = ("*", "s3:*", "s3:Get*", "S3:getobject", "s3:?etObject", "sns:Pub*", "s3:PutObject", "s3:G?tObject*")
_RESOURCES = (
    "arn:aws:s3:::bucket/red/key",
    "arn:aws:s3:::bucket/blue/a/key",
    "arn:aws:s3:::bucket",
    "arn:aws:sns:eu-west-1:111111111111:topic-1",
    "arn:aws:sns:eu-west-1:111111111111:topic-1:part",
)
_RESOURCE_PATTERNS = (
    "*",
    "arn:aws:s3:::bucket/*",
    "arn:aws:s3:::bucket/${aws:PrincipalTag/project}/*",
    "arn:aws:s3:::bucket/${aws:PrincipalTag/team, 'red'}/k?y",
    "arn:aws:s3:::buck?t/*/key",
    "arn:aws:s3:::bucket/${*}",
    "arn:aws:sns:*:111111111111:*",
    "arn:aws:sns:eu-west-1:*",
    "arn:aws:sns:eu-west-1:1111*:topic-?",
    *_RESOURCES,
)
_KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/3333cd93-d73f-4199-882d-c1e7964f4d63"
_KEY_ACTIONS = ("kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey", "kms:RetireGrant")
_KEY_PATTERNS = ("kms:*", "kms:Decrypt", "kms:GenerateDataKey*", "kms:De*", "*")
_TRUSTED = f"arn:aws:iam::{ACCOUNT}:role/app/target"
_PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.example.com"
Statement = dict[str, Any]


def condition_request(random: Random, number: int) -> AuthorizationRequest:
    """One identity statement or two with several conditions: the operators, sets, variables and missing keys."""
    allow = _statement(random, "Allow", _ACTION_PATTERNS, _RESOURCE_PATTERNS, conditions=random.choice((1, 1, 2, 3)))
    statements = [allow]
    if chance(random, 0.3):
        statements.append(_statement(random, "Deny", _ACTION_PATTERNS, _RESOURCE_PATTERNS, conditions=2))
    context = _context(random, allow)
    version = _NEW if chance(random, 0.85) else _OLD
    return AuthorizationRequest(
        id=f"conditions {number}",
        principal=f"arn:aws:iam::{ACCOUNT}:role/app/reader",
        account=ACCOUNT,
        owner=ACCOUNT,
        action=_action(random, allow, _ACTIONS),
        resource=_resource(random, allow, context, _RESOURCES),
        identity=[_document(statements, version)],
        context=context,
    )


def layer_request(random: Random, number: int) -> AuthorizationRequest:
    """Every kind of policy at once, each usually wide, so that any one of them may decide."""
    caller, account = random.choice(_callers())
    allow = _statement(random, "Allow", ("*", "s3:*", "s3:Get*"), ("*", "arn:aws:s3:::bucket/*"), conditions=0)
    context = {"aws:PrincipalTag/project": random.choice(("red", "blue"))}
    owner = ACCOUNT if chance(random, 0.75) else OTHER_ACCOUNT
    in_account = account is not None

    def level() -> list[Statement]:
        return [_wide(random) for _ in range(random.choice((1, 1, 2)))]

    return AuthorizationRequest(
        id=f"layers {number}",
        principal=caller,
        account=account,
        owner=owner,
        action=_action(random, allow, _ACTIONS),
        resource=_resource(random, allow, context, _RESOURCES[:3]),
        identity=[_document([allow])] if in_account and chance(random, 0.85) else [],
        resource_policy=_wide(random, principals=True) if chance(random, 0.7) else None,
        endpoint_policy=_wide(random, anybody=True) if chance(random, 0.3) else None,
        boundary=_wide(random) if in_account and not caller.endswith("root") and chance(random, 0.35) else None,
        session=_wide(random) if in_account and (":role/" in caller or "assumed" in caller) and chance(random, 0.35)
        else None,
        scps=[level() for _ in range(random.choice((0, 0, 1, 2)))],
        rcps=[[_perimeter(random)] for _ in range(random.choice((0, 0, 1, 2)))],
        context=context,
    )  # fmt: skip


def principal_request(random: Random, number: int) -> AuthorizationRequest:
    """Resource policies that name principals in every way, and callers of every kind, within and across accounts."""
    caller, account = random.choice(_callers())
    statements = [_named(random, "Allow", caller) for _ in range(random.choice((1, 2, 2)))]
    if chance(random, 0.4):
        statements.append(_named(random, "Deny", caller))
    identity = _statement(random, "Allow", ("*", "s3:*"), ("*",), conditions=0)
    in_account = account is not None
    return AuthorizationRequest(
        id=f"principals {number}",
        principal=caller,
        account=account,
        owner=random.choice((ACCOUNT, ACCOUNT, OTHER_ACCOUNT)),
        action=random.choice(_ACTIONS[:3]),
        resource=random.choice(_RESOURCES[:2]),
        identity=[_document([identity])] if in_account and chance(random, 0.6) else [],
        resource_policy=_document(statements),
        boundary=_wide(random) if in_account and not caller.endswith("root") and chance(random, 0.4) else None,
        session=_wide(random) if ("assumed" in caller or ":role/" in caller) and chance(random, 0.4) else None,
        context=_shown_role(random, caller),
    )


def policy_resource_request(random: Random, number: int) -> AuthorizationRequest:
    """Keys, with grants, and roles to assume, which nobody reaches unless their own policy says so."""
    caller, account = random.choice(_callers())
    key = chance(random, 0.65)
    actions: Sequence[str] = _KEY_ACTIONS if key else ("sts:AssumeRole", "sts:TagSession")
    if not key and caller == _PROVIDER:
        actions = ("sts:AssumeRoleWithWebIdentity",)
    patterns: Sequence[str] = _KEY_PATTERNS if key else ("sts:AssumeRole", "sts:*", "sts:Assume*", "sts:TagSession")
    statements = [
        _named(random, "Allow", caller, patterns, "*" if key else None) for _ in range(random.choice((1, 2, 2)))
    ]
    if key and chance(random, 0.25):
        statements.append(_named(random, "Deny", caller, patterns, "*" if key else None))
    context: dict[str, Any] = dict(_shown_role(random, caller))
    pairs = {f"kms:EncryptionContext:{name}": random.choice(("x", "y")) for name in ("app", "tier")}
    context |= {name: value for name, value in pairs.items() if key and chance(random, 0.6)}
    in_account = account is not None
    identity = _statement(random, "Allow", ("*", *patterns), ("*",), conditions=0)
    return AuthorizationRequest(
        id=f"keys-and-trusts {number}",
        principal=caller,
        account=account,
        owner=ACCOUNT if chance(random, 0.8) else OTHER_ACCOUNT,
        action=random.choice(actions),
        resource=_KEY if key else _TRUSTED,
        identity=[_document([identity])] if in_account and chance(random, 0.8) else [],
        resource_policy=_document(statements) if chance(random, 0.95) else None,
        boundary=_wide(random) if in_account and not caller.endswith("root") and chance(random, 0.15) else None,
        rcps=[[_perimeter(random)]] if chance(random, 0.2) else [],
        grants=[_grant(random, caller)] if key and chance(random, 0.4) else [],
        context=context,
    )


def _callers() -> list[tuple[str, str | None]]:
    own_account = [
        (f"arn:aws:iam::{account}:{rest}", account)
        for account in _ACCOUNTS
        for rest in ("role/app/reader", "role/writer", "user/ann", "user/team/bob", "root")
    ]
    sessions = [
        (f"arn:aws:sts::{account}:{rest}", account)
        for account in _ACCOUNTS
        for rest in ("assumed-role/reader/s1", "assumed-role/writer/s2", "federated-user/fred")
    ]
    linked = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/logs.amazonaws.com/Linked"
    services = [("events.amazonaws.com", None), ("logs.amazonaws.com", None), ("*", None), (_PROVIDER, None)]
    return [*own_account, *sessions, (linked, ACCOUNT), *services]


def _shown_role(random: Random, caller: str) -> dict[str, Any]:
    """A session sometimes says which role it is of."""
    if "assumed-role/reader" in caller and chance(random, 0.5):
        account = caller.split(":")[4]
        return {"aws:PrincipalArn": f"arn:aws:iam::{account}:role/app/reader"}
    return {}


def _document(statements: Sequence[Statement], version: str = _NEW) -> Statement:
    return {"Version": version, "Statement": list(statements)}


def _statement(
    random: Random, effect: str, actions: Sequence[str], resources: Sequence[str], *, conditions: int
) -> Statement:
    inverted = chance(random, 0.12), chance(random, 0.12)
    found: Statement = {
        "Effect": effect,
        "NotAction" if inverted[0] else "Action": one_or_list(random, _some(random, actions, inverted[0])),
        "NotResource" if inverted[1] else "Resource": one_or_list(random, _some(random, resources, inverted[1])),
    }
    block: dict[str, dict[str, Any]] = {}
    for _ in range(conditions):
        operator, key, values = _condition(random)
        block.setdefault(operator, {})[key] = one_or_list(random, values)
    return found | ({"Condition": block} if block else {})


def _some(random: Random, patterns: Sequence[str], inverted: bool) -> list[str]:
    narrow = [each for each in patterns if each != "*"] or list(patterns)
    return random.sample(narrow if inverted else list(patterns), k=min(len(narrow), random.choice((1, 1, 2))))


def _condition(random: Random) -> tuple[str, str, list[str]]:
    generator = random.choice(
        ("String", "String", "Arn", "Arn", "Numeric", "Date", "Bool", "Binary", "Ip", "Null", "Set")
    )
    if generator == "Null":
        keys = [key for keys, _ in _KEYS.values() for key in keys]
        return "Null", random.choice(keys), [random.choice(("true", "false"))]
    if generator == "Set":
        operator = random.choice(("ForAllValues:", "ForAnyValue:")) + random.choice(_OPERATORS["String"])
        operator += "IfExists" if chance(random, 0.2) else ""
        return operator, random.choice(_MULTI), random.sample(["red", "blue", "re*", "b?ue", "Red"], k=2)
    found, values = _KEYS[generator]
    operator = random.choice(_OPERATORS[generator]) + ("IfExists" if chance(random, 0.25) else "")
    chosen = random.sample(list(values), k=random.choice((1, 1, 2)))
    return operator, random.choice(found), [_pattern(random, operator, value) for value in chosen]


def _pattern(random: Random, operator: str, value: str) -> str:
    """Sometimes a wildcard or a variable in place of a plain value."""
    if operator.startswith("Arn") and chance(random, 0.7):
        parts = value.split(":", 5)
        parts[random.choice((1, 3, 4, 5))] = random.choice(("*", "*", "?"))
        return random.choice((":".join(parts), ":".join(parts), value[:-1] + "?", value.replace("/", "/*")))
    if operator.startswith("String") and chance(random, 0.4):
        return random.choice(("r*", "?ed", "${aws:PrincipalTag/team}", "${aws:PrincipalTag/none, 'red'}-1", "${*}"))
    return value


def _context(random: Random, allow: Statement) -> dict[str, Any]:
    context: dict[str, Any] = {}
    for generator, (keys, values) in _KEYS.items():
        for key in keys:
            if chance(random, 0.25) and key != "aws:PrincipalArn":
                value = random.choice(values)
                context[key] = value.split("/")[0] if generator == "Ip" else value
    for key in _MULTI:
        if chance(random, 0.4):
            context[key] = random.sample(["red", "blue", "Red", "green", ""], k=random.choice((0, 1, 2)))
    for operator, keyed in allow.get("Condition", {}).items():
        for key, wanted in keyed.items():
            if chance(random, 0.75):
                met = meeting(random, operator, listed(wanted), context)
                context.pop(key, None)
                context |= {} if met is None else {key: met}
            elif chance(random, 0.3) and isinstance(context.get(key), str):
                context[key] = other(random, context[key])
            elif operator.startswith(("String", "Arn")):
                context[key] = random.choice(_TEXTS if operator.startswith("String") else _ARNS)
    return {key.upper() if chance(random, 0.05) else key: value for key, value in context.items()}


def _action(random: Random, allow: Statement, actions: Sequence[str]) -> str:
    pattern = str(listed(allow.get("Action", ["*"]))[0])
    near = [each for each in actions if pattern.lower().split("*")[0][:5] in each.lower()]
    return random.choice(near or list(actions))


def _resource(random: Random, allow: Statement, context: dict[str, Any], resources: Sequence[str]) -> str:
    """One that the statement means, as long as it is a whole ARN."""
    fitted = fitting(random, str(listed(allow.get("Resource", ["*"]))[0]), context)
    return fitted if fitted.count(":") >= 5 and chance(random, 0.8) else random.choice(list(resources))


def _wide(random: Random, *, principals: bool = False, anybody: bool = False) -> Statement:
    """A document that allows most requests, and denies a few."""
    allow: Statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    if chance(random, 0.3):
        allow = _statement(
            random, "Allow", ("*", "s3:*", "s3:Get*", "kms:*"), ("*", "arn:aws:s3:::bucket/*"), conditions=0
        )
    statements = [allow]
    if chance(random, 0.2):
        deny = _statement(random, "Deny", ("s3:Put*", "sns:*"), ("arn:aws:s3:::bucket/blue/*",), conditions=0)
        statements.append(deny)
    if principals or anybody:
        for statement in statements:
            statement["Principal"] = "*" if anybody or chance(random, 0.5) else _principal(random, None)
    return _document(statements)


def _perimeter(random: Random) -> Statement:
    """A resource control policy, which can only deny, usually some of what is asked."""
    actions, resources = ("s3:Put*", "s3:Get*", "sns:*", "kms:Decrypt", "sts:*"), ("*", "arn:aws:s3:::bucket/blue/*")
    denied: Statement = {"Effect": "Deny", "Principal": "*", "Resource": random.choice(resources)}
    return _document([{**denied, "Action": one_or_list(random, _some(random, actions, False))}])


def _named(
    random: Random,
    effect: str,
    caller: str,
    actions: Sequence[str] = ("s3:*", "s3:Get*", "*"),
    resource: str | None = "*",
) -> Statement:
    element = "NotPrincipal" if effect == "Deny" and chance(random, 0.4) else "Principal"
    named = caller if chance(random, 0.68) else None
    statement: Statement = {
        "Effect": effect,
        element: _principal(random, named),
        "Action": random.choice(list(actions)),
    }
    if resource is not None:
        statement["Resource"] = resource
    if chance(random, 0.2):
        arn = random.choice(
            (f"arn:aws:iam::{ACCOUNT}:role/app/reader", f"arn:aws:iam::{ACCOUNT}:*", f"arn:aws:iam::{OTHER_ACCOUNT}:*")
        )
        statement["Condition"] = {random.choice(("ArnLike", "ArnNotLike")): {"aws:PrincipalArn": arn}}
    return statement


def _principal(random: Random, caller: str | None) -> Any:
    """Any way to name somebody; one that names `caller` when given."""
    if chance(random, 0.12):
        return random.choice(("*", {"AWS": "*"}))
    if caller is None:
        caller = random.choice(_callers())[0]
    if caller == "*":
        return random.choice(("*", {"AWS": ["*"]}))
    if caller == _PROVIDER or not caller.startswith("arn:"):
        return {"Federated" if caller == _PROVIDER else "Service": caller}
    account = caller.split(":")[4]
    names = [caller, account, f"arn:aws:iam::{account}:root"]
    if "assumed-role/reader" in caller:
        names += [f"arn:aws:iam::{account}:role/app/reader"] * 2
    if ":role/app/reader" in caller:
        names.append(f"arn:aws:sts::{account}:assumed-role/reader/s1")
    extra = [f"arn:aws:iam::{THIRD_ACCOUNT}:role/nobody"] if chance(random, 0.2) else []
    return {"AWS": one_or_list(random, [random.choice(names), *extra])}


def _grant(random: Random, caller: str) -> KmsGrant:
    own = caller.startswith("arn:") and caller != _PROVIDER and chance(random, 0.6)
    grantee = caller if own else f"arn:aws:iam::{ACCOUNT}:role/app/reader"
    kind = random.choice(("EncryptionContextEquals", "EncryptionContextSubset"))
    constraints = {kind: {"app": random.choice(("x", "y"))}} if chance(random, 0.5) else {}
    operations = random.sample(["Decrypt", "GenerateDataKey", "DescribeKey"], k=2)
    return KmsGrant(grantee=grantee, operations=operations, constraints=constraints)
