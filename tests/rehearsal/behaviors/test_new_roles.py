"""Roles that were just made."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pulumi
import pulumi_aws as aws
import pytest

from assumptions.entries.studio_takes_new_roles import ASSUMPTION
from assumptions.outcomes import failing
from rehearsal.aws.cloud import Cloud
from rehearsal.engine import Engine, StackFailed
from rehearsal.engine.new_roles import CHECKS, PROPAGATED_AFTER, NewRoles
from tests.rehearsal.engine.programs import ACCOUNT, REGION, STRICT, provider, trust


@pytest.fixture(autouse=True)
def studio_looks() -> Iterator[None]:
    """Studio looks at a role as other services do."""
    with failing([ASSUMPTION.name]):
        yield


Make = Callable[[aws.iam.Role, aws.ec2.Subnet, pulumi.ResourceOptions], object]


def program(make: Make, between: int = 0) -> Callable[[], None]:
    """A network, a role, other things, and what is made with the role."""

    def build() -> None:
        options = pulumi.ResourceOptions(provider=provider())
        vpc = aws.ec2.Vpc("v", cidr_block="10.0.0.0/16", opts=options)
        subnet = aws.ec2.Subnet("s", vpc_id=vpc.id, cidr_block="10.0.0.0/24", opts=options)
        after = pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(depends_on=[subnet]))
        role = aws.iam.Role("r", name="r", assume_role_policy=trust("sagemaker", "lambda"), opts=after)
        later = pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(depends_on=[role]))
        others = [
            aws.ssm.Parameter(f"p{number}", name=f"/p{number}", type="String", value="x", opts=later)
            for number in range(between)
        ]
        last = pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(depends_on=[role, *others]))
        make(role, subnet, last)

    return build


def domain(role: aws.iam.Role, subnet: aws.ec2.Subnet, options: pulumi.ResourceOptions) -> object:
    settings = aws.sagemaker.DomainDefaultUserSettingsArgs(execution_role=role.arn)
    return aws.sagemaker.Domain(
        "d",
        domain_name="d",
        auth_mode="IAM",
        vpc_id=subnet.vpc_id,
        subnet_ids=[subnet.id],
        default_user_settings=settings,
        opts=options,
    )


def function(role: aws.iam.Role, _: aws.ec2.Subnet, options: pulumi.ResourceOptions) -> object:
    code = pulumi.AssetArchive({"h.py": pulumi.StringAsset("")})
    return aws.lambda_.Function(
        "f", name="f", role=role.arn, runtime="python3.13", handler="h.h", code=code, opts=options
    )


@pytest.mark.aws_behavior("new_role_is_not_assumable")
def test_a_domain_right_after_its_role_is_refused_and_a_function_is_tried_again() -> None:
    roles = NewRoles()
    made = {"Role": {"Arn": f"arn:aws:iam::{ACCOUNT}:role/r"}}
    given = {"DefaultUserSettings": {"ExecutionRole": made["Role"]["Arn"]}, "Role": made["Role"]["Arn"]}
    roles.see("iam:CreateRole", made)
    check = roles.new_role_is_not_assumable("sagemaker:CreateDomain", given)
    assert check is CHECKS["sagemaker:CreateDomain"]
    assert not check.retried
    retried = roles.new_role_is_not_assumable("lambda:CreateFunction", given)
    assert retried is not None
    assert retried.retried
    for _ in range(PROPAGATED_AFTER):
        roles.see("ssm:PutParameter", {})
    assert roles.new_role_is_not_assumable("sagemaker:CreateDomain", given) is None


@pytest.mark.aws_behavior("new_role_is_not_assumable")
def test_what_the_provider_does_not_try_again_fails_the_stack_until_time_has_passed() -> None:
    with Cloud(REGION) as cloud:
        engine = Engine(cloud)
        engine.up("function", program(function), STRICT)
    with Cloud(REGION) as cloud, pytest.raises(StackFailed, match="SageMaker cannot assume the execution role"):
        Engine(cloud).up("soon", program(domain), STRICT)
    with Cloud(REGION) as cloud:
        Engine(cloud).up("later", program(domain, between=PROPAGATED_AFTER), STRICT)


def test_where_studio_takes_new_roles_other_services_still_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rehearsal.engine.new_roles.holds", lambda _: True)
    roles, arn = NewRoles(), f"arn:aws:iam::{ACCOUNT}:role/r"
    given = {"UserSettings": {"ExecutionRole": arn}, "Role": arn}
    roles.see("iam:CreateRole", {"Role": {"Arn": arn}})
    assert roles.new_role_is_not_assumable("sagemaker:CreateUserProfile", given) is None
    assert roles.new_role_is_not_assumable("lambda:CreateFunction", given) is CHECKS["lambda:CreateFunction"]
