"""Texts that AWS, the mail or the web would refuse are refused in the stack file, and those beside them pass."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from settings import values
from settings.arns import role_fault
from settings.check import check
from settings.hosts import email_fault
from tests.settings.folder import Folder

UUID = "1234abcd-12ab-34cd-56ef-1234567890ab"
KEY = "arn:aws:kms:eu-west-1:111111111111:key/"

TAKEN: list[tuple[Any, str]] = [
    (values.VpcId, "vpc-1a2b3c4d"),
    (values.VpcId, "vpc-0123456789abcdef0"),
    (values.KeyArn, KEY + UUID),
    (values.KeyArn, f"{KEY}mrk-{'0' * 32}"),
    (values.BucketName, "acme-models"),
    (values.BucketName, "xn-models-s3"),
    (values.Email, "ml.platform+alarms@mail.example.com"),
    (values.Email, f"{'a' * 64}@example.com"),
    (values.PackageIndex, "https://packages.example.com:8443/simple"),
    (values.PackageIndex, "https://xn--bcher-kva.example.com/simple"),
    (values.PackageIndex, "https://9.9.9.9/simple"),
]
REFUSED: list[tuple[Any, str, str]] = [
    (values.VpcId, "vpc-1a2b3c4d5", "not an id such as vpc-"),
    (values.SubnetId, "subnet-0123456789abcdef", "not an id such as subnet-"),
    (values.EndpointId, "vpce-0123456789ABCDEF0", "not an id such as vpce-"),
    (values.KeyArn, KEY + UUID.upper(), "not the ARN of a KMS key"),
    (values.KeyArn, KEY + UUID[:-1], "not the ARN of a KMS key"),
    (values.KeyArn, f"{KEY}mrk-{'0' * 31}", "not the ARN of a KMS key"),
    *((values.BucketName, f"{start}models", "S3 reserves") for start in values.BUCKET_STARTS),
    *((values.BucketName, f"models{end}", "S3 reserves") for end in values.BUCKET_ENDS if "." not in end),
    (values.BucketName, "models.mrap", "no dots"),
    (values.Email, "a@b@example.com", "it has one @"),
    (values.Email, "ml.example.com", "it has one @"),
    *((values.Email, f"{local}@example.com", "before the @") for local in ("a b", "<a>", "a,b", "a\\b", "a..b", ".a")),
    (values.Email, "a.@example.com", "before the @"),
    (values.Email, f"{'a' * 65}@example.com", "at most 64 characters before the @"),
    (values.Email, f"a@{'b' * 63}.{'b' * 63}.{'b' * 63}.{'b' * 63}.com", "254 in all"),
    (values.Email, "a@example", "the full name of a host"),
    (values.Email, "a@-example.com", "is no host"),
    (values.Email, "a@example..com", "is no host"),
    (values.Email, "a@example.com.", "ends with a dot|the full name"),
    (values.PackageIndex, "https://pypi.org:99999/simple", "a port from 1 to 65535"),
    (values.PackageIndex, "https://pypi.org:x/simple", "a port from 1 to 65535"),
    (values.PackageIndex, "https://pypi.org:0/simple", "has a port that no server has"),
    (values.PackageIndex, "https://[::1/simple", "is no address"),
    (values.PackageIndex, "https://@pypi.org/simple", "user name or password"),
    (values.PackageIndex, "https://b\u00fccher.example.com/simple", "is not ASCII"),
    (values.PackageIndex, "https://pypi.org./simple", "ends with a dot: drop it"),
    (values.PackageIndex, f"https://{'a' * 64}.example.com/simple", "is no host"),
    (values.PackageIndex, "https://pypi_.example.com/simple", "is no host"),
    (values.PackageIndex, "https://9.9/simple", "is no IPv4 address"),
    (values.PackageIndex, "https://9.9.9.010/simple", "is no IPv4 address"),
    (values.PackageIndex, "https://134744072/simple", "is no IPv4 address"),
    (values.PackageIndex, "https://packages.test/simple", "inside a network alone"),
    (values.PackageIndex, "https://packages.home.arpa/simple", "inside a network alone"),
]


@pytest.mark.parametrize(("kind", "text"), TAKEN, ids=[text[:40] for _, text in TAKEN])
def test_a_text_of_the_form_is_taken(kind: Any, text: str) -> None:
    assert TypeAdapter(kind).validate_python(text) == text


@pytest.mark.parametrize(("kind", "text", "part"), REFUSED, ids=[text[:40] for _, text, _ in REFUSED])
def test_a_text_of_another_form_is_refused_with_the_reason(kind: Any, text: str, part: str) -> None:
    with pytest.raises(ValidationError, match=part):
        TypeAdapter(kind).validate_python(text)


def test_an_address_that_is_the_same_to_its_host_is_named_twice(folder: Folder) -> None:
    line = "  mlops-platform:alerts: {emails: [a@example.com, a@EXAMPLE.com]}\n"
    folder.change("staging", "  mlops-platform:kind", f"{line}  mlops-platform:kind")
    [message] = problems(folder)
    assert "names a@example.com and a@EXAMPLE.com, which are one and the same" in message
    folder.change("staging", "a@EXAMPLE.com", "A@EXAMPLE.com")
    assert problems(folder) == []
    assert email_fault("A@EXAMPLE.com") is None


# ---- roles

ROLE = "arn:aws:iam::111111111111:role/"
ONE = f"{ROLE}sign-in-approver"


def problems(folder: Folder) -> list[str]:
    return [str(problem) for problem in check(folder.path)]


@pytest.mark.parametrize("other", [f"{ROLE}Sign-In-Approver", f"{ROLE}people/sign-in-approver"])
def test_a_role_of_another_case_or_path_is_the_same(folder: Folder, other: str) -> None:
    folder.change("dev", f'"{ONE}"', f'"{ONE}", "{other}"')
    [message] = problems(folder)
    assert "approvers" in message
    assert f"names {ONE} and {other}, which are one and the same" in message


def test_a_role_of_another_account_is_another(folder: Folder) -> None:
    folder.change("dev", f'"{ONE}"', f'"{ONE}", "{ONE.replace("111111111111", "222222222222")}"')
    assert problems(folder) == []


@pytest.mark.parametrize(
    ("stack", "old", "new", "key"),
    [
        ("dev", f'approvers: ["{ONE}"]', "approvers: [{}]", "approvers"),
        ("foundation", f'trustedBy: ["{ROLE}ci"]', "trustedBy: [{}]", "deployer.trustedBy"),
        (
            "foundation",
            "  mlops-platform:deployer",
            "  mlops-platform:people: {{auditors: [{}]}}\n{}",
            "people.auditors",
        ),
        ("project-screening", "  mlops-platform:gate", "  mlops-platform:administrators: [{}]\n{}", "administrators"),
    ],
)
def test_as_many_roles_are_named_as_a_trust_policy_holds(
    folder: Folder, stack: str, old: str, new: str, key: str
) -> None:
    roles = [f'"{ROLE}{"r" * 60}{number:02}"' for number in range(30)]
    original = folder.file(stack).read_text(encoding="utf-8")
    folder.change(stack, old, new.format(", ".join(roles), old))
    [message] = problems(folder)
    assert f"{key}  names 30 roles, whose trust policy would be longer than the 2,048 characters" in message
    fits = int(message.split("the first ")[1].split(" fit")[0])
    folder.file(stack).write_text(original, encoding="utf-8")
    folder.change(stack, old, new.format(", ".join(roles[:fits]), old))
    assert problems(folder) == []


def test_an_sso_role_has_a_region_of_its_partition() -> None:
    path = "role/aws-reserved/sso.amazonaws.com/{}/AWSReservedSSO_Operator_0123456789abcdef"
    assert role_fault(f"arn:aws:iam::111111111111:{path.format('eu-west-1')}") is None
    fault = role_fault(f"arn:aws:iam::111111111111:{path.format('cn-north-1')}")
    assert "has cn-north-1, which is no region of the partition aws" in str(fault)


# ---- messages


def test_a_partition_that_is_none_is_named(folder: Folder) -> None:
    folder.change("dev", "arn:aws:iam::111111111111:role/sign-in", "arn:awsx:iam::111111111111:role/sign-in")
    [message] = problems(folder)
    assert "awsx is no partition of AWS: there are aws, aws-cn, " in message


def test_a_space_that_nobody_sees_is_named(folder: Folder) -> None:
    folder.change("dev", "region: eu-west-1", "region: 'eu-west-1 '")
    assert any("begins or ends with a space" in message for message in problems(folder))


def test_a_combining_mark_is_named_by_its_number(folder: Folder) -> None:
    folder.change("dev", "owner: ml-platform", 'owner: "u\\u0308ber"')
    assert any("holds U+0308 (combining diaeresis), which AWS refuses" in message for message in problems(folder))
