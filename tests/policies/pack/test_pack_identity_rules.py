"""What the rules say of policies and trusts."""

from __future__ import annotations

import pytest

from policies.pack.model import UNKNOWN
from policies.pack.rules import account_trust, open_principal, pass_role, service_trust, wildcard_actions
from tests.policies.pack.pack_factories import (
    ACCOUNT,
    BUCKET_ARN,
    ROLE_ARN,
    ROOT,
    allow,
    deny,
    document,
    having,
    make,
    not_applicable,
    not_decided,
    violations,
)
from tests.policies.pack.resources.identity import PASS, READ, boundary, bucket_policy, role, role_policy, trust


def test_a_resource_policy_with_named_principals_passes() -> None:
    assert violations(open_principal.RULE, bucket_policy(Principal={"AWS": ROLE_ARN})) == []


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"AWS": [ROLE_ARN, "*"]}])
def test_everybody_is_refused_however_it_is_written(principal: object) -> None:
    expected = ["Given allows everybody, and no condition names whom"]
    assert violations(open_principal.RULE, bucket_policy(Principal=principal)) == expected


def test_everybody_but_the_named_is_everybody() -> None:
    assert len(violations(open_principal.RULE, bucket_policy(NotPrincipal={"AWS": ROLE_ARN}))) == 1


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
        {"ArnLike": {"aws:PrincipalArn": [f"arn:aws:iam::{ACCOUNT}:role/mlops/*"]}},
        {"StringEquals": {"AWS:SourceVpce": ["vpce-1", "vpce-2"]}},
        {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": ["o-a1b2c3d4e5/r-ab12/*"]}},
    ],
)
def test_everybody_of_somebody_passes(condition: object) -> None:
    assert violations(open_principal.RULE, bucket_policy(Principal="*", Condition=condition)) == []


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
        {"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
        {"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": ["o-a1b2c3d4e5/*"]}},
        {"Null": {"aws:PrincipalOrgID": "false"}},
        {"StringLike": {"aws:PrincipalOrgID": "*"}},
        {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/mlops/*"}},
        {"ArnLike": {"aws:PrincipalArn": [ROLE_ARN, "arn:aws:iam::*:role/*"]}},
        {"StringEquals": {"aws:PrincipalAccount": "${aws:ResourceAccount}"}},
        {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}},
        {"Bool": {"aws:SecureTransport": "true"}},
    ],
)
def test_a_condition_that_shuts_nobody_out_does_not_count(condition: object) -> None:
    assert len(violations(open_principal.RULE, bucket_policy(Principal="*", Condition=condition))) == 1


def test_a_denial_to_everybody_is_no_opening() -> None:
    refusing = make("aws:sns/topicPolicy:TopicPolicy", "alarms", policy=document(deny(Principal="*", Action="sns:*")))
    assert violations(open_principal.RULE, refusing) == []


def test_the_registrys_policy_is_read_where_it_is_kept() -> None:
    text = document(allow(Principal="*", Action="sagemaker:DescribeModelPackage", Resource="*"))
    group = make("aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy", "models", resourcePolicy=text)
    assert violations(open_principal.RULE, group) == ["Given allows everybody, and no condition names whom"]


def test_a_topic_without_a_policy_is_excused() -> None:
    assert not_applicable(open_principal.RULE, make("aws:sns/topic:Topic", "alarms")) == "it has no policy"


def test_a_function_that_everybody_may_invoke_is_named() -> None:
    permission = make("aws:lambda/permission:Permission", "invoke", principal="*", action="lambda:InvokeFunction")
    assert len(violations(open_principal.RULE, permission)) == 1
    assert violations(open_principal.RULE, having(permission, principalOrgId="o-a1b2c3d4e5")) == []


def test_a_resource_policy_that_is_not_known_yet_is_not_decided() -> None:
    planned = having(bucket_policy(Principal="*"), policy=UNKNOWN)
    assert not_decided(open_principal.RULE, planned) == "policy of data-policy"


def test_a_policy_with_listed_actions_passes() -> None:
    assert violations(wildcard_actions.RULE, role_policy(**READ)) == []


def test_listed_actions_on_every_resource_pass() -> None:
    assert violations(wildcard_actions.RULE, role_policy(Action="ecr:GetAuthorizationToken", Resource="*")) == []


def test_a_whole_service_on_named_resources_passes() -> None:
    assert violations(wildcard_actions.RULE, role_policy(Action="s3:*", Resource=BUCKET_ARN)) == []


@pytest.mark.parametrize("action", ["*", "s3:*", ["s3:GetObject", "kms:*"]])
def test_a_whole_service_on_every_resource_is_named(action: object) -> None:
    shown = action if isinstance(action, str) else "kms:*"
    expected = [f"Given of policy allows {shown} on every resource"]
    assert violations(wildcard_actions.RULE, role_policy(Action=action, Resource="*")) == expected


def test_an_inline_policy_inside_the_role_is_read_too() -> None:
    inline = [{"name": "one", "policy": document(allow(Action="*", Resource="*"))}]
    expected = ["Given of inline policy 1 allows * on every resource"]
    assert violations(wildcard_actions.RULE, role(inlinePolicies=inline)) == expected


def test_awss_administrator_policy_is_named_where_it_is_attached() -> None:
    arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    attachment = make("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "training", policyArn=arn, role="training")
    assert violations(wildcard_actions.RULE, attachment) == [f"attaches {arn}, which is as wide"]
    assert violations(wildcard_actions.RULE, role(managedPolicyArns=[arn])) == [f"attaches {arn}, which is as wide"]


def test_a_narrow_policy_of_aws_may_be_attached() -> None:
    arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"
    attachment = make("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "training", policyArn=arn, role="training")
    assert violations(wildcard_actions.RULE, attachment) == []


def test_a_permissions_boundary_may_be_wide() -> None:
    bounded = role(permissionsBoundary=boundary().props["arn"])
    assert "permissions boundary" in not_applicable(wildcard_actions.RULE, boundary(), bounded)
    assert "permissions boundary" in not_applicable(pass_role.RULE, boundary(), bounded)


def test_a_boundary_that_is_also_attached_is_not_excused() -> None:
    arn = boundary().props["arn"]
    bounded = role(permissionsBoundary=arn)
    attachment = make("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "training", policyArn=arn, role="training")
    expected = ["Given of policy allows * on every resource"]
    assert violations(wildcard_actions.RULE, boundary(), bounded, attachment) == expected
    assert violations(wildcard_actions.RULE, boundary(), having(bounded, managedPolicyArns=[arn])) == expected


def test_a_boundary_for_other_stacks_is_excused_by_its_name_and_never_attached() -> None:
    elsewhere = having(boundary(), name="mlops-boundary")
    assert "permissions boundary" in not_applicable(wildcard_actions.RULE, elsewhere, role())
    assert len(violations(wildcard_actions.RULE, having(boundary(), name="mlops-boundary-reader"))) == 1
    arn = f"arn:aws:iam::{ACCOUNT}:policy/mlops/foundation/mlops-boundary"
    attachment = make("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "training", policyArn=arn, role="training")
    expected = [f"attaches {arn}, which limits as a boundary and would grant here"]
    assert violations(wildcard_actions.RULE, attachment) == expected


def test_a_wide_policy_that_bounds_nobody_is_not_excused() -> None:
    assert len(violations(wildcard_actions.RULE, boundary(), role())) == 1


def test_an_inline_policy_that_is_not_known_yet_is_not_decided() -> None:
    planned = role(inlinePolicies=[{"name": "one", "policy": UNKNOWN}])
    assert not_decided(wildcard_actions.RULE, planned) == "inlinePolicies.0.policy of training"


def test_a_named_role_passed_to_a_named_service_passes() -> None:
    assert violations(pass_role.RULE, role_policy(**PASS)) == []


@pytest.mark.parametrize("resource", ["*", f"arn:aws:iam::{ACCOUNT}:role/*", "arn:aws:iam::*:role/*"])
def test_passing_every_role_is_named(resource: str) -> None:
    expected = ["Given of policy passes every role"]
    assert violations(pass_role.RULE, role_policy(**{**PASS, "Resource": resource})) == expected


def test_roles_under_a_path_may_be_passed() -> None:
    path = f"arn:aws:iam::{ACCOUNT}:role/mlops/projects/screening/*"
    assert violations(pass_role.RULE, role_policy(**{**PASS, "Resource": path})) == []


@pytest.mark.parametrize("operator", ["StringEqualsIfExists", "StringNotEquals"])
def test_the_service_must_be_held_for_every_request(operator: str) -> None:
    loose = {operator: {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    expected = ["Given of policy passes roles to every service: no iam:PassedToService"]
    assert violations(pass_role.RULE, role_policy(**{**PASS, "Condition": loose})) == expected


@pytest.mark.parametrize("action", ["iam:*", "IAM:Pass*", "*"])
def test_wildcards_that_cover_pass_role_are_seen(action: str) -> None:
    assert len(violations(pass_role.RULE, role_policy(Action=action, Resource="*"))) == 2


def test_a_pass_role_statement_that_is_not_known_yet_is_not_decided() -> None:
    assert not_decided(pass_role.RULE, having(role_policy(**PASS), policy=UNKNOWN)) == "policy of training"


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
        {"ArnLike": {"aws:SourceArn": f"arn:aws:sagemaker:eu-west-1:{ACCOUNT}:*"}},
        {"StringEquals": {"aws:SourceOrgID": "o-a1b2c3d4e5"}},
    ],
)
def test_a_service_that_acts_for_this_account_passes(condition: object) -> None:
    service = {"Service": "sagemaker.amazonaws.com"}
    assert violations(service_trust.RULE, trust(Principal=service, Condition=condition)) == []


def test_a_service_that_acts_for_anybody_is_named() -> None:
    expected = ["Given lets sagemaker.amazonaws.com act for any AWS account's resources"]
    assert violations(service_trust.RULE, trust(Principal={"Service": "sagemaker.amazonaws.com"})) == expected


def test_a_source_of_any_account_does_not_count() -> None:
    anyone = {"ArnLike": {"aws:SourceArn": "arn:aws:sagemaker:*:*:*"}}
    spoiled = trust(Principal={"Service": "sagemaker.amazonaws.com"}, Condition=anyone)
    assert len(violations(service_trust.RULE, spoiled)) == 1


def test_a_service_that_sends_no_source_is_excused_and_its_neighbour_is_not() -> None:
    assert violations(service_trust.RULE, trust(Principal={"Service": "ec2.amazonaws.com"})) == []
    both = trust(Principal={"Service": ["ec2.amazonaws.com", "glue.amazonaws.com"]})
    assert violations(service_trust.RULE, both) == ["Given lets glue.amazonaws.com act for any AWS account's resources"]


def test_a_trust_that_is_not_known_yet_is_not_decided() -> None:
    planned = role(assumeRolePolicy=UNKNOWN)
    assert not_decided(service_trust.RULE, planned) == "assumeRolePolicy of training"
    assert not_decided(account_trust.RULE, planned) == "assumeRolePolicy of training"


def test_a_trust_in_a_role_passes() -> None:
    assert violations(account_trust.RULE, trust(Principal={"AWS": ROLE_ARN})) == []


@pytest.mark.parametrize(
    "condition",
    [
        {"ArnEquals": {"aws:PrincipalArn": [ROLE_ARN]}},
        {"StringEquals": {"sts:ExternalId": "screening"}},
        {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
    ],
)
def test_an_account_with_a_named_role_passes(condition: object) -> None:
    assert violations(account_trust.RULE, trust(Principal={"AWS": ROOT}, Condition=condition)) == []


@pytest.mark.parametrize("principal", [ROOT, ACCOUNT, "*"])
def test_a_bare_account_is_named(principal: str) -> None:
    expected = [f"Given trusts everybody in {principal}"]
    assert violations(account_trust.RULE, trust(Principal={"AWS": principal})) == expected


def test_a_trust_with_every_role_of_every_account_is_named() -> None:
    anyone = {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/deploy"}}
    assert len(violations(account_trust.RULE, trust(Principal={"AWS": ROOT}, Condition=anyone))) == 1
