"""ARNs that name nobody, or somebody of another partition or account, are refused wherever a stack file takes one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.scope import partition_of
from settings.arns import LONGEST_NAME, LONGEST_PATH, SSO_PATH, role_fault
from settings.check import check
from settings.closed_lists import closed_list
from tests.settings.folder import FILES, Folder

ACCOUNT = "arn:aws:iam::111111111111"
SSO = "AWSReservedSSO_Approver_0123456789abcdef"
APPROVER = f"{ACCOUNT}:role/sign-in-approver"
# Every setting that takes a role which somebody signs in with: stack, what stands there, where the problem is.
PRINCIPALS = {
    "approvers": ("dev", APPROVER, "approvers[0]"),
    "trustedBy": ("foundation", f"{ACCOUNT}:role/ci", "deployer.trustedBy[0]"),
}
NOBODY = {
    "a session": (f"arn:aws:sts::111111111111:assumed-role/{SSO}/anna", f"{ACCOUNT}:role/{SSO_PATH}[region/]{SSO}"),
    "a session of another role": ("arn:aws:sts::111111111111:assumed-role/ci/run", f"{ACCOUNT}:role/[path/]ci"),
    "a user": (f"{ACCOUNT}:user/anna", "is a user"),
    "a group": (f"{ACCOUNT}:group/team", "is a group"),
    "an account's root": (f"{ACCOUNT}:root", "is a whole account"),
    "an instance profile": (f"{ACCOUNT}:instance-profile/ci", "is an instance profile"),
    "a permission set": ("arn:aws:sso:::permissionSet/ssoins-1/ps-1", "is a permission set"),
    "a service": ("sagemaker.amazonaws.com", "is a service"),
    "a wildcard": (
        f"{ACCOUNT}:role/{SSO_PATH}*/AWSReservedSSO_Approver_*",
        "a wildcard would match more than one role",
    ),
    "everybody": ("*", "a wildcard would match more than one role"),
    "a service-linked role": (f"{ACCOUNT}:role/aws-service-role/x.amazonaws.com/X", "is a service-linked role"),
    "an empty path element": (f"{ACCOUNT}:role/path//ci", "not the ARN of an IAM role"),
    "a name too long": (f"{ACCOUNT}:role/{'a' * (LONGEST_NAME + 1)}", "longer than IAM has"),
}


def planted(folder: Folder, setting: str, arn: str) -> list[str]:
    stack, old, _ = PRINCIPALS[setting]
    folder.change(stack, f'"{old}"', f'"{arn}"')
    return [str(problem) for problem in check(folder.path)]


@pytest.mark.parametrize("setting", PRINCIPALS)
def test_an_sso_role_without_its_path_is_refused_with_the_form_that_matches(folder: Folder, setting: str) -> None:
    [message] = planted(folder, setting, f"{ACCOUNT}:role/{SSO}")
    assert f"{PRINCIPALS[setting][2]} = " in message
    assert f"write {ACCOUNT}:role/{SSO_PATH}[region/]{SSO}" in message
    assert "Pulumi.dev.yaml:9" in message or setting != "approvers"


@pytest.mark.parametrize("setting", PRINCIPALS)
@pytest.mark.parametrize("region", ["", "eu-west-1/", "ap-southeast-2/"])
def test_an_sso_role_with_its_path_passes(folder: Folder, setting: str, region: str) -> None:
    assert planted(folder, setting, f"{ACCOUNT}:role/{SSO_PATH}{region}{SSO}") == []


@pytest.mark.parametrize("setting", PRINCIPALS)
@pytest.mark.parametrize("name", NOBODY)
def test_what_is_no_role_is_refused_by_what_it_is(folder: Folder, setting: str, name: str) -> None:
    arn, part = NOBODY[name]
    assert any(part in message and PRINCIPALS[setting][2] in message for message in planted(folder, setting, arn))


@pytest.mark.parametrize(
    ("path", "part"),
    [
        (f"{SSO_PATH}eu-wset-1/{SSO}", "has 'eu-wset-1' where the region"),
        (f"{SSO_PATH}eu-west-1/Approver", "is no role of IAM Identity Center"),
        (f"{SSO_PATH}eu-west-1/AWSReservedSSO_Approver", "is no role of IAM Identity Center"),
        (f"{SSO_PATH}AWSReservedSSO_Approver_0123456789ABCDEF", "is no role of IAM Identity Center"),
        (f"aws-reserved/{SSO}", "without its path"),
    ],
)
def test_an_sso_role_of_another_form_is_refused(path: str, part: str) -> None:
    assert part in str(role_fault(f"{ACCOUNT}:role/{path}"))


def test_a_role_has_as_long_a_name_and_path_as_iam_allows() -> None:
    assert role_fault(f"{ACCOUNT}:role/{'a' * LONGEST_NAME}") is None
    assert role_fault(f"{ACCOUNT}:role/{'p' * (LONGEST_PATH - 2)}/ci") is None
    assert "longer than IAM has" in str(role_fault(f"{ACCOUNT}:role/{'p' * (LONGEST_PATH - 1)}/ci"))


_WORD = st.from_regex(r"[A-Za-z0-9_+=,.@-]{1,20}", fullmatch=True)


@given(st.lists(_WORD, max_size=3), _WORD, st.sampled_from(["aws", "aws-cn", "aws-us-gov"]))
def test_every_other_path_and_name_of_a_role_passes(path: list[str], name: str, partition: str) -> None:
    reserved = (path and path[0] in {"aws-reserved", "aws-service-role"}) or name.startswith("AWSReservedSSO_")
    arn = f"arn:{partition}:iam::111111111111:role/{'/'.join([*path, name])}"
    assert (role_fault(arn) is None) or reserved


@given(st.text(max_size=60))
def test_no_text_raises_and_what_passes_is_an_arn(text: str) -> None:
    assert role_fault(text) is not None or re.match(r"arn:aws[a-z-]*:iam::\d{12}:role/", text)


# ---- partition and account


@pytest.mark.parametrize("setting", PRINCIPALS)
def test_an_arn_of_another_partition_is_refused(folder: Folder, setting: str) -> None:
    stack, old, key = PRINCIPALS[setting]
    found = planted(folder, setting, old.replace("arn:aws:", "arn:aws-cn:"))
    assert any(f"Pulumi.{stack}.yaml" in message and key in message for message in found)
    assert any("is of the partition aws-cn, but eu-west-1 is in aws" in message for message in found)


@given(st.sampled_from(sorted(closed_list("regions"))), st.sampled_from(sorted(closed_list("regions"))))
def test_regions_of_two_partitions_never_share_an_arn(one: str, other: str) -> None:
    arn = f"arn:{partition_of(other)}:iam::111111111111:role/ci"
    from settings.arns import misplaced

    values = {"region": one, "account": "111111111111", "deployer": {"trustedBy": [arn]}}
    assert bool(misplaced(values, "Pulumi.x.yaml", {})) == (partition_of(one) != partition_of(other))


# ---- whom a stack signs in with

DEPLOYER = "arn:aws:iam::222222222222:role/mlops/foundation/mlops-deployer"


def signing_in(folder: Folder, stack: str, arn: str) -> list[str]:
    """Problems of the folder once a stack signs in with a role."""
    line = f"credentials: {{roleArn: '{arn}'}}"
    folder.change(stack, "  mlops-platform:kind", f"  mlops-platform:{line}\n  mlops-platform:kind")
    return [str(problem) for problem in check(folder.path)]


@pytest.mark.parametrize(
    "arn",
    [
        DEPLOYER.replace("222222222222", "333333333333"),
        DEPLOYER.replace("arn:aws:", "arn:aws-cn:"),
        DEPLOYER.replace("mlops-deployer", "mlops-Deployer"),
        "arn:aws:iam::222222222222:role/mlops-deployer",
        "arn:aws:iam::222222222222:role/ci",
        APPROVER,
    ],
)
def test_a_stack_signs_in_with_no_role_but_its_accounts_deployer(folder: Folder, arn: str) -> None:
    [message] = signing_in(folder, "staging", arn)
    assert f"Pulumi.staging.yaml:3  credentials.roleArn = '{arn}'" in message
    assert f"must be {DEPLOYER}, the deployer that the account's foundation makes" in message


def test_the_deployer_is_the_one_of_the_stacks_prefix(folder: Folder) -> None:
    for stack in FILES:
        folder.change(stack, "  mlops-platform:kind", "  mlops-platform:prefix: acme\n  mlops-platform:kind")
    [message] = signing_in(folder, "staging", DEPLOYER)
    own = DEPLOYER.replace("mlops", "acme")
    assert f"must be {own}," in message
    folder.change("staging", DEPLOYER, own)
    assert check(folder.path) == []


@pytest.mark.parametrize(
    ("old", "new"), [('"222222222222"', '"2222"'), ("region: eu-west-1", "region: eu-wset-1"), ("kind: ", "kind: x-")]
)
def test_what_the_deployer_hangs_on_is_the_only_mistake_where_it_is_wrong(folder: Folder, old: str, new: str) -> None:
    folder.change("staging", old, new)
    assert not [message for message in signing_in(folder, "staging", DEPLOYER) if "credentials" in message]


@pytest.mark.parametrize(("account", "fits"), [("222222222222", True), ("333333333333", False)])
def test_a_foundation_signs_in_with_any_role_of_its_own_account(folder: Folder, account: str, fits: bool) -> None:
    found = signing_in(folder, "foundation-staging", f"arn:aws:iam::{account}:role/owner")
    assert bool(found) != fits
    assert fits or "is in account 333333333333, not in 222222222222: the provider acts in the" in found[0]


def test_a_key_of_another_partition_is_told_at_its_own_line(folder: Folder) -> None:
    key = "arn:aws-us-gov:kms:eu-west-1:222222222222:key/1234abcd-12ab-34cd-56ef-123456781000"
    section = f"  mlops-platform:existing:\n    keys:\n      volumes: {key}\n"
    folder.change("staging", "  mlops-platform:kind", f"{section}  mlops-platform:kind")
    [message] = [str(problem) for problem in check(folder.path)]
    assert "Pulumi.staging.yaml:5  existing.keys.volumes" in message
    assert "is of the partition aws-us-gov" in message
