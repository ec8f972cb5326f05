"""Whether an account serves a project's endpoint is what the account itself answers."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.names import ProjectNames
from rehearsal.journey.release import ReleaseFacts, finished_steps, refusals_of_the_gate

WORKLOADS = [
    {"account": "222222222222", "region": "eu-west-1", "stage": "staging"},
    {"account": "333333333333", "region": "eu-west-1", "stage": "production"},
    {"account": "444444444444", "region": "eu-central-1", "stage": "production"},
]


class AccountsOfStages:
    """Stands for the cloud: endpoints by account and region, with their status, and models that each account has."""

    def __init__(self, endpoints: dict[tuple[str, str], list[tuple[str, str]]], models: tuple[str, ...]) -> None:
        self.endpoints, self.models = endpoints, models

    def client(self, account: str, service: str, region: str) -> Any:
        found = [
            {"EndpointName": name, "EndpointStatus": status}
            for name, status in self.endpoints.get((account, region), [])
            if service == "sagemaker"
        ]
        members = {
            "get_paginator": lambda _, name: self.paginator(name, found),
            "list_models": lambda _, NameContains: self.named(NameContains),  # noqa: N803 (SageMaker's name)
        }
        return type("Client", (), members)()

    def named(self, part: str) -> dict[str, list[str]]:
        return {"Models": [name for name in self.models if part in name]}

    def paginator(self, operation: str, found: list[dict[str, str]]) -> Any:
        assert operation == "list_endpoints"
        return type("Pages", (), {"paginate": lambda _: [{"Endpoints": []}, {"Endpoints": found}]})()


def facts(
    endpoints: dict[tuple[str, str], list[tuple[str, str]]], *stages: str, models: tuple[str, ...] = ()
) -> ReleaseFacts:
    cloud: Any = AccountsOfStages(endpoints, models)
    asks: Any = str
    return ReleaseFacts(
        cloud=cloud, names=ProjectNames("mlops", "p"), stages=stages, workloads=WORKLOADS, administrator=asks
    )


def test_each_account_of_a_stage_is_asked_in_its_region() -> None:
    serving = facts(
        {
            ("222222222222", "eu-west-1"): [("mlops-p-staging", "InService")],
            ("333333333333", "eu-west-1"): [("mlops-p-production", "InService")],
            ("444444444444", "eu-west-1"): [("mlops-p-production", "InService")],
        },
        "staging",
        "production",
    ).serving()
    assert serving == {"staging": {"222222222222": True}, "production": {"333333333333": True, "444444444444": False}}


@pytest.mark.parametrize("found", [("mlops-q-production", "InService"), ("mlops-p-production", "Creating")])
def test_another_projects_endpoint_or_one_that_is_not_ready_does_not_serve(found: tuple[str, str]) -> None:
    serving = facts({("333333333333", "eu-west-1"): [found]}, "production").serving()
    assert not any(serving["production"].values())


def test_a_model_for_batches_is_in_service_without_an_endpoint_and_one_of_an_endpoint_that_failed_is_not() -> None:
    models = ("mlops-p-production-v3",)
    failed = {("333333333333", "eu-west-1"): [("mlops-p-production", "Failed")]}
    assert facts(failed, "production", models=models).serving() == {
        "production": {"333333333333": False, "444444444444": True}
    }
    assert not any(facts({}, "production", models=("mlops-q-production-v3",)).serving()["production"].values())


def test_a_pipeline_that_never_ran_has_no_refusals_and_no_steps() -> None:
    assert refusals_of_the_gate("111111111111", "eu-west-1", "mlops-p") == []
    assert finished_steps("111111111111", "eu-west-1", "mlops-p") == []
