"""Documents that AWS would refuse are refused, with a sentence that says what, where and what is allowed."""

from __future__ import annotations

from typing import Any

import pytest

from policies.access.evaluator import BadPolicy, PolicyKind, decide, parse
from policies.access.evaluator.operators import OPERATORS
from tests.policies.access.evaluator.factories import FULL, allow, authorization_request, deny, policy

KINDS = sorted(PolicyKind, key=lambda kind: kind.name)
WITH_PRINCIPAL = [kind for kind in KINDS if kind.names_principals]
WITHOUT_PRINCIPAL = [kind for kind in KINDS if not kind.names_principals]
_ELEMENTS = "Sid, Effect, Principal, NotPrincipal, Action, NotAction, Resource, NotResource, Condition"
_OPERATORS = f"{', '.join(OPERATORS)}, Null"

BAD: list[tuple[PolicyKind, Any, list[str]]] = [
    (PolicyKind.IDENTITY, [], ["P: a policy is a JSON object, not a list; give one with Statement."]),
    (PolicyKind.IDENTITY, {}, ["P: there is no Statement; give an object or a list of objects."]),
    (
        PolicyKind.IDENTITY,
        {"Statment": []},
        [
            "P: unknown element Statment (did you mean Statement?); allowed are Version, Id, Statement.",
            "P: there is no Statement; give an object or a list of objects.",
        ],
    ),
    (
        PolicyKind.IDENTITY,
        {"Version": "2012-10-18", "Statement": []},
        ["P: Version is '2012-10-18'; it must be 2012-10-17 or 2008-10-17."],
    ),
    (PolicyKind.IDENTITY, {"Statement": "x"}, ["P: Statement is text; it must be an object or a list of objects."]),
    (PolicyKind.IDENTITY, {"Statement": [1]}, ["P: statement 1 is a number; it must be an object."]),
    (
        PolicyKind.IDENTITY,
        policy(allow(Effect="allow")),
        ["P, statement 1: Effect is 'allow' (did you mean Allow?); it must be Allow or Deny."],
    ),
    (PolicyKind.IDENTITY, policy(allow(Effect=[])), ["P, statement 1: Effect is []; it must be Allow or Deny."]),
    (
        PolicyKind.IDENTITY,
        policy({"Action": "*", "Resource": "*"}),
        ["P, statement 1: Effect is missing; it must be Allow or Deny."],
    ),
    (
        PolicyKind.IDENTITY,
        policy(allow(Sid="A", Actions="*")),
        [f"P, statement A: unknown element Actions (did you mean Action?); allowed are {_ELEMENTS}."],
    ),
    (
        PolicyKind.IDENTITY,
        policy(allow(NotAction="s3:*")),
        ["P, statement 1: both Action and NotAction are given; keep one of them."],
    ),
    (PolicyKind.IDENTITY, policy(allow(None)), ["P, statement 1: neither Action nor NotAction is given; add one."]),
    (
        PolicyKind.IDENTITY,
        policy(allow(NotResource="*")),
        ["P, statement 1: both Resource and NotResource are given; keep one of them."],
    ),
    (
        PolicyKind.IDENTITY,
        policy(allow(resource=None)),
        ["P, statement 1: neither Resource nor NotResource is given; add one."],
    ),
    (
        PolicyKind.IDENTITY,
        policy(allow(action=5)),
        ["P, statement 1: Action is a number; it must be text or a list of texts."],
    ),
    (
        PolicyKind.IDENTITY,
        policy(allow(["s3:Get", None])),
        ["P, statement 1: Action is a list; it must be text or a list of texts."],
    ),
    (
        PolicyKind.IDENTITY,
        policy(allow("GetObject")),
        [
            (
                "P, statement 1: Action 'GetObject' is not an action; write \"service:Name\", with * or ? in "
                'the name, or "*".'
            )
        ],
    ),
    (
        PolicyKind.IDENTITY,
        policy(allow("s*:Get")),
        ['P, statement 1: Action \'s*:Get\' is not an action; write "service:Name", with * or ? in the name, or "*".'],
    ),
    (
        PolicyKind.IDENTITY,
        policy(allow(resource="bucket")),
        [
            (
                "P, statement 1: Resource 'bucket' is not an ARN; write "
                '"arn:partition:service:region:account:resource", without a wildcard in the service, or "*".'
            )
        ],
    ),
    (
        PolicyKind.IDENTITY,
        policy(allow(resource="arn:aws:*:::b")),
        [
            (
                "P, statement 1: Resource 'arn:aws:*:::b' is not an ARN; write "
                '"arn:partition:service:region:account:resource", without a wildcard in the service, or "*".'
            )
        ],
    ),
    (PolicyKind.IDENTITY, policy(allow(Sid=3)), ["P: the Sid of statement 1 is not text; write it in quotes."]),
    (
        PolicyKind.IDENTITY,
        policy(allow(Sid="A"), allow(Sid="A")),
        ["P: two statements have the Sid A; a Sid must be unique in its policy."],
    ),
    (
        PolicyKind.IDENTITY,
        policy(allow(Condition=[])),
        ["P, statement 1: Condition is not an object; write {operator: {key: value}}."],
    ),
    (
        PolicyKind.IDENTITY,
        policy(allow(Condition={"Bool": "true"})),
        ["P, statement 1: Condition Bool is not an object; write {key: value}."],
    ),
    (
        PolicyKind.IDENTITY,
        policy(allow(Condition={"StringEqual": {"a:b": "c"}})),
        [
            (
                "P, statement 1: unknown condition operator StringEqual (did you mean StringEquals?); allowed "
                f"are {_OPERATORS}."
            )
        ],
    ),
    (
        PolicyKind.IDENTITY,
        policy(allow(Condition={"stringequals": {"a:b": "c"}})),
        [
            (
                "P, statement 1: unknown condition operator stringequals (did you mean StringEquals?); "
                f"allowed are {_OPERATORS}."
            )
        ],
    ),
    (
        PolicyKind.IDENTITY,
        policy(allow(Condition={"ForEach:Bool": {"a:b": "true"}})),
        ["P, statement 1: unknown set operator ForEach; allowed are ForAllValues and ForAnyValue."],
    ),
    (
        PolicyKind.IDENTITY,
        policy(allow(Condition={"NullIfExists": {"a:b": "true"}})),
        ["P, statement 1: Null takes no IfExists: it asks whether the key exists; write Null."],
    ),
    (
        PolicyKind.IDENTITY,
        policy(allow(Condition={"ForAnyValue:Null": {"a:b": "true"}})),
        ["P, statement 1: Null takes no set operator; write Null instead of ForAnyValue:Null."],
    ),
    (
        PolicyKind.IDENTITY,
        policy(allow(Condition={"Null": {"a:b": "yes"}})),
        ["P, statement 1: Condition Null a:b is 'yes'; it must be true (absent) or false (present)."],
    ),
    (
        PolicyKind.IDENTITY,
        policy(allow(Condition={"Bool": {"a:b": None}})),
        [
            (
                "P, statement 1: Condition Bool a:b has a value that is neither text, number nor Boolean; "
                "write one of these."
            )
        ],
    ),
    (
        PolicyKind.RESOURCE,
        policy(allow(Principal="me")),
        ['P, statement 1: Principal is \'me\'; write "*" or {"AWS": …}, {"Service": …} or {"Federated": …}.'],
    ),
    (
        PolicyKind.RESOURCE,
        policy(allow(Principal={"Aws": "*"})),
        [
            (
                "P, statement 1: Principal has the unknown kind Aws (did you mean AWS?); allowed are AWS, "
                "Service, Federated, CanonicalUser."
            )
        ],
    ),
    (
        PolicyKind.RESOURCE,
        policy(allow(Principal={"AWS": 5})),
        ["P, statement 1: Principal AWS must be text or a list of texts."],
    ),
    (
        PolicyKind.RESOURCE,
        policy(allow(Principal={"AWS": "arn:aws:iam::111122223333:role/*"})),
        [
            (
                "P, statement 1: Principal AWS 'arn:aws:iam::111122223333:role/*' has a wildcard inside; a "
                'principal is matched whole: name it, or use "*" with a condition on aws:PrincipalArn.'
            )
        ],
    ),
    (
        PolicyKind.RESOURCE,
        policy(allow(Principal={"AWS": "1234"})),
        [
            (
                "P, statement 1: Principal AWS '1234' is not a principal; write an account id, or the ARN of "
                "an account root, role, user, role session or federated user."
            )
        ],
    ),
    (
        PolicyKind.RESOURCE,
        policy(allow(NotPrincipal={"AWS": "111122223333"})),
        ["P, statement 1: NotPrincipal with Allow lets everybody else in and is not supported; use it with Deny only."],
    ),
    (
        PolicyKind.TRUST,
        policy({"Effect": "Deny", "Action": "sts:*", "NotPrincipal": "*"}),
        ["P, statement 1: NotPrincipal cannot be used in a trust policy; name the principals or use a condition."],
    ),
    (
        PolicyKind.TRUST,
        policy(allow("sts:AssumeRole", Principal="*")),
        ["P, statement 1: a trust policy has no Resource: it applies to its own role; remove it."],
    ),
    (
        PolicyKind.RCP,
        policy(deny("s3:*", Principal={"AWS": "111122223333"})),
        ['P, statement 1: the Principal of a resource control policy must be "*"; narrow it with a condition.'],
    ),
    (
        PolicyKind.ENDPOINT,
        policy(allow(resource=None, Principal="*")),
        ["P, statement 1: neither Resource nor NotResource is given; add one."],
    ),
]


@pytest.mark.parametrize(("kind", "document", "expected"), BAD)
def test_a_defect_is_named_with_its_place_and_what_is_allowed(
    kind: PolicyKind, document: Any, expected: list[str]
) -> None:
    with pytest.raises(BadPolicy) as caught:
        parse(document, "P", kind)
    assert list(caught.value.problems) == expected


@pytest.mark.parametrize("kind", WITH_PRINCIPAL)
def test_policies_of_resources_must_name_a_principal(kind: PolicyKind) -> None:
    statement = allow(resource=None if kind is PolicyKind.TRUST else "*")
    with pytest.raises(BadPolicy, match="neither Principal nor NotPrincipal is given; add one"):
        parse(policy(statement), "P", kind)


@pytest.mark.parametrize("kind", WITHOUT_PRINCIPAL)
@pytest.mark.parametrize("element", ["NotPrincipal", "Principal"])
def test_policies_of_identities_may_not_name_a_principal(kind: PolicyKind, element: str) -> None:
    with pytest.raises(BadPolicy, match=f"a {kind.value} has no {element}: it applies to whoever it is attached to"):
        parse(policy(allow(**{element: "*"})), "P", kind)


def test_all_defects_of_a_document_are_named_at_once() -> None:
    document = policy(allow("x", Effect="Alow"), allow(Condition={"Bol": {"a:b": "true"}}), version="2020-01-01")
    with pytest.raises(BadPolicy) as caught:
        parse(document, "P", PolicyKind.IDENTITY)
    assert len(caught.value.problems) == 4


def test_a_statement_may_be_an_object_instead_of_a_list() -> None:
    parsed = parse({"Statement": allow()}, "P", PolicyKind.IDENTITY)
    assert [statement.label for statement in parsed.statements] == ["statement 1"]


def test_a_key_policy_statement_without_action_has_no_effect() -> None:
    parsed = parse(policy(allow(None, Principal="*")), "P", PolicyKind.KEY)
    assert parsed.for_action("kms:decrypt") == ()


def test_the_unique_id_of_a_deleted_role_is_reported_by_the_parser() -> None:
    parsed = parse(policy(allow(Principal={"AWS": ["AROAEXAMPLEROLEID", "*"]})), "P", PolicyKind.RESOURCE)
    assert parsed.deleted_principals == ("AROAEXAMPLEROLEID",)


@pytest.mark.parametrize(
    "fields",
    [
        {"boundary": {"Statement": 1}},
        {"endpoint_policy": {"Statement": 1}},
        {"identity": [FULL, {"Statement": 1}]},
        {"rcps": [[{"Version": "2012-10-17", "Statement": 1}]]},
        {"resource_policy": {"Statement": 1}},
        {"scps": [[FULL], [{"Version": "2012-10-17", "Statement": 1}]]},
        {"session": {"Statement": 1}},
    ],
)
def test_no_question_is_answered_with_a_document_that_cannot_be_read(fields: dict[str, Any]) -> None:
    with pytest.raises(BadPolicy, match=r"^question q, .*: Statement is a number"):
        decide(authorization_request(**fields))


def test_a_document_that_was_read_as_one_kind_is_read_anew_as_another() -> None:
    document = policy(allow("s3:*"))
    assert decide(authorization_request(identity=[document])).allowed
    with pytest.raises(BadPolicy, match="neither Principal nor NotPrincipal is given"):
        decide(authorization_request(resource_policy=document))
