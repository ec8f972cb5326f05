"""Resources and calls that break the rules, and one that keeps them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from functions.remediator import handler, resource_kinds
from functions.remediator.events import UnknownEvent
from tests.functions.faults.case import FunctionAccount, FunctionCase, Late
from tests.functions.remediated import CONFIG, TOPIC, called
from tests.functions.remediator_account import Account, remediator_account

NO_VPC = {"NetworkConfig": {"EnableInterContainerTrafficEncryption": True}}
_TOLD_TWICE = {
    "told": "A topic has no token by which it would know a message: what fails after it was published is told twice, "
    "never not at all"
}


class RemediatedAccount:
    """The function, and what became of one resource."""

    def __init__(self, account: Account, prepare: Callable[[Account], dict[str, Any]]) -> None:
        self.account, self.event = account, prepare(account)
        self._told: list[str] = []

    def handle(self, event: Any) -> Any:
        """Invoke it."""
        return handler.handle(event, None)

    def state(self) -> Mapping[str, Any]:
        """Statuses, the reasons in marks, and whom somebody was told of."""
        self._told += [
            text.partition("\n\n")[2] or text.partition(" called ")[2].partition(",")[0]
            for text in self.account.messages()
        ]
        client = self.account.sagemaker
        jobs = client.list_processing_jobs()["ProcessingJobSummaries"]
        notebooks = client.list_notebook_instances()["NotebookInstances"]
        endpoints = client.list_endpoints()["Endpoints"]
        arns = [
            *(job["ProcessingJobArn"] for job in jobs),
            *(notebook["NotebookInstanceArn"] for notebook in notebooks),
            *(endpoint["EndpointArn"] for endpoint in endpoints),
        ]
        tags = [tag for arn in arns for tag in client.list_tags(ResourceArn=arn)["Tags"]]
        return {
            "statuses": [
                *(job["ProcessingJobStatus"] for job in jobs),
                *(notebook["NotebookInstanceStatus"] for notebook in notebooks),
                *(endpoint["EndpointStatus"] for endpoint in endpoints),
            ],
            # Two instances at a time may mark a job as stopped and, since it has ended by then, as reported.
            "marks": sorted({tag["Value"] for tag in tags if tag["Key"].startswith("mlops:")}),
            "told": list(self._told),
        }


@contextmanager
def remediated(prepare: Callable[[Account], dict[str, Any]], **config: bool) -> Iterator[FunctionAccount]:
    """A fresh account."""
    given = {"instanceTypes": sorted(CONFIG.rules.instance_types), "onOwnDisks": [], "topic": TOPIC, "prefix": "mlops"}
    given["deniedCalls"] = sorted(CONFIG.denied_calls)
    with remediator_account() as account, TemporaryDirectory() as folder:
        path = Path(folder) / "config.json"
        path.write_text(json.dumps({**given, "onlyReport": False, "deleteEndpoints": False, **config}))
        with patch.object(handler, "CONFIG", path):
            yield RemediatedAccount(account, prepare)


def _same(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    assert after == before


def _told_of_its_end(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    assert after["statuses"] == before["statuses"]
    assert after["marks"] == ["no VPC"]
    assert len(after["told"]) == 1


def _case(does: str, prepare: Callable[[Account], dict[str, Any]], **more: Any) -> FunctionCase:
    config = {key: more.pop(key) for key in ("onlyReport", "deleteEndpoints") if key in more}
    return FunctionCase(
        function="remediator",
        does=does,
        account=lambda: remediated(prepare, **config),
        refusals=(UnknownEvent,),
        repeated=_TOLD_TWICE,
        **more,
    )


def _notebook_is_deleted(made: RemediatedAccount) -> None:
    made.account.sagemaker.stop_notebook_instance(NotebookInstanceName="one")
    made.account.sagemaker.delete_notebook_instance(NotebookInstanceName="one")


def _endpoint_is_deleted(made: RemediatedAccount) -> None:
    made.account.sagemaker.delete_endpoint(EndpointName="one")


ITS_END = Late(happened=lambda made: made.account.completes(), leaves=_told_of_its_end)
JOB_GONE = {"after the job is gone": Late(happened=lambda made: made.account.vanishes(), leaves=_same)}
NOTEBOOK_GONE = {"after the notebook instance is gone": Late(happened=_notebook_is_deleted, leaves=_same)}
ENDPOINT_GONE = {"after the endpoint is gone": Late(happened=_endpoint_is_deleted, leaves=_same)}

CASES = [
    _case(
        "a job outside the VPC is stopped",
        lambda account: account.processing(**NO_VPC),
        late={"after the job's end": ITS_END, **JOB_GONE},
    ),
    _case(
        "a job outside the VPC is reported",
        lambda account: account.processing(**NO_VPC),
        onlyReport=True,
        late={"after the job's end": ITS_END, **JOB_GONE},
    ),
    _case("a job that keeps the rules is left alone", lambda account: account.processing(), late=JOB_GONE),
    _case("a notebook instance is stopped", lambda account: account.notebook(KmsKeyId=None), late=NOTEBOOK_GONE),
    _case("an endpoint is reported", lambda account: account.endpoint(key=False), late=ENDPOINT_GONE),
    _case(
        "an endpoint is deleted",
        lambda account: account.endpoint(key=False),
        deleteEndpoints=True,
        late=ENDPOINT_GONE,
    ),
    _case(
        "a call that prevention denies is reported",
        lambda _: called("CreateCluster", {"clusterName": "one"}),
        never_late="The call itself is reported, whatever became of what it made",
    ),
    _case(
        "a job of AutoML that is gone is nothing",
        lambda _: called(next(iter(resource_kinds.BY_CALL)), {"autoMLJobName": "one"}),
        never_late="The event comes late already: its job is gone",
    ),
]
