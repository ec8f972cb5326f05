"""SSM parameters have a type that templates ask for and that never changes."""

from __future__ import annotations

from pathlib import Path

import pulumi
import pulumi_aws as aws
import pytest
from botocore.exceptions import ClientError

from components.discovery import Discovery, DiscoveryArgs
from rehearsal.aws.cloud import Cloud
from rehearsal.engine import Engine
from tests.rehearsal.accounts import REGION, STAGING, DataScienceAccount
from tests.rehearsal.engine.programs import ACCOUNT, STRICT, provider
from tests.rehearsal.stack_sets import DeployedTemplate
from tests.rehearsal.workload import make_workload


@pytest.mark.aws_behavior("require_ssm_type")
def test_a_list_that_is_published_as_a_string_fails_the_delivered_template(
    data_science: DataScienceAccount, models: Path
) -> None:
    deployed = DeployedTemplate(data_science, make_workload(data_science, models))
    ssm = deployed.workload.client("ssm")
    name = "/mlops/staging/network/subnet-ids"
    value = ssm.get_parameter(Name=name)["Parameter"]["Value"]
    ssm.delete_parameter(Name=name)
    ssm.put_parameter(Name=name, Value=value, Type="String")
    assert deployed.first(deployed.workload.package())["Status"] == "FAILED"
    reason = deployed.stack_sets.shown()[STAGING]["StatusReason"]
    assert f"Parameter {name} is of type String in parameter store" in reason
    assert "List<String>> takes StringList" in reason


@pytest.mark.aws_behavior("parameter_keeps_its_type")
def test_a_parameter_of_another_type_is_made_anew() -> None:
    with Cloud(REGION) as cloud:
        engine, client = Engine(cloud), cloud.client(cloud.deployer(ACCOUNT), "ssm")

        def plain(kind: str, **more: object) -> None:
            options = pulumi.ResourceOptions(provider=provider(), **more)  # type: ignore[arg-type]
            aws.ssm.Parameter("discovery-ids", name="/a/ids", type=kind, value="x,y", opts=options)

        engine.up("dev", lambda: plain("String"), STRICT)
        with pytest.raises(Exception, match="cannot become a StringList"):
            engine.up("dev", lambda: plain("StringList"), STRICT)
        with pytest.raises(ClientError, match="HierarchyTypeMismatch"):
            client.put_parameter(Name="/a/ids", Value="x", Type="StringList", Overwrite=True)


@pytest.mark.aws_behavior("parameter_keeps_its_type")
def test_what_was_published_as_a_string_becomes_a_list() -> None:
    with Cloud(REGION) as cloud:
        engine, client = Engine(cloud), cloud.client(cloud.deployer(ACCOUNT), "ssm")

        def program(*lists: str) -> None:
            args = DiscoveryArgs(
                root="/a", parameters={"ids": "x,y", "one": "z"}, lists=lists, group="g", tags={"a": "b"}
            )
            Discovery("discovery", args, pulumi.ResourceOptions(providers=[provider()]))

        engine.up("dev", program, STRICT)
        engine.up("dev", lambda: program("ids"), STRICT)
        found = {each["Name"]: each["Type"] for each in client.get_parameters(Names=["/a/ids", "/a/one"])["Parameters"]}
        assert found == {"/a/ids": "StringList", "/a/one": "String"}
