"""The guard at work in an in-memory SageMaker, and when SageMaker throttles, forgets or is faster."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import botocore.retries.standard
import pytest
from botocore.exceptions import ClientError
from moto.sagemaker.exceptions import SagemakerClientError
from moto.sagemaker.models import sagemaker_backends
from moto.sagemaker.responses import SageMakerResponse

from functions.remediator import handler, resource_kinds
from functions.remediator.events import UnknownEvent
from functions.remediator.remediator import RemediatorConfig
from tests.functions.remediated import CONFIG, TOPIC, arn, called, changed
from tests.functions.remediator_account import REGION, Account, remediator_account

# moto warns of errors that every service has and no model names, such as throttling.
pytestmark = pytest.mark.filterwarnings("ignore:Exception.*does not match an error shape")


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """An empty account, in which waiting costs no time."""
    monkeypatch.setattr(botocore.retries.standard.time, "sleep", lambda _: None)
    with remediator_account() as made:
        yield made


NO_VPC = {"NetworkConfig": {"EnableInterContainerTrafficEncryption": True}}


def test_a_job_outside_the_vpc_is_stopped_tagged_and_reported(account: Account) -> None:
    done = account.remediator().handle(account.processing(**NO_VPC))
    assert done == {"breaches": ["no VPC"], "outcome": "stopped", "resource": arn(resource_kinds.PROCESSING, "one")}
    assert account.status() == "Stopped"
    assert account.tags(resource_kinds.PROCESSING, "one") == {"mlops:stopped-because": "no VPC"}
    assert account.messages() == [f"Processing job one was stopped: no VPC.\n\n{arn(resource_kinds.PROCESSING, 'one')}"]


def test_a_job_that_keeps_the_rules_is_left_alone(account: Account) -> None:
    assert account.remediator().handle(account.processing())["outcome"] == "none"
    assert (account.status(), account.tags(resource_kinds.PROCESSING, "one"), account.messages()) == (
        "InProgress",
        {},
        [],
    )


def test_events_that_come_again_change_and_tell_nothing_more(account: Account) -> None:
    event = account.processing(**NO_VPC)
    account.remediator().handle(event)
    account.messages()
    again = [
        account.remediator().handle(event),
        account.remediator().handle(changed(resource_kinds.PROCESSING, "one", "Stopped")),
    ]
    assert [done["because"] for done in again] == ["it is known", "it is known"]
    assert account.messages() == []


def test_with_only_report_a_job_runs_on_and_is_told_once(account: Account) -> None:
    event = account.processing(**NO_VPC)
    assert account.remediator(only_report=True).handle(event)["outcome"] == "reported"
    assert account.status() == "InProgress"
    assert account.tags(resource_kinds.PROCESSING, "one") == {"mlops:breaks-rules": "no VPC"}
    assert len(account.messages()) == 1
    assert account.remediator(only_report=True).handle(event)["outcome"] == "none"
    assert account.messages() == []


def test_a_mark_that_somebody_put_on_a_running_job_saves_it_from_nothing(account: Account) -> None:
    event = account.processing(**NO_VPC, Tags=[{"Key": "mlops:stopped-because", "Value": "no VPC"}])
    assert account.remediator().handle(event)["outcome"] == "stopped"
    assert account.status() == "Stopped"
    assert len(account.messages()) == 1


def test_a_job_that_had_ended_is_told_all_the_same(account: Account) -> None:
    event = account.processing(**NO_VPC)
    account.sagemaker.stop_processing_job(ProcessingJobName="one")
    assert account.remediator().handle(event)["outcome"] == "reported"
    assert "breaks the platform's rules and is Stopped: no VPC" in account.messages()[0]


def test_all_breaches_stand_in_the_message_and_in_a_tag_that_sagemaker_takes(account: Account) -> None:
    cluster = {"ClusterConfig": {"InstanceType": "ml.p4d.24xlarge", "InstanceCount": 1, "VolumeSizeInGB": 10}}
    event = account.processing(ProcessingResources=cluster, NetworkConfig={}, ProcessingOutputConfig={"Outputs": []})
    account.remediator().handle(event)
    text = account.tags(resource_kinds.PROCESSING, "one")["mlops:stopped-because"]
    assert text.split(" / ") == [
        "no VPC",
        "no key for volumes",
        "no key for output",
        "plain traffic between containers",
        "instance type ml.p4d.24xlarge",
    ]
    assert all(character.isalnum() or character in " _.:/=+-@" for character in text)
    assert "; ".join(text.split(" / ")) in account.messages()[0]


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"SubnetId": None, "SecurityGroupIds": None}, "no VPC"),
        ({"KmsKeyId": None}, "no key for volumes"),
        ({"DirectInternetAccess": "Enabled"}, "direct internet access"),
        ({"InstanceType": "ml.m5.2xlarge"}, "instance type ml.m5.2xlarge"),
    ],
)
def test_a_notebook_instance_is_stopped_for_each_breach(account: Account, more: dict[str, Any], why: str) -> None:
    assert account.remediator().handle(account.notebook(**more))["breaches"] == [why]
    shown = account.sagemaker.describe_notebook_instance(NotebookInstanceName="one")
    assert shown["NotebookInstanceStatus"] == "Stopped"
    assert account.tags(resource_kinds.NOTEBOOK, "one") == {"mlops:stopped-because": why}


def test_a_notebook_that_is_still_starting_waits_for_its_next_event(account: Account) -> None:
    event = account.notebook(KmsKeyId=None)
    sagemaker_backends["111111111111"][REGION].notebook_instances["one"].status = "Pending"
    assert account.remediator().handle(event) == {
        "breaches": ["no key for volumes"],
        "outcome": "none",
        "because": "it is Pending",
    }


def test_a_model_outside_the_vpc_is_reported(account: Account) -> None:
    account.endpoint(vpc=False)
    assert account.remediator().handle(changed(resource_kinds.MODEL, "one"))["outcome"] == "reported"
    assert account.tags(resource_kinds.MODEL, "one") == {"mlops:breaks-rules": "no VPC"}


def test_an_endpoint_is_reported_and_serves_on(account: Account) -> None:
    done = account.remediator().handle(account.endpoint(vpc=False, key=False))
    assert done["breaches"] == ["no VPC", "no key for volumes"]
    assert account.sagemaker.describe_endpoint(EndpointName="one")["EndpointStatus"] == "InService"
    assert account.tags(resource_kinds.ENDPOINT, "one") == {"mlops:breaks-rules": "no VPC / no key for volumes"}
    assert len(account.messages()) == 1


def test_a_model_that_may_be_serverless_is_let_be_and_another_role_s_is_not(account: Account) -> None:
    event = account.endpoint(vpc=False)
    role = account.sagemaker.describe_model(ModelName="one")["ExecutionRoleArn"]
    lets = replace(CONFIG.rules, serverless=frozenset({role}))
    for about in (event, changed(resource_kinds.MODEL, "one")):
        assert account.remediator(rules=lets).handle(about)["outcome"] == "none"
    others = replace(CONFIG.rules, serverless=frozenset({f"{role}-2"}))
    assert account.remediator(rules=others).handle(event)["breaches"] == ["no VPC"]


def test_what_may_be_serverless_keeps_all_other_rules(account: Account) -> None:
    event = account.endpoint(vpc=False, key=False)
    role = account.sagemaker.describe_model(ModelName="one")["ExecutionRoleArn"]
    lets = replace(CONFIG.rules, serverless=frozenset({role}))
    assert account.remediator(rules=lets).handle(event)["breaches"] == ["no key for volumes"]


def test_an_endpoint_is_deleted_where_that_is_asked_for(account: Account) -> None:
    done = account.remediator(delete_endpoints=True).handle(account.endpoint(key=False))
    assert done["outcome"] == "deleted"
    assert account.sagemaker.list_endpoints()["Endpoints"] == []
    assert account.messages()[0].startswith("Endpoint one is being deleted: no key for volumes.")


def test_an_endpoint_that_keeps_the_rules_is_never_deleted(account: Account) -> None:
    assert account.remediator(delete_endpoints=True).handle(account.endpoint())["outcome"] == "none"
    assert len(account.sagemaker.list_endpoints()["Endpoints"]) == 1


def test_an_endpoint_whose_configuration_is_gone_is_left_alone(account: Account) -> None:
    event = account.endpoint(key=False)
    account.sagemaker.delete_endpoint_config(EndpointConfigName="one")
    assert account.remediator(delete_endpoints=True).handle(event)["outcome"] == "none"
    assert len(account.sagemaker.list_endpoints()["Endpoints"]) == 1


def test_a_call_that_prevention_should_have_denied_is_reported(account: Account) -> None:
    assert account.remediator().handle(called("CreateCluster", {"clusterName": "one"}))["outcome"] == "reported"
    assert "assumed-role/somebody/session called CreateCluster" in account.messages()[0]


# ---- faults


def fails(account: Account, operation: str, code: str, message: str = "no", *, times: int = 1) -> list[int]:
    """The next answers to an operation are errors. Gives the count of those that are left."""
    left = [times]

    def answer(original: Callable[..., Any], this: Any) -> Any:
        if not left[0]:
            return original(this)
        left[0] -= 1
        raise SagemakerClientError(code, message)

    account.patches.wrap(SageMakerResponse, operation, answer)
    return left


def before(account: Account, operation: str, act: Callable[[], None]) -> None:
    """Do something just before SageMaker answers an operation."""

    def answer(original: Callable[..., Any], this: Any) -> Any:
        act()
        return original(this)

    account.patches.wrap(SageMakerResponse, operation, answer)


@pytest.mark.parametrize("operation", ["add_tags", "describe_processing_job", "stop_processing_job"])
def test_throttling_is_waited_out(account: Account, operation: str) -> None:
    event = account.processing(**NO_VPC)
    left = fails(account, operation, "ThrottlingException", times=4)
    assert account.remediator().handle(event)["outcome"] == "stopped"
    assert left == [0]
    assert account.tags(resource_kinds.PROCESSING, "one") == {"mlops:stopped-because": "no VPC"}


def test_throttling_without_end_is_an_error_so_that_the_event_comes_again(account: Account) -> None:
    event = account.processing(**NO_VPC)
    fails(account, "stop_processing_job", "ThrottlingException", times=99)
    with pytest.raises(ClientError, match="Throttling"):
        account.remediator().handle(event)
    assert account.messages() == []


def test_a_refusal_is_an_error_and_not_silence(account: Account) -> None:
    event = account.processing(**NO_VPC)
    fails(account, "stop_processing_job", "AccessDeniedException")
    with pytest.raises(ClientError, match="AccessDenied"):
        account.remediator().handle(event)


def test_what_failed_after_stopping_is_made_up_for_when_the_event_comes_again(account: Account) -> None:
    event = account.processing(**NO_VPC)
    left = fails(account, "add_tags", "InternalFailure", times=99)
    with pytest.raises(ClientError, match="InternalFailure"):
        account.remediator().handle(event)
    assert account.status() == "Stopped"
    left[0] = 0
    assert account.remediator().handle(event)["outcome"] == "reported"
    assert account.tags(resource_kinds.PROCESSING, "one") == {"mlops:breaks-rules": "no VPC"}
    assert len(account.messages()) == 2


def test_a_job_that_vanished_before_it_was_seen_is_nothing(account: Account) -> None:
    done = account.remediator().handle(changed(resource_kinds.PROCESSING, "nobody", "InProgress"))
    assert done == {"outcome": "none", "because": "Processing job nobody is gone"}
    assert account.messages() == []


def test_a_job_that_vanished_before_it_was_stopped_is_nothing(account: Account) -> None:
    event = account.processing(**NO_VPC)
    before(account, "stop_processing_job", account.vanishes)
    assert account.remediator().handle(event)["because"] == "Processing job one is gone"


def test_a_job_that_ended_before_it_was_stopped_is_reported(account: Account) -> None:
    event = account.processing(**NO_VPC)
    before(account, "stop_processing_job", account.completes)
    assert account.remediator().handle(event)["outcome"] == "reported"
    assert "is Completed: no VPC" in account.messages()[0]


def test_a_job_that_refuses_to_stop_while_it_runs_is_an_error(account: Account) -> None:
    event = account.processing(**NO_VPC)
    fails(account, "stop_processing_job", "ValidationException", "not now")
    with pytest.raises(ClientError, match="not now"):
        account.remediator().handle(event)


# ---- the entry point


def test_the_handler_reads_its_orders_from_the_archive_and_prints_what_it_did(
    account: Account, tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = {"instanceTypes": ["ml.m5.large"], "onOwnDisks": [], "topic": TOPIC, "prefix": "acme"}
    (tmp_path / "config.json").write_text(
        json.dumps(config | {"onlyReport": False, "deleteEndpoints": False, "deniedCalls": []})
    )
    monkeypatch.setattr(handler, "CONFIG", tmp_path / "config.json")
    handler.handle(account.processing(**NO_VPC), None)
    assert account.tags(resource_kinds.PROCESSING, "one") == {"acme:stopped-because": "no VPC"}
    assert json.loads(capsys.readouterr().out)["outcome"] == "stopped"


def test_an_event_of_unknown_shape_reaches_lambda_as_an_error(account: Account) -> None:
    with pytest.raises(UnknownEvent, match="detail-type 'Weather'"):
        account.remediator().handle({"id": "7", "detail-type": "Weather", "detail": {}})


def test_orders_are_the_ones_that_were_written() -> None:
    text = json.dumps(
        {
            "instanceTypes": ["ml.g5.xlarge"],
            "onOwnDisks": ["ml.g5.xlarge"],
            "topic": TOPIC,
            "prefix": "mlops",
            "onlyReport": True,
            "deleteEndpoints": True,
            "deniedCalls": ["CreateCluster"],
        }
    )
    config = handler.read_config(text)
    assert isinstance(config, RemediatorConfig)
    assert (config.only_report, config.delete_endpoints, config.topic) == (True, True, TOPIC)
    assert config.rules.on_own_disks == {"ml.g5.xlarge"}
    assert config.denied_calls == {"CreateCluster"}
