"""Steps of a removal, in a data science account with something to remove."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from functions.cleaner import handler, waiting
from functions.cleaner.events import UnusableEvent
from tests.functions.faults.case import FunctionAccount, FunctionCase, Late
from tests.functions.faults.environment import credentials
from tests.rehearsal.accounts import ACCOUNT, BUCKET, STAGING, DataScienceAccount, data_science_account
from tests.rehearsal.stack_sets import StackSetClient

EXECUTION = "11111111-2222-3333-4444-555555555555"
GROUP, PIPELINE, CODE_PIPELINE, BUILD = "mlops-screening", "mlops-screening", "screening-build", "mlops-screening-build"
PROJECT = {
    "stack": "project-screening",
    "group": GROUP,
    "pipeline": PIPELINE,
    "codePipelines": [CODE_PIPELINE],
    "builds": [BUILD],
    "deleteModels": True,
    "tf": {"action": "delete"},
}
TAGS = {"studio-home-of": "dev"}
State = Callable[[DataScienceAccount], Mapping[str, Any]]


class Context:
    """What Lambda says of an invocation."""

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        """Fifteen minutes."""
        return 900_000


class CleanedAccount:
    """The function, and what is left in the account."""

    def __init__(self, account: DataScienceAccount, event: Mapping[str, Any], state: State) -> None:
        self.account, self.event, self._state = account, event, state

    def handle(self, event: Any) -> Any:
        """Invoke it."""
        return handler.handle(event, Context())

    def state(self) -> Mapping[str, Any]:
        """What is left."""
        return self._state(self.account)


@contextmanager
def cleaned(prepare: Callable[[DataScienceAccount], Mapping[str, Any]], state: State) -> Iterator[FunctionAccount]:
    """A fresh account, in which pauses are short."""
    short = partial(waiting.Waiting, sleep=lambda _: time.sleep(0.01))
    with TemporaryDirectory() as folder, data_science_account(Path(folder)) as account:
        event = prepare(account)
        with credentials(account.cloud, ACCOUNT), patch.object(handler, "Waiting", short):
            yield CleanedAccount(account, event, state)


# ---- a project


class RunningPipelines:
    """An execution of CodePipeline and a build that end when they are told to."""

    def __init__(self, account: DataScienceAccount) -> None:
        self.status = {"execution": "InProgress", "build": "IN_PROGRESS"}
        operations: Mapping[str, Callable[[], Any]] = {
            "codepipeline:ListPipelineExecutions": lambda: {
                "pipelineExecutionSummaries": [{"pipelineExecutionId": EXECUTION, "status": self.status["execution"]}]
            },
            "codepipeline:StopPipelineExecution": lambda: self._stop("execution", "Stopped"),
            "codebuild:ListBuildsForProject": lambda: {"ids": ["b-1"]},
            "codebuild:BatchGetBuilds": lambda: {"builds": [{"id": "b-1", "buildStatus": self.status["build"]}]},
            "codebuild:StopBuild": lambda: self._stop("build", "STOPPED"),
        }
        for name, operation in operations.items():
            account.cloud.handlers[name] = partial(self._answer, operation)

    def _stop(self, what: str, status: str) -> Mapping[str, Any]:
        self.status[what] = status
        return {"pipelineExecutionId": EXECUTION} if what == "execution" else {}

    @staticmethod
    def _answer(operation: Callable[[], Any], *_: Any) -> Any:
        return 200, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(operation()).encode()


def _project(step: str, account: DataScienceAccount) -> Mapping[str, Any]:
    RunningPipelines(account)
    account.client("events").put_rule(Name=CODE_PIPELINE, EventPattern='{"source": ["aws.s3"]}')
    client = account.client("sagemaker")
    client.create_model_package_group(ModelPackageGroupName=GROUP)
    for _ in range(2):
        client.create_model_package(ModelPackageGroupName=GROUP, ModelApprovalStatus="Approved")
    client.create_pipeline(
        PipelineName=PIPELINE,
        PipelineDefinition='{"Version": "2020-12-01", "Steps": []}',
        ClientRequestToken="t" * 32,
        RoleArn="arn:aws:iam::111111111111:role/pipeline",
    )
    return {**PROJECT, "step": step}


def _project_state(account: DataScienceAccount) -> Mapping[str, Any]:
    client = account.client("sagemaker")
    packages = client.list_model_packages(ModelPackageGroupName=GROUP)["ModelPackageSummaryList"]
    executions = account.client("codepipeline").list_pipeline_executions(pipelineName=CODE_PIPELINE)
    return {
        "rule": account.client("events").describe_rule(Name=CODE_PIPELINE)["State"],
        "execution": executions["pipelineExecutionSummaries"][0]["status"],
        "build": account.client("codebuild").batch_get_builds(ids=["b-1"])["builds"][0]["buildStatus"],
        "packages": [package["ModelPackageArn"] for package in packages],
        "pipelines": [pipeline["PipelineName"] for pipeline in client.list_pipelines()["PipelineSummaries"]],
    }


# ---- a StackSet


def _stack_set(account: DataScienceAccount) -> Mapping[str, Any]:
    sets = StackSetClient(account, STAGING)
    sets.create({"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "t"}}}})
    sets.instances(STAGING)
    return {"step": "removeStackSet", "stackSet": "s", "retainStacksIn": [], "tf": {"action": "delete"}}


def _stack_set_state(account: DataScienceAccount) -> Mapping[str, Any]:
    listed = account.client("cloudformation").list_stack_sets()["Summaries"]
    sets = [each for each in listed if each["Status"] == "ACTIVE"]
    topics = account.cloud.client(account.cloud.deployer(STAGING), "sns").list_topics()["Topics"]
    return {"sets": [each["StackSetName"] for each in sets], "topics": len(topics)}


# ---- an account and its Studio


def _domain(account: DataScienceAccount) -> str:
    client = account.client("sagemaker")
    arn = client.create_domain(
        DomainName="studio",
        AuthMode="IAM",
        DefaultUserSettings={"ExecutionRole": "arn:aws:iam::111111111111:role/studio"},
        VpcId=account.vpc,
        SubnetIds=[account.subnet],
    )["DomainArn"]
    return str(arn.rpartition("/")[2])


def _account(account: DataScienceAccount) -> Mapping[str, Any]:
    domain, client = _domain(account), account.client("sagemaker")
    client.create_user_profile(DomainId=domain, UserProfileName="ada")
    space = {"DomainId": domain, "SpaceName": "notebooks"}
    client.create_space(
        **space, OwnershipSettings={"OwnerUserProfileName": "ada"}, SpaceSharingSettings={"SharingType": "Private"}
    )
    client.create_app(**space, AppType="JupyterLab", AppName="default")
    account.client("s3").put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    for text in ("first", "second"):
        account.put("data.csv", text)
    return {
        "step": "clearAccount",
        "stack": "dev",
        "domain": domain,
        "tags": TAGS,
        "buckets": {"data": BUCKET},
        "groups": "mlops-",
        "delete": ["data", "studio"],
        "tf": {"action": "delete"},
    }


def _account_state(account: DataScienceAccount) -> Mapping[str, Any]:
    client = account.client("sagemaker")
    running = [app["AppName"] for app in client.list_apps()["Apps"] if app["Status"] not in ("Deleted", "Deleting")]
    return {
        "apps": running,
        "spaces": [space["SpaceName"] for space in client.list_spaces()["Spaces"]],
        "versions": len(account.client("s3").list_object_versions(Bucket=BUCKET).get("Versions", [])),
        **_network_state(account),
    }


def _network(account: DataScienceAccount) -> Mapping[str, Any]:
    domain = _domain(account)
    groups = [group["GroupId"] for group in _groups(account)]
    pairs = [{"Key": key, "Value": value} for key, value in TAGS.items()]
    account.client("ec2").create_tags(Resources=groups, Tags=pairs)
    for system in account.client("efs").describe_file_systems()["FileSystems"]:
        account.client("efs").tag_resource(ResourceId=system["FileSystemId"], Tags=pairs)
    account.client("sagemaker").delete_domain(DomainId=domain)
    return {
        "step": "clearNetwork",
        "vpc": account.vpc,
        "tags": TAGS,
        "delete": ["studio"],
        "tf": {"action": "delete"},
    }


def _groups(account: DataScienceAccount) -> list[Any]:
    named = [{"Name": "group-name", "Values": ["security-group-for-*"]}]
    return list(account.client("ec2").describe_security_groups(Filters=named)["SecurityGroups"])


def _network_state(account: DataScienceAccount) -> Mapping[str, Any]:
    systems = account.client("efs").describe_file_systems()["FileSystems"]
    return {
        "groups": [(group["GroupName"], len(group.get("Tags", []))) for group in _groups(account)],
        "homes": [system["NumberOfMountTargets"] for system in systems],
    }


def _same(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    assert after == before


def _again(account: Any) -> None:
    account.handle(account.event)


def _case(does: str, prepare: Callable[[DataScienceAccount], Mapping[str, Any]], state: State) -> FunctionCase:
    return FunctionCase(
        function="cleaner",
        does=does,
        account=lambda: cleaned(prepare, state),
        refusals=(UnusableEvent, waiting.NotRemoved),
        invocations=1,  # somebody destroys the stack again
        late={"after all of it is gone": Late(happened=_again, leaves=_same)},
        # Nothing to lose is agreed to: the homes stay. Of an account that brings all its buckets, none is emptied.
        means_else=(
            "delete is an empty list",
            "delete.0 left out",
            "buckets is an empty object",
            "buckets.data left out",
        ),
    )


CASES = [
    _case("a project is stopped", partial(_project, "stopProject"), _project_state),
    _case("a project is forgotten", partial(_project, "forgetProject"), _project_state),
    _case("a StackSet is removed", _stack_set, _stack_set_state),
    _case("an account is cleared", _account, _account_state),
    _case("a network is cleared", _network, _network_state),
]
