"""Update, replacement, deletion, protection and failure, as the real engine has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from rehearsal.aws.cloud import Cloud
from rehearsal.engine import Engine, Resource, StackFailed, resources_json
from tests.rehearsal.engine.programs import ACCOUNT, STRICT, document, provider, trust

Events = list[tuple[str, str]]


def listening(events: Events) -> Callable[[str, Resource], None]:
    """A listener that keeps what happened to resources in AWS."""
    return lambda event, resource: events.append((event, resource.name)) if resource.managed else None


def writes(cloud: Cloud, start: int) -> list[str]:
    """Writing operations since a request."""
    return [line.operation for line in cloud.recorder.since(start) if line.writes]


def role(name: str = "worker", **more: Any) -> Callable[[], None]:
    """A program of one role."""

    def program() -> None:
        options = pulumi.ResourceOptions(provider=provider())
        made = aws.iam.Role("role", name=name, assume_role_policy=trust("lambda"), opts=options, **more)
        pulumi.export("arn", made.arn)

    return program


def test_an_update_sends_only_the_calls_of_what_changed(engine: Engine, cloud: Cloud) -> None:
    engine.up("dev", role(description="one"), STRICT)
    with cloud.recorder.during("update") as start:
        stack = engine.up("dev", role(description="two"), STRICT)
    assert writes(cloud, start) == ["UpdateRole"]
    found = cloud.client(cloud.deployer(ACCOUNT), "iam").get_role(RoleName="worker")["Role"]
    assert found["Description"] == "two"
    assert stack.outputs == {"arn": f"arn:aws:iam::{ACCOUNT}:role/worker"}


def test_a_boundary_that_is_taken_away_is_deleted(engine: Engine, cloud: Cloud) -> None:
    made = cloud.client(cloud.deployer(ACCOUNT), "iam").create_policy(
        PolicyName="boundary", PolicyDocument=document("s3:*")
    )
    boundary = made["Policy"]["Arn"]
    engine.up("dev", role(permissions_boundary=boundary), STRICT)
    with cloud.recorder.during("update") as start:
        engine.up("dev", role(), STRICT)
    assert writes(cloud, start) == ["DeleteRolePermissionsBoundary"]


def test_tags_change_by_themselves(engine: Engine, cloud: Cloud) -> None:
    engine.up("dev", role(tags={"a": "1", "b": "2"}), STRICT)
    with cloud.recorder.during("update") as start:
        engine.up("dev", role(tags={"a": "3"}), STRICT)
    assert writes(cloud, start) == ["UntagRole", "TagRole"]
    found = cloud.client(cloud.deployer(ACCOUNT), "iam").list_role_tags(RoleName="worker")["Tags"]
    assert {tag["Key"]: tag["Value"] for tag in found} == {"a": "3", "owner": "tests"}


def test_a_new_name_is_a_replacement_that_creates_before_it_deletes(engine: Engine) -> None:
    events: Events = []
    engine.up("dev", role("one"), STRICT)
    engine.up("dev", role("two"), STRICT, listening(events))
    assert events == [("replace", "role"), ("delete", "role")]
    assert engine.refresh("dev") == []


def test_a_kept_name_is_a_replacement_that_deletes_first(engine: Engine, cloud: Cloud) -> None:
    engine.up("dev", role(path="/a/"), STRICT)
    with cloud.recorder.during("replace") as start:
        engine.up("dev", role(path="/b/"), STRICT)
    assert writes(cloud, start) == ["DeleteRole", "CreateRole"]


def test_what_needs_a_replaced_resource_goes_before_it_and_comes_back(engine: Engine, cloud: Cloud) -> None:
    def program(path: str) -> Callable[[], None]:
        def build() -> None:
            options = pulumi.ResourceOptions(provider=provider())
            made = aws.iam.Role("role", name="worker", path=path, assume_role_policy=trust("lambda"), opts=options)
            aws.iam.RolePolicy("inline", name="p", role=made.name, policy=document("s3:*"), opts=options)

        return build

    engine.up("dev", program("/a/"), STRICT)
    with cloud.recorder.during("replace") as start:
        engine.up("dev", program("/b/"), STRICT)
    assert writes(cloud, start) == ["DeleteRolePolicy", "DeleteRole", "CreateRole", "PutRolePolicy"]
    assert engine.refresh("dev") == []


def parameters(*names: str, protect: bool = False, keep: bool = False) -> Callable[[], None]:
    """A program of SSM parameters, each needing the one before it."""

    def program() -> None:
        account = provider()
        before: aws.ssm.Parameter | None = None
        for name in names:
            options = pulumi.ResourceOptions(
                provider=account,
                protect=protect,
                retain_on_delete=keep,
                depends_on=[before] if before else None,
            )
            before = aws.ssm.Parameter(name, name=f"/{name}", type="String", value=name, opts=options)

    return program


def test_what_the_program_no_longer_declares_is_deleted_dependents_first(engine: Engine) -> None:
    events: Events = []
    engine.up("dev", parameters("a", "b", "c"), STRICT)
    engine.up("dev", parameters("a"), STRICT, listening(events))
    assert events == [("same", "a"), ("delete", "c"), ("delete", "b")]
    assert [one.name for one in engine.stacks["dev"].resources.values() if one.managed] == ["a"]


def test_a_protected_resource_is_neither_dropped_nor_destroyed(engine: Engine) -> None:
    engine.up("dev", parameters("a", "b", protect=True), STRICT)
    with pytest.raises(StackFailed, match="currently marked for protection"):
        engine.up("dev", parameters("a", protect=True), STRICT)
    with pytest.raises(StackFailed, match=r"Parameter::a.*protection"):
        engine.destroy("dev")
    assert engine.refresh("dev") == []
    engine.unprotect("dev")
    engine.destroy("dev")
    assert engine.stacks == {}


def test_what_is_to_be_retained_stays_in_aws_when_the_stack_goes(engine: Engine, cloud: Cloud) -> None:
    engine.up("dev", parameters("a", keep=True), STRICT)
    engine.destroy("dev")
    client = cloud.client(cloud.deployer(ACCOUNT), "ssm")
    assert client.get_parameter(Name="/a")["Parameter"]["Value"] == "a"


def test_ignored_changes_are_not_sent(engine: Engine, cloud: Cloud) -> None:
    def program(value: str) -> Callable[[], None]:
        def build() -> None:
            options = pulumi.ResourceOptions(provider=provider(), ignore_changes=["value"])
            aws.ssm.Parameter("a", name="/a", type="String", value=value, opts=options)

        return build

    engine.up("dev", program("one"), STRICT)
    with cloud.recorder.during("again") as start:
        engine.up("dev", program("two"), STRICT)
    assert writes(cloud, start) == []


def test_an_alias_keeps_a_renamed_resource(engine: Engine, cloud: Cloud) -> None:
    def program(name: str, alias: str | None = None) -> Callable[[], None]:
        aliases = [pulumi.Alias(name=alias)] if alias else None

        def build() -> None:
            options = pulumi.ResourceOptions(provider=provider(), aliases=aliases)
            aws.ssm.Parameter(name, name="/a", type="String", value="v", opts=options)

        return build

    engine.up("dev", program("old"), STRICT)
    with cloud.recorder.during("renamed") as start:
        stack = engine.up("dev", program("new", alias="old"), STRICT)
    assert writes(cloud, start) == []
    assert [one.name for one in stack.resources.values() if one.managed] == ["new"]


def test_a_failure_keeps_what_was_made_and_a_second_run_goes_on(engine: Engine) -> None:
    def program(encryption: str) -> Callable[[], None]:
        def build() -> None:
            options = pulumi.ResourceOptions(provider=provider())
            bucket = aws.s3.Bucket("bucket", bucket="data", opts=options)
            rule = aws.s3.BucketOwnershipControlsRuleArgs(object_ownership=encryption)
            aws.s3.BucketOwnershipControls("owner", bucket=bucket.bucket, rule=rule, opts=options)

        return build

    with pytest.raises(StackFailed, match="BucketOwnershipControls::owner"):
        engine.up("dev", program("Nobody"), STRICT)
    assert [one.name for one in engine.stacks["dev"].resources.values() if one.managed] == ["bucket"]
    events: Events = []
    engine.up("dev", program("BucketOwnerEnforced"), STRICT, listening(events))
    assert events == [("same", "bucket"), ("create", "owner")]


def test_an_error_of_aws_names_the_resource_the_operation_and_aws_s_words(engine: Engine) -> None:
    def program() -> None:
        options = pulumi.ResourceOptions(provider=provider())
        aws.ec2.Subnet("lost", vpc_id="vpc-0123456789abcdef0", cidr_block="10.0.0.0/24", opts=options)

    with pytest.raises(StackFailed, match=r"(?s)Subnet::lost\n.*ec2:CreateSubnet in account .*InvalidVpcID.NotFound"):
        engine.up("dev", program, STRICT)


def test_an_error_of_the_program_says_its_own_words(engine: Engine) -> None:
    def program() -> None:
        raise ValueError("the settings name no region")

    with pytest.raises(StackFailed, match="stack dev: ValueError: the settings name no region"):
        engine.up("dev", program, STRICT)


def test_a_resource_that_somebody_deleted_or_changed_is_listed(engine: Engine, cloud: Cloud) -> None:
    engine.up("dev", parameters("a", "b"), STRICT)
    client = cloud.client(cloud.deployer(ACCOUNT), "ssm")
    client.delete_parameter(Name="/a")
    client.put_parameter(Name="/b", Value="other", Type="String", Overwrite=True)
    found = {lost.urn.rpartition("::")[2]: lost.reason for lost in engine.refresh("dev")}
    assert found == {"a": "not found", "b": "value is 'other', should be 'b'"}


def test_secrets_are_plain_in_the_state_and_hidden_in_what_is_written(engine: Engine) -> None:
    def program() -> None:
        secret = pulumi.Output.secret("hush")
        options = pulumi.ResourceOptions(provider=provider())
        made = aws.ssm.Parameter("a", name="/a", type="SecureString", value=secret, opts=options)
        pulumi.export("value", made.value)

    stack = engine.up("dev", program, STRICT)
    assert stack.outputs["value"] == "hush"
    assert stack.secret_outputs == {"value"}
    assert "hush" not in str(resources_json(engine))
