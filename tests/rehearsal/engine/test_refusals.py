"""What the engine refuses before AWS hears of it, and what stacks tell each other."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from rehearsal.aws.cloud import Cloud
from rehearsal.engine import Engine, Resource, StackFailed
from tests.rehearsal.engine.programs import ACCOUNT, REGION, STRICT, provider, trust


def one(declare: Callable[[pulumi.ResourceOptions], Any]) -> Callable[[], None]:
    """A program of what is declared with a provider."""

    def program() -> None:
        declare(pulumi.ResourceOptions(provider=provider()))

    return program


def test_a_property_that_no_call_carries_is_an_error_and_not_dropped(engine: Engine, cloud: Cloud) -> None:
    program = one(lambda options: aws.ec2.Eip("nat", domain="vpc", instance="i-0123456789abcdef0", opts=options))
    with pytest.raises(StackFailed, match=r"(?s)Eip::nat\n.*AllocateAddress.*property instance fits no member"):
        engine.up("dev", program, STRICT)
    assert not [line for line in cloud.recorder.requests if line.operation == "AllocateAddress"]


def test_a_value_outside_an_enumeration_names_member_value_and_what_is_allowed(engine: Engine) -> None:
    program = one(lambda options: aws.ecr.Repository("r", name="r", image_tag_mutability="SOMETIMES", opts=options))
    with pytest.raises(StackFailed, match=r"imageTagMutability is 'SOMETIMES': allowed are MUTABLE, IMMUTABLE"):
        engine.up("dev", program, STRICT)


@pytest.mark.parametrize(
    ("name", "complaint"),
    [("under_score", "must match"), ("x" * 64, "at most 63 characters")],
)
def test_a_name_that_aws_does_not_take_is_refused(engine: Engine, name: str, complaint: str) -> None:
    program = one(lambda options: aws.sagemaker.ModelPackageGroup("g", model_package_group_name=name, opts=options))
    with pytest.raises(StackFailed, match=complaint):
        engine.up("dev", program, STRICT)


def test_a_number_out_of_range_is_refused(engine: Engine) -> None:
    program = one(
        lambda options: aws.iam.Role("r", assume_role_policy=trust("lambda"), max_session_duration=60, opts=options)
    )
    with pytest.raises(StackFailed, match="MaxSessionDuration is 60: at least 3600"):
        engine.up("dev", program, STRICT)


def test_a_type_that_no_module_has_is_refused_by_name_and_place(engine: Engine) -> None:
    program = one(lambda options: aws.athena.Workgroup("w", opts=options))
    with pytest.raises(
        StackFailed, match=r"no resource type aws:athena/workgroup:Workgroup: add it in rehearsal/services/athena.py"
    ):
        engine.up("dev", program, STRICT)


def test_a_forgotten_provider_is_an_error_that_names_the_resource(engine: Engine) -> None:
    def program() -> None:
        aws.sns.Topic("forgotten")

    with pytest.raises(StackFailed, match=r"Default provider for 'aws' disabled\. '.*Topic::forgotten' must use"):
        engine.up("dev", program, STRICT)


def test_two_resources_of_one_urn_are_an_error(engine: Engine) -> None:
    def program() -> None:
        options = pulumi.ResourceOptions(provider=provider())
        aws.sns.Topic("twice", name="a", opts=options)
        aws.sns.Topic("twice", name="b", opts=options)

    with pytest.raises(StackFailed, match=r"Duplicate resource URN '.*Topic::twice'; try giving it a unique name"):
        engine.up("dev", program, STRICT)


def test_a_function_of_the_provider_that_is_not_answered_is_named(engine: Engine) -> None:
    def program() -> None:
        aws.ec2.get_ami_output(most_recent=True, opts=pulumi.InvokeOptions(provider=provider()))

    with pytest.raises(StackFailed, match="does not answer aws:ec2/getAmi:getAmi"):
        engine.up("dev", program, STRICT)


def reader() -> None:
    """A program that hands on another stack's output."""
    other = pulumi.StackReference("organization/mlops-platform/staging")
    pulumi.export("bucket", other.require_output("bucket"))
    pulumi.export("token", other.require_output("token"))


def test_a_reference_to_a_stack_that_is_not_up_says_which_to_bring_up(engine: Engine) -> None:
    with pytest.raises(StackFailed, match=r"stack 'staging' is not up.*bring up staging first"):
        engine.up("dev", reader, STRICT)


def test_a_reference_gives_outputs_and_keeps_secrets_secret(engine: Engine) -> None:
    def staging() -> None:
        pulumi.export("bucket", "models")
        pulumi.export("token", pulumi.Output.secret("hush"))

    engine.up("staging", staging, STRICT)
    stack = engine.up("dev", reader, STRICT)
    assert stack.outputs == {"bucket": "models", "token": "hush"}
    assert stack.secret_outputs == {"token"}


def test_each_account_has_its_own_state_and_deployer(engine: Engine, cloud: Cloud) -> None:
    def program() -> None:
        for account in (ACCOUNT, "222222222222"):
            owner = aws.Provider(account, region=REGION, allowed_account_ids=[account])
            options = pulumi.ResourceOptions(provider=owner)
            aws.iam.Role(f"role-{account}", name="same", assume_role_policy=trust("lambda"), opts=options)

    stack = engine.up("dev", program, STRICT)
    arns = {made.outputs["arn"] for made in stack.resources.values() if made.managed}
    assert arns == {f"arn:aws:iam::{account}:role/same" for account in (ACCOUNT, "222222222222")}
    callers = {line.role for line in cloud.recorder.requests if line.operation == "CreateRole"}
    assert callers == {f"arn:aws:iam::{account}:role/deployer" for account in (ACCOUNT, "222222222222")}


def test_components_parent_resources_and_have_their_outputs(engine: Engine) -> None:
    class Alarms(pulumi.ComponentResource):
        def __init__(self, name: str, account: aws.Provider) -> None:
            super().__init__("mlops:tests:Alarms", name, None, pulumi.ResourceOptions(providers=[account]))
            topic = aws.sns.Topic(f"{name}-topic", name="t", opts=pulumi.ResourceOptions(parent=self))
            self.register_outputs({"arn": topic.arn})

    def program() -> None:
        Alarms("alarms", provider())

    stack = engine.up("dev", program, STRICT)
    urn = "urn:pulumi:dev::mlops-platform::mlops:tests:Alarms$aws:sns/topic:Topic::alarms-topic"
    component = stack.resources[stack.resources[urn].parent]
    assert component.outputs == {"arn": stack.resources[urn].outputs["arn"]}


def test_an_invocation_is_told_what_happens_to_it(engine: Engine) -> None:
    calls: list[Any] = []

    def run(_: Resource, name: str, payload: bytes) -> bytes:
        calls.append((name, json.loads(payload)))
        return b'"done"'

    def program(sets: list[str]) -> Callable[[], None]:
        def build() -> None:
            options = pulumi.ResourceOptions(provider=provider())
            role = aws.iam.Role("r", name="r", assume_role_policy=trust("lambda"), opts=options)
            code = pulumi.AssetArchive({"h.py": pulumi.StringAsset("")})
            function = aws.lambda_.Function(
                "f", name="f", role=role.arn, runtime="python3.13", handler="h.h", code=code, opts=options
            )
            invocation = aws.lambda_.Invocation(
                "i",
                function_name=function.name,
                input=json.dumps({"sets": sets}),
                lifecycle_scope="CRUD",
                opts=options,
            )
            pulumi.export("result", invocation.result)

        return build

    engine.invoke_function = run
    assert engine.up("dev", program(["a"]), STRICT).outputs["result"] == '"done"'
    engine.up("dev", program(["b"]), STRICT)
    engine.destroy("dev")
    assert calls == [
        ("f", {"sets": ["a"], "tf": {"action": "create", "prev_input": None}}),
        ("f", {"sets": ["b"], "tf": {"action": "update", "prev_input": {"sets": ["a"]}}}),
        ("f", {"sets": ["b"], "tf": {"action": "delete", "prev_input": {"sets": ["b"]}}}),
    ]
