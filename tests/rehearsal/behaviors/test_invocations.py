"""What Lambda decides an invocation on."""

from __future__ import annotations

import json
from collections.abc import Callable

import pulumi
import pulumi_aws as aws
import pytest

from policies.documents.account import AccountScope
from policies.documents.deployer import deployer_policies
from rehearsal.aws.cloud import Cloud
from rehearsal.engine import Engine
from tests.policies.documents.requests import ACCOUNT, arn, may
from tests.rehearsal.engine.programs import REGION, STRICT, provider, trust

CLEANER = "mlops-screening-release-cleaner"
QUALIFIED = arn("lambda", f"function:{CLEANER}:$LATEST")


def program(sets: list[str]) -> Callable[[], None]:
    """A function that is told of its whole life."""

    def build() -> None:
        options = pulumi.ResourceOptions(provider=provider())
        role = aws.iam.Role("r", name="r", assume_role_policy=trust("lambda"), opts=options)
        code = pulumi.AssetArchive({"h.py": pulumi.StringAsset("")})
        function = aws.lambda_.Function(
            "f", name=CLEANER, role=role.arn, runtime="python3.13", handler="h.h", code=code, opts=options
        )
        aws.lambda_.Invocation(
            "i",
            function_name=function.name,
            input=json.dumps({"sets": sets}),
            lifecycle_scope="CRUD",
            opts=options,
        )

    return build


@pytest.mark.aws_behavior("qualified_invocation")
def test_making_changing_and_removing_an_invocation_is_decided_on_the_qualified_function() -> None:
    with Cloud(REGION) as cloud:
        engine = Engine(cloud)
        engine.up("dev", program(["a"]), STRICT)
        engine.up("dev", program(["b"]), STRICT)
        engine.destroy("dev")
        asked = [
            [right.resource for right in line.rights or ()]
            for line in cloud.recorder.requests
            if line.operation == "Invoke"
        ]
    assert asked == [[QUALIFIED]] * 3


@pytest.mark.aws_behavior("qualified_invocation")
def test_a_right_on_the_unqualified_function_alone_calls_no_release_cleaner() -> None:
    document = deployer_policies(AccountScope(partition="aws", account=ACCOUNT, prefix="mlops"))["delivery"]
    unqualified = json.loads(document)
    (calling,) = [each for each in unqualified["Statement"] if each["Sid"] == "CallTheCleaners"]
    calling["Resource"] = [resource for resource in calling["Resource"] if not resource.endswith(":*")]
    assert may(document, "lambda:InvokeFunction", QUALIFIED)
    assert not may(json.dumps(unqualified), "lambda:InvokeFunction", QUALIFIED)
