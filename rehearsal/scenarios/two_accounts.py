"""One of two production accounts has no instances left: the other keeps the release or goes back, as settings say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from rehearsal.aws.answers import refusal
from rehearsal.codesuite.execution import SUCCEEDED, PipelineExecution
from rehearsal.journey.inputs import JourneyInputs
from rehearsal.journey.steps import JourneyFailed
from rehearsal.scenarios.releases import SecondModel
from rehearsal.scenarios.scenario import Scenario, ScenarioRun
from rehearsal.scenarios.second_account import with_second_production
from settings.project_file import NAMESPACE

STAGE = "Production"
# The refusal of an account that has reached its quota (botocore, service model of sagemaker: ResourceLimitExceeded).
_UPDATE = "sagemaker:UpdateEndpoint"
_ROLLOUT = {"failureTolerancePercent": 0}


def one_account_at_a_time(_: JourneyInputs) -> Mapping[str, str]:
    """Production follows account by account, and none may fail; what has arrived stays."""
    return {"deployments": json.dumps({"production": _production("keep")})}


def _production(on_partial_failure: str) -> Mapping[str, Any]:
    return {
        "minInstances": 1,
        "maxInstances": 1,
        "shift": {"method": "allAtOnce"},
        "rollout": {**_ROLLOUT, "onPartialFailure": on_partial_failure},
    }


@dataclass(frozen=True)
class _Accounts:
    """Production's accounts in the order of the action's targets: the one that stays well, and the one that fails."""

    scenario: ScenarioRun
    well: str
    failing: str

    def versions(self) -> dict[str, str]:
        """The version of the model that each account's endpoint serves."""
        return {account: self._version(account) for account in (self.well, self.failing)}

    def _version(self, account: str) -> str:
        journey = self.scenario.journey
        actor = journey.people.administrator(account, journey.project.settings.prefix)
        client = journey.cloud.client(actor, "sagemaker")
        endpoint = client.describe_endpoint(EndpointName=journey.outputs["endpoints"]["production"])
        config = client.describe_endpoint_config(EndpointConfigName=endpoint["EndpointConfigName"])
        model = client.describe_model(ModelName=config["ProductionVariants"][0]["ModelName"])
        container = model.get("PrimaryContainer") or model["Containers"][0]
        return str(container["ModelPackageName"]).rpartition("/")[2]

    def without_instances(self) -> None:
        """From now on the failing account refuses every update of an endpoint."""
        message = (
            "The account-level service limit 'ml.m5.large for endpoint usage' is 1 Instances, with current utilization "
            "of 1 Instances and a request delta of 1 Instances. Please contact AWS support to request an increase"
        )
        answer = refusal("ResourceLimitExceeded", message, "sagemaker")
        handlers = self.scenario.environment.cloud.handlers
        handlers[_UPDATE] = lambda actor, *_: answer if actor.account == self.failing else None

    def with_instances(self) -> None:
        """The quota was raised."""
        del self.scenario.environment.cloud.handlers[_UPDATE]

    def updated(self, since: int) -> set[str]:
        """Accounts of production whose endpoint was updated since a request's number."""
        lines = self.scenario.environment.cloud.recorder.since(since, lambda line: line.operation == "UpdateEndpoint")
        return {line.account for line in lines if line.status < 400} & {self.well, self.failing}


def run(scenario: ScenarioRun) -> None:
    """A release that reaches one account; its retry; the same again where what has arrived goes back."""
    second = SecondModel(scenario)
    accounts = _accounts(scenario)
    step = scenario.steps.run
    step("Build and approve a second model", second.build)
    step("Bring it to staging", second.stage)
    step("Release it while one account has no instances left", lambda: _kept(accounts, second))
    step("Retry what failed when there are some again", lambda: _retried(accounts))
    step("Let releases go back where one account fails", lambda: _changed_setting(accounts, second))
    step("Release the first model again, without instances", lambda: _gone_back(accounts, second))


def _accounts(scenario: ScenarioRun) -> _Accounts:
    found = [each["account"] for each in scenario.journey.release_facts.workloads if each["stage"] == "production"]
    if len(set(found)) < 2:
        raise JourneyFailed("production has one account: this scenario needs two")
    well, *_, failing = sorted(set(found))
    return _Accounts(scenario, well, failing)


def _kept(accounts: _Accounts, second: SecondModel) -> str:
    old, new = (str(each["ModelPackageVersion"]) for each in (second.first, second.journey.package))
    accounts.without_instances()
    reason = second.refused_release()
    versions, results = accounts.versions(), _results(accounts)
    accounts.scenario.measured("two-accounts keep", {"reason": reason, "versions": versions, "results": results})
    sentence = f"{reason}; {_told(versions)}"
    if accounts.failing not in reason or "ResourceLimitExceeded" not in reason or accounts.well in reason:
        raise JourneyFailed(f"{sentence}: the error names the account that failed and why, and no other")
    if results != {accounts.well: "SUCCEEDED", accounts.failing: "FAILED"}:
        raise JourneyFailed(f"{sentence}: the operation's results are {results}")
    if versions != {accounts.well: new, accounts.failing: old}:
        raise JourneyFailed(f"{sentence}: what has arrived should stay, and the other account be as before")
    return sentence


def _results(accounts: _Accounts) -> dict[str, str]:
    """Each account's result of the StackSet's last operation."""
    journey = accounts.scenario.journey
    client = journey.cloud.client(journey.cloud.deployer(journey.account), "cloudformation")
    name = journey.names.stack_set("production")
    with journey.cloud.recorder.unheard():
        operations = client.list_stack_set_operations(StackSetName=name)["Summaries"]
        found = client.list_stack_set_operation_results(StackSetName=name, OperationId=operations[0]["OperationId"])[
            "Summaries"
        ]
    return {each["Account"]: each["Status"] for each in found}


def _retried(accounts: _Accounts) -> str:
    """An approver retries the stage. Raises JourneyFailed where the healthy account was touched."""
    journey = accounts.scenario.journey
    accounts.with_instances()
    before = len(journey.cloud.recorder.requests)
    execution = _newest(accounts)
    client = journey.cloud.client(journey.people.approver(), "codepipeline")
    client.retry_stage_execution(
        pipelineName=execution.pipeline.name,
        stageName=STAGE,
        pipelineExecutionId=execution.id,
        retryMode="FAILED_ACTIONS",
    )
    journey.wait(execution.done.is_set, "the retried stage")
    versions, updated = accounts.versions(), accounts.updated(before)
    sentence = f"only {', '.join(sorted(updated)) or 'no account'} was updated; {_told(versions)}"
    accounts.scenario.measured("two-accounts retry", {"updated": sorted(updated), "versions": versions})
    if execution.status != SUCCEEDED:
        raise JourneyFailed(f"{sentence}: {execution.failure or execution.status}")
    if updated != {accounts.failing} or len(set(versions.values())) != 1:
        raise JourneyFailed(f"{sentence}: a retry completes what is missing, and nothing else")
    return sentence


def _changed_setting(accounts: _Accounts, second: SecondModel) -> str:
    """Bring the project up with the other setting; the same model passes the changed pipeline, and changes nothing."""
    journey = accounts.scenario.journey
    config = {f"{NAMESPACE}deployments": json.dumps({"production": _production("rollBack")})}
    accounts.scenario.environment.change(replace(journey.project, config={**journey.project.config, **config}))
    before = len(journey.cloud.recorder.requests)
    second.approve_again()
    second.stage()
    second.release()
    updated = accounts.updated(before)
    if updated:
        raise JourneyFailed(f"the same model was released again, and {', '.join(sorted(updated))} was updated")
    return (
        f"onPartialFailure: rollBack; the same model passes again and touches no endpoint; {_told(accounts.versions())}"
    )


def _gone_back(accounts: _Accounts, second: SecondModel) -> str:
    journey, current = accounts.scenario.journey, accounts.versions()
    journey.package = second.first
    second.approve_again()
    second.stage()
    accounts.without_instances()
    before = len(journey.cloud.recorder.requests)
    reason = second.refused_release()
    journey.wait(
        lambda: _newest(accounts).type == "ROLLBACK" and _newest(accounts).done.is_set(), "the stage's rollback"
    )
    back = _newest(accounts)
    accounts.with_instances()
    # Of the way back alone: the release that failed built what it delivered.
    mine = journey.cloud.recorder.since(before, lambda line: line.session == back.id)
    builds = [line for line in mine if line.operation == "StartBuild"]
    versions = accounts.versions()
    sentence = f"{reason}; the stage went back ({back.status}); {_told(versions)}"
    accounts.scenario.measured("two-accounts rollBack", {"reason": reason, "versions": versions, "builds": len(builds)})
    if back.status != SUCCEEDED or versions != current or builds:
        raise JourneyFailed(f"{sentence}; {len(builds)} builds ran; before it was {_told(current)}")
    return f"{sentence}; no build ran"


def _newest(accounts: _Accounts) -> PipelineExecution:
    journey = accounts.scenario.journey
    return journey.suite.pipelines.executions(journey.account, journey.region, journey.outputs["deployPipeline"])[-1]


def _told(versions: Mapping[str, str]) -> str:
    return ", ".join(f"{account} serves version {version}" for account, version in versions.items())


SCENARIO = Scenario(
    summary="one of two production accounts has no instances left: the other keeps the release, or goes back",
    run=run,
    settings=one_account_at_a_time,
    directory=with_second_production,
)
