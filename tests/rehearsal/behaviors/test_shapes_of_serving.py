"""What SageMaker refuses and does of endpoints that are more than one model behind one fleet."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.cloudwatch.models import cloudwatch_backends

from catalog.serving import ServingShape
from delivery import template as delivered
from rehearsal.cloudformation.stack_operation import no_value_leaves_its_place
from rehearsal.sagemaker.asynchronous import step_scaling_wants_an_instance
from rehearsal.sagemaker.shadows import share_of_copies
from tests.rehearsal.accounts import REGION, STAGING, DataScienceAccount
from tests.rehearsal.stack_sets import DeployedTemplate
from tests.rehearsal.workload import ENDPOINT, ServingAccount, make_workload

TARGET = {
    "ServiceNamespace": "sagemaker",
    "ResourceId": f"endpoint/{ENDPOINT}/variant/primary",
    "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
}


@pytest.fixture
def workload(data_science: DataScienceAccount, models: Path) -> ServingAccount:
    return make_workload(data_science, models)


@pytest.fixture
def deployed(workload: ServingAccount) -> DeployedTemplate:
    return DeployedTemplate(workload.data_science, workload)


def config(workload: ServingAccount, variants: list[dict[str, Any]], **more: Any) -> None:
    workload.client("sagemaker").create_endpoint_config(EndpointConfigName="c", ProductionVariants=variants, **more)


def variant(name: str, model: str, **more: Any) -> dict[str, Any]:
    sized = more or {"InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    return {"VariantName": name, "ModelName": model, "InitialVariantWeight": 1, **sized}


@pytest.mark.aws_behavior("shadows_have_one_production_variant")
def test_a_shadow_stands_beside_one_variant(workload: ServingAccount) -> None:
    package = workload.package()
    workload.config("one", package, package, weights=(1.0, 1.0))
    both = [variant("primary", "one-0"), variant("other", "one-1")]
    with pytest.raises(ClientError, match="stands beside one production variant"):
        config(workload, both, ShadowProductionVariants=[variant("shadow", "one-0")])
    with pytest.raises(ClientError, match="there is one shadow at most"):
        config(workload, both[:1], ShadowProductionVariants=[variant("a", "one-0"), variant("b", "one-1")])
    config(workload, both[:1], ShadowProductionVariants=[variant("shadow", "one-1")])


@pytest.mark.aws_behavior("serverless_has_neither_network_nor_captures")
def test_serverless_refuses_network_captures_and_company(workload: ServingAccount) -> None:
    workload.config("one", workload.package())
    sized = {"ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5}}
    with pytest.raises(ClientError, match="a model with VpcConfig, a model with network isolation"):
        config(workload, [variant("primary", "one-0", **sized)])
    outside = {"Containers": [{"ModelPackageName": workload.package()}], "ExecutionRoleArn": workload.role}
    workload.client("sagemaker").create_model(ModelName="outside", **outside)
    with pytest.raises(ClientError, match="DataCaptureConfig"):
        config(workload, [variant("primary", "outside", **sized)], DataCaptureConfig=workload.capture(100))
    with pytest.raises(ClientError, match="more than one variant"):
        config(workload, [variant("a", "outside", **sized), variant("b", "outside", **sized)])
    config(workload, [variant("primary", "outside", **sized)])


@pytest.mark.aws_behavior("share_of_copies")
@pytest.mark.parametrize(("weight", "share"), [(1, 1.0), (0.25, 0.25), (3, 1.0), (0, 0.0)])
def test_the_ratio_of_the_weights_is_the_share_of_copies(weight: float, share: float) -> None:
    shadow = [{"VariantName": "shadow", "InitialVariantWeight": weight}]
    one = {"ProductionVariants": [{"VariantName": "primary", "InitialVariantWeight": 1}]}
    assert share_of_copies({**one, "ShadowProductionVariants": shadow}) == share
    assert share_of_copies(one) == 0.0


@pytest.mark.aws_behavior("only_asynchronous_fleets_scale_to_zero")
def test_a_fleet_that_answers_keeps_an_instance(deployed: DeployedTemplate) -> None:
    deployed.first(deployed.workload.package())
    client = deployed.workload.client("application-autoscaling")
    with pytest.raises(ClientError, match="MinCapacity must be at least 1"):
        client.register_scalable_target(**TARGET, MinCapacity=0, MaxCapacity=2)
    client.register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=2)


@pytest.mark.aws_behavior("no_value_leaves_its_place")
def test_no_value_in_a_list_is_no_item() -> None:
    given = {"Variants": [{"Name": "a"}, None], "Alarms": [None], "Left": {"Deep": [1, None, 2]}}
    assert no_value_leaves_its_place(given) == {"Variants": [{"Name": "a"}], "Alarms": [], "Left": {"Deep": [1, 2]}}


@pytest.mark.aws_behavior("step_scaling_wants_an_instance")
def test_an_asynchronous_fleet_scales_to_zero_and_comes_back_when_somebody_waits(deployed: DeployedTemplate) -> None:
    """Its alarm calls the step: where the template lacks the alarm's action, nobody starts the first instance."""
    workload, key = deployed.workload, (STAGING, REGION, ENDPOINT)
    assert deployed.first(workload.package(), ServingShape.ASYNCHRONOUS)["Status"] == "SUCCEEDED"
    sagemaker = workload.client("sagemaker")

    def count() -> int:
        (found,) = sagemaker.describe_endpoint(EndpointName=ENDPOINT)["ProductionVariants"]
        return int(found["CurrentInstanceCount"])

    def wait(wanted: int, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while count() != wanted:
            assert time.monotonic() < deadline, f"still {count()} instances"
            time.sleep(0.1)

    wait(0)  # fifteen minutes of AWS's without a request
    assert workload.data_science.sagemaker.hosting.processes() == [] or not step_scaling_wants_an_instance(key)
    place = f"s3://{workload.capture(0)['DestinationS3Uri'].removeprefix('s3://')}/asynchronous/requests/rows.csv"
    bucket, _, name = place.removeprefix("s3://").partition("/")
    workload.client("s3").put_object(Bucket=bucket, Key=name, Body=b"0.5,0.5\n")
    asked = workload.client("sagemaker-runtime").invoke_endpoint_async(
        EndpointName=ENDPOINT, InputLocation=place, ContentType="text/csv", Accept="text/csv"
    )
    alarm = cloudwatch_backends[STAGING][REGION].alarms[f"{ENDPOINT}-waiting"]
    actions, alarm.alarm_actions = alarm.alarm_actions, []
    alarm.update_state("somebody waits", "{}", "ALARM")
    time.sleep(3)
    assert count() == 0  # nobody was told
    alarm.alarm_actions = actions
    assert step_scaling_wants_an_instance(key), (actions, alarm.state_value)
    wait(1)
    bucket, _, name = asked["OutputLocation"].removeprefix("s3://").partition("/")
    deadline = time.monotonic() + 20
    while True:
        try:
            assert workload.client("s3").get_object(Bucket=bucket, Key=name)["Body"].read()
            break
        except ClientError:
            assert time.monotonic() < deadline
            time.sleep(0.1)


@pytest.mark.parametrize("shape", list(ServingShape))
def test_every_shape_of_the_template_says_what_it_is(shape: ServingShape) -> None:
    assert delivered(shape)["Parameters"]["ServingShape"]["AllowedValues"] == [shape]
