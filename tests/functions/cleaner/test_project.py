"""What stops before a project goes, in which order, and what is refused on the way."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.cleaner import project
from functions.cleaner.waiting import NotRemoved
from tests.functions.cleaner.faults import Client, Clock, refused

EVENT: dict[str, Any] = {
    "stack": "project-screening",
    "group": "mlops-screening",
    "pipeline": "mlops-screening",
    "codePipelines": ["screening-mlops-build"],
    "builds": ["mlops-screening-build"],
    "deleteModels": False,
}
AGREED = {**EVENT, "deleteModels": True}


class Project:
    """A project whose pipelines end when they are told to; `registers` says that the training leaves a model then.

    `stop` and `missing` are errors: of a request to stop an execution of CodePipeline, and of the list of models.
    """

    def __init__(
        self,
        *,
        models: int = 0,
        registers: bool = False,
        stop: ClientError | None = None,
        missing: ClientError | None = None,
    ) -> None:
        self.models, self.registers, self.stop, self.missing = models, registers, stop, missing
        self.code_pipelines, self.training = {"e-1": "InProgress"}, {"arn-1": "Executing"}
        self.done: list[str] = []
        self.codepipeline = Client(
            list_pipeline_executions=lambda **_: {
                "pipelineExecutionSummaries": [
                    {"pipelineExecutionId": name, "status": status} for name, status in self.code_pipelines.items()
                ]
            },
            stop_pipeline_execution=self._stop_code_pipeline,
        )
        self.builds, self.rule = {f"b-{i}": "SUCCEEDED" for i in range(150)} | {"b-150": "IN_PROGRESS"}, "ENABLED"
        self.codebuild = Client(
            list_builds_for_project=lambda **_: {"ids": list(self.builds)},
            batch_get_builds=self._builds,
            stop_build=self._stop_build,
        )
        self.events = Client(
            describe_rule=lambda **_: {"State": self.rule},
            disable_rule=lambda **_: self._set_rule("DISABLED"),
            enable_rule=lambda **_: self._set_rule("ENABLED"),
        )
        self.sagemaker = Client(
            list_model_packages=self._models,
            list_pipeline_executions=lambda **_: {
                "PipelineExecutionSummaries": [
                    {"PipelineExecutionArn": arn, "PipelineExecutionStatus": status}
                    for arn, status in self.training.items()
                ]
            },
            stop_pipeline_execution=self._stop_training,
            delete_model_package=self._delete_model,
            delete_pipeline=lambda **_: self.done.append("delete pipeline"),
        )

    def client(self, service: str) -> Any:
        return getattr(self, service)

    def _models(self, **_: Any) -> dict[str, Any]:
        if self.missing:
            raise self.missing
        return {"ModelPackageSummaryList": [{"ModelPackageArn": f"arn:package/x/{i + 1}"} for i in range(self.models)]}

    def _stop_code_pipeline(self, pipelineExecutionId: str, **_: Any) -> None:  # noqa: N803 - boto3's own names
        self.done.append("stop CodePipeline")
        self.code_pipelines[pipelineExecutionId] = "Stopped"
        if self.stop:
            raise self.stop

    def _builds(self, ids: list[str]) -> dict[str, Any]:
        assert len(ids) <= 100
        return {"builds": [{"id": name, "buildStatus": self.builds[name]} for name in ids]}

    def _stop_build(self, id: str) -> None:
        self.done.append("stop build")
        self.builds[id] = "STOPPED"

    def _set_rule(self, state: str) -> None:
        self.rule = state

    def _stop_training(self, PipelineExecutionArn: str) -> None:  # noqa: N803 - boto3's own names
        self.done.append("stop training")
        self.training[PipelineExecutionArn] = "Stopped"
        self.models += self.registers

    def _delete_model(self, **_: Any) -> None:
        self.done.append("delete model")


def test_a_model_that_is_there_is_refused_before_anything_is_stopped() -> None:
    made = Project(models=1)
    with pytest.raises(NotRemoved, match=r"holds 1 models \(version 1\).*Nothing was destroyed"):
        project.stop(made.client, EVENT, Clock().waiting())
    assert made.done == []


def test_a_model_registered_while_pipelines_were_being_stopped_is_refused() -> None:
    made = Project(registers=True)
    with pytest.raises(NotRemoved, match=r"holds 1 models.*What ran was stopped; nothing was destroyed"):
        project.stop(made.client, EVENT, Clock().waiting())
    assert made.done == ["stop CodePipeline", "stop build", "stop training"]


def test_a_model_registered_after_the_endpoints_went_is_not_deleted_without_consent() -> None:
    made = Project(registers=True)
    with pytest.raises(NotRemoved, match="Its endpoints are gone; models and training pipeline are still there"):
        project.forget(made.client, EVENT, Clock().waiting())
    assert made.done == ["stop CodePipeline", "stop build", "stop training"]


def test_models_are_deleted_after_everything_stands_still_and_so_none_is_left() -> None:
    made = Project(registers=True)
    removed = project.forget(made.client, AGREED, Clock().waiting())
    assert made.done == ["stop CodePipeline", "stop build", "stop training", "delete model", "delete pipeline"]
    assert removed == ["arn:package/x/1", "mlops-screening"]


@pytest.mark.parametrize(
    "code",
    [
        "PipelineExecutionNotStoppableException",
        "DuplicatedStopRequestException",
        "PipelineNotFoundException",
        "ConflictException",
    ],
)
def test_an_execution_that_has_ended_meanwhile_hinders_nothing(code: str) -> None:
    made = Project(stop=refused(code))
    assert project.stop(made.client, EVENT, Clock().waiting()) == ["build b-150", "arn-1"]


def test_an_execution_that_cannot_be_stopped_is_told_with_what_to_do() -> None:
    made = Project(stop=refused("ConflictException"))
    made.codepipeline._operations["list_pipeline_executions"] = lambda **_: {
        "pipelineExecutionSummaries": [{"pipelineExecutionId": "e-1", "status": "Stopping"}]
    }
    with pytest.raises(NotRemoved, match=r"screening-mlops-build: e-1 has been told to stop.*destroy. again"):
        project.stop(made.client, EVENT, Clock().waiting())
    assert "stop training" not in made.done


def test_other_errors_of_a_stop_are_raised() -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        project.stop(Project(stop=refused("AccessDenied")).client, EVENT, Clock().waiting())


def test_a_code_pipeline_that_is_gone_runs_nothing() -> None:
    made = Project()

    def missing(**_: Any) -> None:
        raise refused("PipelineNotFoundException")

    made.codepipeline._operations["list_pipeline_executions"] = missing
    assert project.stop(made.client, EVENT, Clock().waiting()) == ["build b-150", "arn-1"]


def test_a_group_that_does_not_exist_holds_no_models() -> None:
    message = "ModelPackageGroup arn:aws:sagemaker:eu-west-1:111111111111:model-package-group/x does not exist."
    made = Project(missing=refused("ValidationException", message))
    assert project.forget(made.client, AGREED, Clock().waiting()) == ["mlops-screening"]


def test_another_validation_error_does_not_read_as_no_models() -> None:
    made = Project(missing=refused("ValidationException", "1 validation error detected: Value at 'nextToken'"))
    with pytest.raises(ClientError, match="validation error detected"):
        project.stop(made.client, EVENT, Clock().waiting())
    assert made.done == []


def test_what_starts_the_pipelines_is_off_from_the_stop_on() -> None:
    made = Project()
    project.stop(made.client, EVENT, Clock().waiting())
    assert made.rule == "DISABLED"
    assert made.events.called("disable_rule") == [{"Name": "screening-mlops-build"}]


@pytest.mark.parametrize("before", ["ENABLED", "DISABLED"])
def test_a_refusal_leaves_the_rules_as_they_were(before: str) -> None:
    made = Project(registers=True)
    made.rule = before
    with pytest.raises(NotRemoved):
        project.stop(made.client, EVENT, Clock().waiting())
    assert made.rule == before


def test_a_rule_and_a_build_project_that_are_gone_hinder_nothing() -> None:
    made = Project()

    def missing(**_: Any) -> None:
        raise refused("ResourceNotFoundException")

    made.events._operations["describe_rule"] = missing
    made.codebuild._operations["list_builds_for_project"] = missing
    assert project.stop(made.client, EVENT, Clock().waiting()) == ["execution e-1 of screening-mlops-build", "arn-1"]
