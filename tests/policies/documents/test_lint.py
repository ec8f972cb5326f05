"""Mistakes in a statement are error while it is written: what AWS would refuse, ignore, or take for more."""

from __future__ import annotations

import json
import string
from collections.abc import Mapping
from itertools import product
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from policies.documents import actions, lint
from policies.documents.statement import BadStatement, DocumentKind, Principals, Statement, account_principals, document

OBJECTS = "arn:aws:s3:::one/*"
BUCKET = "arn:aws:s3:::one"
ROLE = "arn:aws:iam::111111111111:role/one"
GROUP = "arn:aws:sagemaker:eu-west-1:111111111111:model-package-group/one"

# name: (what is changed of a good statement, what is said)
MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "an action misspelt": ({"actions": ["s3:GetObjet"]}, "s3:GetObjet is no action of s3; did you mean GetObject?"),
    "an operation that is no action": ({"actions": ["s3:HeadObject"]}, "s3:HeadObject is no action of s3"),
    "an invocation by its operation": (
        {"actions": ["lambda:Invoke"]},
        "lambda:Invoke is no action of lambda; did you mean",
    ),
    "a service misspelt": ({"actions": ["sagemakr:CreateModel"]}, "did you mean sagemaker?"),
    "an action without a service": ({"actions": ["GetObject"]}, "begins with no service"),
    "a pattern that matches nothing": ({"actions": ["s3:Fetch*"], "reason": "x"}, "matches no action of s3"),
    "brackets, which IAM does not know": ({"actions": ["s3:[GP]etObject"]}, "is no action of s3"),
    "no action": ({"actions": []}, "names no action"),
    "one action as text": ({"actions": "s3:GetObject"}, "actions is a list"),
    "no resource": ({"resources": []}, "names neither a resource"),
    "one resource as text": ({"resources": OBJECTS}, "resources is a list"),
    "actions with a wildcard": ({"actions": ["s3:Get*"]}, r"s3:Get\*: a wildcard needs its reason"),
    "actions with a question mark": ({"actions": ["s3:GetObjec?"]}, "a wildcard needs its reason"),
    "every resource": ({"resources": ["*"]}, "a wildcard needs its reason"),
    "everything of a service": ({"resources": ["arn:aws:s3:::*"]}, "a wildcard needs its reason"),
    "everything of an account": (
        {"actions": ["sagemaker:ListTags"], "resources": ["arn:aws:sagemaker:eu-west-1:111111111111:*"]},
        "a wildcard needs its reason",
    ),
    "a role of any account": (
        {"actions": ["sts:AssumeRole"], "resources": ["arn:aws:iam::*:role/one"]},
        "a wildcard needs its reason",
    ),
    "an object action on a bucket's key policy": (
        {"actions": ["kms:Decrypt"]},
        r"kms:Decrypt acts on arn:\*:kms:\*:\*:key/\*, and no such resource is named",
    ),
    "a list that knows no resource": (
        {"actions": ["sagemaker:ListModelPackageGroups"], "resources": [GROUP]},
        r"knows no resource: only \* allows it",
    ),
    "a denial of nothing": ({"effect": "Deny", "actions": ["s3:DeleteObjects"]}, "is no action of s3"),
    "a role passed to any service": ({"actions": ["iam:PassRole"], "resources": [ROLE]}, "iam:PassedToService"),
    "a role passed by a pattern": (
        {"actions": ["iam:Pass*"], "resources": [ROLE], "reason": "x"},
        "iam:PassedToService",
    ),
    "everybody": ({"principals": Principals(aws=["*"])}, "everybody: a wildcard needs its reason"),
    "nobody": ({"principals": Principals()}, "names nobody"),
    "half a principal": ({"principals": Principals(aws=["arn:aws:iam::111111111111:role/*"])}, "is no principal"),
    "a user by name": ({"principals": Principals(aws=["alice"])}, "is no principal"),
    "a service without its domain": ({"principals": Principals(services=["lambda"])}, "is no service principal"),
    "an operator misspelt": (
        {"conditions": {"StringEqual": {"aws:SourceAccount": "1"}}},
        "StringEqual is no condition operator; did you mean StringEquals?",
    ),
    "Null if exists": ({"conditions": {"NullIfExists": {"aws:SourceVpce": "true"}}}, "is no condition operator"),
    "a global key misspelt": (
        {"conditions": {"StringEquals": {"aws:SourceVPCE": "vpce-1"}}},
        "is no global condition key; did you mean SourceVpce?",
    ),
    "a key of no service": ({"conditions": {"StringEquals": {"km:ViaService": "x"}}}, "did you mean kms?"),
    "a key without a service": ({"conditions": {"StringEquals": {"ViaService": "x"}}}, "is no condition key"),
    "no value": ({"conditions": {"ArnEquals": {"aws:PrincipalArn": []}}}, "names no value"),
    "a perimeter with a wildcard": (
        {"conditions": {"StringLike": {"aws:SourceVpce": "vpce-*"}}},
        "aws:SourceVpce with a wildcard",
    ),
    "all of nothing": (
        {"conditions": {"ForAllValues:StringEquals": {"aws:TagKeys": ["project"]}}},
        "holds where aws:TagKeys is missing",
    ),
    "a sid with a space": ({"sid": "Read it"}, "letters and digits only"),
}
FINE: dict[str, dict[str, Any]] = {
    "as it is": {},
    "in other capitals": {"actions": ["S3:getobject".replace("S3", "s3")]},
    "a wildcard that is explained": {"actions": ["s3:Get*"], "reason": "because"},
    "a denial of everything": {"effect": "Deny", "actions": ["*"], "resources": ["*"]},
    "a role for one service": {
        "actions": ["iam:PassRole"],
        "resources": [ROLE],
        "conditions": {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
    },
    "all values, and there must be some": {
        "conditions": {
            "ForAllValues:StringEquals": {"aws:TagKeys": ["project"]},
            "Null": {"aws:TagKeys": "false"},
        }
    },
    "a variable in a key of the perimeter": {
        "conditions": {"StringLike": {"aws:ResourceAccount": "${aws:PrincipalAccount}"}}
    },
    "a resource by a variable": {"resources": ["arn:aws:s3:::one/${aws:PrincipalTag/project}/*"]},
    "a tag's key": {"conditions": {"StringEquals": {"aws:ResourceTag/project": "one"}}},
    "a model of another account's registry": {
        "actions": ["sagemaker:CreateModel"],
        "resources": ["arn:aws:sagemaker:eu-west-1:111111111111:model-package/one/*"],
    },
    "everybody on a condition": {
        "principals": Principals(aws=["*"]),
        "conditions": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}},
    },
}


def statement(change: Mapping[str, Any]) -> Statement:
    return Statement(**{"sid": "Read", "actions": ["s3:GetObject"], "resources": [OBJECTS], **change})


@pytest.mark.parametrize("name", sorted(MISTAKES))
def test_a_mistake_is_told_with_the_statements_name(name: str) -> None:
    change, said = MISTAKES[name]
    with pytest.raises(BadStatement, match=said) as error:
        statement(change)
    assert str(error.value).startswith(f"{change.get('sid', 'Read')}: ")


@pytest.mark.parametrize("name", sorted(FINE))
def test_what_is_right_is_taken(name: str) -> None:
    assert statement(FINE[name]).render()["Sid"] == "Read"


def known_actions() -> list[str]:
    known = {prefix: actions.service(prefix) for prefix in actions.services()}
    return sorted(f"{prefix}:{name}" for prefix, one in known.items() if one for name in one.names.values())


KNOWN = known_actions()
LOWER = {action.lower() for action in KNOWN}


@given(st.sampled_from(KNOWN), st.data())
def test_any_action_with_one_letter_changed_is_refused_unless_another_is_called_so(action: str, data: Any) -> None:
    position = data.draw(st.integers(action.index(":") + 1, len(action) - 1))
    letter = data.draw(st.sampled_from(string.ascii_letters))
    changed = action[:position] + letter + action[position + 1 :]
    assert (actions.wrong(changed) is None) is (changed.lower() in LOWER)


@given(st.sampled_from(KNOWN), st.integers(1, 5))
def test_the_beginning_of_any_action_is_a_pattern_that_matches(action: str, letters: int) -> None:
    prefix, _, name = action.partition(":")
    assert actions.wrong(f"{prefix}:{name[:letters]}*") is None


PATTERNS = st.text("ab*?", max_size=4)
TEXTS = ["".join(letters) for length in range(7) for letters in product("abc", repeat=length)]


@given(PATTERNS, PATTERNS)
@example("a*b", "*ab*")
@example("", "*")
def test_two_patterns_may_meet_where_some_text_fits_both(one: str, other: str) -> None:
    both = any(lint._matches(one, text) and lint._matches(other, text) for text in TEXTS)
    assert lint._overlap(one, other) is both
    assert lint._overlap(other, one) is both


@pytest.mark.parametrize("kind", DocumentKind)
def test_a_document_is_as_large_as_aws_takes_and_not_a_character_larger(kind: DocumentKind) -> None:
    what, most, _ = kind.value

    def sized(length: int) -> str:
        objects = [f"arn:aws:s3:::one/{'x' * length}"]
        return document(Statement(sid="Read", actions=["s3:GetObject"], resources=objects), kind=kind)

    def counted(text: str) -> int:
        return len(text) if kind.value[2] else len("".join(text.split()))

    fits = most - counted(sized(0))
    assert counted(sized(fits)) == most
    with pytest.raises(BadStatement, match=rf"{what} with Read: {most + 1:,} characters, AWS allows {most:,}"):
        sized(fits + 1)


@given(st.lists(st.from_regex(r"[0-9]{12}", fullmatch=True), min_size=1, max_size=30))
def test_accounts_are_named_once_whatever_their_order(accounts: list[str]) -> None:
    def rendered(given: list[str]) -> Any:
        principals = account_principals("aws", given)
        made = Statement(sid="Read", actions=["s3:GetObject"], resources=[OBJECTS], principals=principals)
        return json.loads(document(made))["Statement"][0]["Principal"]["AWS"]

    found = rendered(accounts)
    assert found == rendered(accounts[::-1] + accounts)
    assert len({found} if isinstance(found, str) else found) == len(set(accounts))


def test_the_list_of_actions_is_the_one_that_the_installed_packages_give() -> None:
    """After an upgrade of cfn-lint or botocore: `python -m policies.documents.actions`."""
    assert actions.DATA.read_text(encoding="utf-8") == actions.text()


def test_every_spelling_that_is_written_by_hand_is_of_an_action_that_there_is() -> None:
    assert [action for action in (*actions.SPELLED, *actions.ALSO) if action not in KNOWN] == []
