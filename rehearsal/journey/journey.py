"""A model's way through one project: data and code, build, evaluation, approval, delivery, predictions."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from typing import Any

from catalog.names import Names, ProjectNames
from catalog.roles import RoleKind
from catalog.scope import Scope
from rehearsal.apigateway.service import ApiGateway
from rehearsal.aws.actors import Actor
from rehearsal.codesuite.execution import SKIPPED, SUCCEEDED, PipelineExecution
from rehearsal.codesuite.pending import ApprovalRequest
from rehearsal.codesuite.suite import CodeSuite
from rehearsal.environment import RehearsalEnvironment
from rehearsal.journey import claims, links, prediction, records
from rehearsal.journey.actors import JourneyActors, workload_attachment
from rehearsal.journey.inputs import JourneyInputs
from rehearsal.journey.release import ReleaseFacts, finished_steps, refusals_of_the_gate
from rehearsal.journey.repository import build_repository
from rehearsal.journey.steps import JourneyFailed, SabotageCaught
from rehearsal.network.model import VpcAttachment
from rehearsal.plan import PlannedStack
from rehearsal.report import RehearsalReport

# Longer than any step takes on a slow machine with a big file; a hang must end.
PIPELINE_SECONDS = 1800.0


class Journey:
    """One model's way through one project."""

    def __init__(
        self,
        environment: RehearsalEnvironment,
        project: PlannedStack,
        inputs: JourneyInputs,
        suite: CodeSuite,
    ) -> None:
        self.environment, self.cloud, self.project = environment, environment.cloud, project
        self.data, self.suite, self.problem = inputs.data, suite, inputs.problem
        self.sabotage = inputs.sabotage
        self.outputs = environment.engine.stacks[project.stack].outputs
        self.data_science = environment.engine.stacks[project.settings.data_science].outputs  # type: ignore[union-attr]
        self.account, self.region = self.data_science["account"], self.data_science["region"]
        self.names = ProjectNames(project.settings.prefix, self.outputs["project"])
        self.scope = Scope.of_account(self.account, self.region, project.settings.prefix)
        publish_role = self.names.role_arn(self.scope, RoleKind.PUBLISH)
        self.people = JourneyActors(self.cloud, self.data_science, self.outputs["project"], publish_role)
        self.release_facts = ReleaseFacts(
            cloud=self.cloud,
            names=self.names,
            stages=list(self.outputs["endpoints"]),
            workloads=[w for w in self.data_science["workloads"] if self.outputs["project"] in w["projects"]],
            administrator=lambda account: self.people.administrator(account, project.settings.prefix),
        )
        self.package: dict[str, Any] = {}
        self.approval: ApprovalRequest | None = None
        self.approval_requested = threading.Event()
        # Where approvers decide by links, over HTTP.
        self.gateway: ApiGateway | None = None

    def has(self, stage: str) -> bool:
        """Whether the project has a stage."""
        return stage in self.outputs["endpoints"]

    # ---- steps, in order

    def start_quietly(self) -> str:
        """AWS ran each pipeline when it was created; that neither failed nor trained nor deployed anything."""
        for name in (self.outputs["buildPipeline"], self.outputs["deployPipeline"]):
            for execution in self.suite.pipelines.executions(self.account, self.region, name):
                self.wait(execution.done.is_set, f"{name} to end its first execution")
                busy = [stage.name for stage in execution.stages[1:] if stage.status != SKIPPED]
                if execution.status != SUCCEEDED or busy:
                    raise JourneyFailed(f"{name} ran by itself: {', '.join(busy)}; {self._why(execution)}")
        return "both pipelines skipped everything after their source"

    def build_image(self) -> str:
        """The platform team has the model image built from the source that the data science stack put in place."""
        exported = self._platform_build("image")
        address = exported.get("pinned", "")
        repository, _, digest = address.partition("@")
        if not digest:
            raise JourneyFailed(f"the image's build ended well and pinned nothing: {address}")
        return f"{repository.partition('/')[2]} {digest[:19]}"

    def build_functions(self) -> str:
        """The platform team has the functions of APIs built, as an image and as an archive."""
        exported = self._platform_build("api-functions")
        return f"image {exported['pinned'].partition('@')[2][:19]}, archive {exported['key'][:12]}"

    def _platform_build(self, name: str) -> Mapping[str, str]:
        """What a build of the platform's own exports. Raises JourneyFailed."""
        settings = self.project.settings
        project = Names(settings.prefix, settings.data_science).name(name)  # type: ignore[union-attr]
        client = self.cloud.client(self.cloud.deployer(self.account), "codebuild")
        record = self.suite.builds.records[client.start_build(projectName=project)["build"]["id"]]
        if not record.done.wait(PIPELINE_SECONDS) or record.failure:
            raise JourneyFailed(f"the build {project}: {record.failure or 'no end'}")
        return record.exported

    @property
    def has_apis(self) -> bool:
        """Whether a stage of the project has an API in front of its endpoint."""
        deployments = self.project.settings.deployments  # type: ignore[union-attr]
        return any(getattr(deployments, stage).api for stage in self.outputs["endpoints"])

    def hand_over_data(self) -> str:
        """The scientist puts data under the project's prefix."""
        bucket, _, prefix = self.outputs["dataUri"].removeprefix("s3://").partition("/")
        with self.data.path.open("rb") as file:
            self._publisher("s3").put_object(Bucket=bucket, Key=f"{prefix}/training/data.csv", Body=file)
        return f"{self.data.origin} ({self.data.path.stat().st_size / 1e6:.1f} MB)"

    def hand_over_code(self) -> str:
        """The scientist pushes the repository; its event starts the build pipeline."""
        bucket, _, key = self.outputs["sourceUri"].removeprefix("s3://").partition("/")
        publisher = self.people.publisher()
        self.cloud.client(publisher, "s3").put_object(
            Bucket=bucket,
            Key=key,
            Body=build_repository(self.data.target, self.problem),
            Tagging=f"publisher={publisher.source_identity}",
        )
        return f"{key.rpartition('/')[2]} to the project's source"

    def build(self) -> str:
        """The build pipeline runs to its end, the training pipeline within it."""
        try:
            execution = self._finished(self.outputs["buildPipeline"], "build pipeline")
        except JourneyFailed as error:
            gate = refusals_of_the_gate(self.account, self.region, self.names.pipeline())
            if self.sabotage == "labels" and gate:
                raise SabotageCaught(f"by the quality gate: {gate[-1].rstrip('.')}") from None
            raise JourneyFailed(f"{str(error).rstrip('.')}; {self._registry()}") from None
        ran = [action.name for stage in execution.stages for action in stage.actions if action.status == SUCCEEDED]
        steps = finished_steps(self.account, self.region, self.names.pipeline())
        return f"{', '.join(ran)} succeeded, and in training {', '.join(steps)}; {self._registry()}"

    def find_registered(self) -> str:
        """A pending model is in the registry, with its held-out metric."""
        packages = self._packages("PendingManualApproval")
        if not packages:
            raise JourneyFailed("the build succeeded, but no model is pending in the registry")
        arn = packages[0]["ModelPackageArn"]
        self.package = self._approver("sagemaker").describe_model_package(ModelPackageName=arn)
        metadata = self.package["CustomerMetadataProperties"]
        version, value = arn.rpartition("/")[2], self._value()
        if self.sabotage == "labels":
            raise JourneyFailed(
                f"the labels were shuffled, and version {version} is registered all the same: {metadata['metric']} "
                f"{value:.4f} on held-out rows passed the gate"
            )
        return f"{metadata['metric']} {value:.4f} on held-out rows; version {version} is pending"

    def approve(self) -> str:
        """An approver approves the model; its event starts the deploy pipeline."""
        arn = self.package["ModelPackageArn"]
        client = self._approver("sagemaker")
        client.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved")
        status = client.describe_model_package(ModelPackageName=arn)["ModelApprovalStatus"]
        return f"version {arn.rpartition('/')[2]} is {status} in the registry"

    def set_aside(self) -> None:
        """An approver takes the model's approval back, where it has one."""
        arn, client = self.package["ModelPackageArn"], self._approver("sagemaker")
        if client.describe_model_package(ModelPackageName=arn)["ModelApprovalStatus"] == "Approved":
            client.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Rejected")

    def release_titles(self) -> list[str]:
        """Titles of the release's steps by what the deploy pipeline declares: until the approval, and from it on."""
        pipeline = self.suite.pipelines.declared(self.account, self.region, self.outputs["deployPipeline"])
        actions = self.release_facts.declared(pipeline)
        before = claims.before_question(actions)
        return [claims.title(before), *([claims.title(actions[len(before) :])] if len(before) < len(actions) else [])]

    def stage(self) -> str:
        """The deploy pipeline runs until it asks for approval, or to its end where it never asks."""
        execution = self._execution(self.outputs["deployPipeline"])
        self.wait(
            lambda: self.approval_requested.is_set() or execution.done.is_set(), "the deploy pipeline's question or end"
        )
        asked = self.approval_requested.is_set()
        if not asked and execution.status != SUCCEEDED:
            why = self._why(execution)
            if self.sabotage == "serving" and claims.failed_test(self._happened(execution)):
                raise SabotageCaught(f"by the test of {claims.failed_test(self._happened(execution))}: {why}")
            serving = claims.in_words("production", self.release_facts.serving())
            raise JourneyFailed(f"deploy pipeline: {why}; {serving}")
        if self.sabotage == "serving":
            tested = claims.told(self._happened(execution), self.release_facts.serving())
            raise JourneyFailed(f"staging's endpoint answered wrongly, and no test stopped it: {tested}")
        return self._told(execution)

    def release(self) -> str:
        """An approver lets it into production; the pipeline delivers and verifies."""
        assert self.approval is not None  # noqa: S101 - the step before waited for it
        approval = self.approval
        pipeline = self.outputs["deployPipeline"]
        if self.gateway is not None and self.outputs.get("approvalPage"):
            self._release_by_link(self.gateway)
            return self._told(self._finished(pipeline, "deploy pipeline"), since_question=True)
        self._approver("codepipeline").put_approval_result(
            pipelineName=approval.pipeline,
            stageName=approval.stage,
            actionName=approval.action,
            token=approval.token,
            result={
                "status": "Approved",
                "summary": claims.summary_for_approver(self._happened(self._execution(pipeline))),
            },
        )
        return self._told(self._finished(pipeline, "deploy pipeline"), since_question=True)

    def _release_by_link(self, gateway: ApiGateway) -> None:
        topic = self.data_science["approvalTopics"][self.outputs["project"]]
        try:
            links.approve(
                gateway,
                lambda: links.sent_links(self.account, self.region, topic),
                lambda ready: self.wait(ready, "the approvers' links"),
            )
        except links.NotDecided as error:
            raise JourneyFailed(f"approval by a link: {error}") from None

    def nothing_left(self) -> str:
        """What the caught sabotage reached: no model in the registry, or none in production. Raises JourneyFailed."""
        serving = self.release_facts.serving()
        where = "; ".join(claims.in_words(stage, serving) for stage in serving)
        registered = self._registered()
        sentence = f"{self._registry()}; {where}"
        if (self.sabotage == "labels" and registered) or any(serving.get("production", {}).values()):
            raise JourneyFailed(f"the sabotage reached further than it may: {sentence}")
        return sentence

    def predict(self, report: RehearsalReport) -> str:
        """Each production account's answers are the model's own, bit for bit, and the artifact is the registry's."""
        metadata = self.package["CustomerMetadataProperties"]
        rows = prediction.many_rows(self.object_at(metadata["holdout_uri"] + "/holdout.csv").decode())
        asked = [self._ask(each, rows) for each in self.release_facts.workloads if each["stage"] == "production"]
        # The first account's figures, and under `accounts` those of each.
        report.prediction = {**asked[0], "sentence": "; ".join(each["sentence"] for each in asked), "accounts": asked}
        wrong = [each["sentence"] for each in asked if not prediction.is_right(each)]
        if wrong:
            raise JourneyFailed("; ".join(wrong))
        where = ", ".join(each["account"] for each in asked)
        return (
            f"{asked[0]['rows']} rows over HTTP equal xgboost's own answers in {where}; the artifact is the registry's"
        )

    def recorded(self) -> str:
        """The approver finds written down what each account serves, by whose word."""
        version = self.package["ModelPackageArn"].rpartition("/")[2]
        return records.recorded(self.project.settings, self._approver("s3"), self.release_facts, version, self.wait)

    def _ask(self, workload: Mapping[str, Any], rows: str) -> dict[str, Any]:
        """What one production account answers, compared with xgboost alone."""
        metadata = self.package["CustomerMetadataProperties"]
        endpoint = self.outputs["endpoints"]["production"]
        answered = prediction.answers(self.cloud, self.tester_in(workload), endpoint, rows)
        return prediction.compared(
            endpoint=endpoint,
            account=workload["account"],
            rows=rows,
            answered=answered,
            artifact=self.registered_artifact(workload),
            registered_sha256=metadata["artifact_sha256"],
            metric=(metadata["metric"], self._value()),
        )

    # ---- parts of the steps

    def request_approval(self, request: ApprovalRequest) -> None:
        """Keep the deploy pipeline's request for approval."""
        self.approval = request
        self.approval_requested.set()

    def tester_in(self, workload: Mapping[str, Any]) -> Actor:
        """The project's test role of a workload account, in that account's VPC."""
        role, vpc = self._role_in(workload, "test")
        return self.cloud.assume(role, by=self._tester(), session="prediction", vpc=vpc)

    def _role_in(self, workload: Mapping[str, Any], purpose: str) -> tuple[str, VpcAttachment | None]:
        outputs = self.environment.engine.stacks[workload["stack"]].outputs
        return outputs["projectRoles"][self.outputs["project"]][purpose], workload_attachment(outputs)

    def registered_artifact(self, workload: Mapping[str, Any]) -> bytes:
        """The artifact of the registered package, read as the model role of a workload account in its VPC."""
        role, vpc = self._role_in(workload, "model")
        model = self.cloud.service_assume(role, service="sagemaker.amazonaws.com", session="prediction", vpc=vpc)
        url = self.package["InferenceSpecification"]["Containers"][0]["ModelDataUrl"]
        return self.object_at(url, model)

    def _publisher(self, service: str) -> Any:
        return self.cloud.client(self.people.publisher(), service)

    def _approver(self, service: str) -> Any:
        return self.cloud.client(self.people.approver(), service)

    def _tester(self) -> Any:
        role = self.names.role_arn(self.scope, RoleKind.DEPLOY_TEST)
        build = self.scope.arn("codebuild", f"project/{self.names.name('deploy-verify')}")
        own_vpc = workload_attachment(self.data_science)
        return self.cloud.service_assume(
            role, service="codebuild.amazonaws.com", session="prediction", vpc=own_vpc, source=build
        )

    def object_at(self, uri: str, actor: Any = None) -> bytes:
        """An object by its S3 URI, read as the actor, or as the deploy pipeline's test."""
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        client = self.cloud.client(actor or self._tester(), "s3")
        return bytes(client.get_object(Bucket=bucket, Key=key)["Body"].read())

    def _value(self) -> float:
        """The metric on held-out rows, from the manifest that the training wrote."""
        manifest = json.loads(self.object_at(self.package["CustomerMetadataProperties"]["manifest_uri"]))
        return float(manifest["evaluation"]["value"])

    def _packages(self, status: str = "") -> list[dict[str, Any]]:
        """Packages of the project's group, newest first; of one approval status, or of all."""
        filters = {"ModelApprovalStatus": status} if status else {}
        pages = (
            self._approver("sagemaker")
            .get_paginator("list_model_packages")
            .paginate(
                ModelPackageGroupName=self.outputs["modelPackageGroup"],
                SortBy="CreationTime",
                SortOrder="Descending",
                **filters,
            )
        )
        return [package for page in pages for package in page["ModelPackageSummaryList"]]

    def _execution(self, pipeline: str) -> PipelineExecution:
        """The newest execution that the project's pipeline starter started."""
        starter = self.names.role(RoleKind.PIPELINE_STARTER)

        def started() -> list[PipelineExecution]:
            executions = self.suite.pipelines.executions(self.account, self.region, pipeline)
            return [execution for execution in executions if f":assumed-role/{starter}/" in execution.trigger.detail]

        try:
            self.wait(started, f"{pipeline} to start", seconds=30)
        except JourneyFailed:
            raise JourneyFailed(f"{pipeline} did not start: no rule matched the event, or {starter} failed") from None
        return started()[-1]

    def _finished(self, pipeline: str, title: str) -> PipelineExecution:
        execution = self._execution(pipeline)
        self.wait(execution.done.is_set, title)
        if execution.status != SUCCEEDED:
            raise JourneyFailed(f"{title}: {self._why(execution)}")
        return execution

    def _happened(self, execution: PipelineExecution) -> list[claims.ReleaseAction]:
        return claims.happened(execution, self.release_facts.stack_sets)

    def _told(self, execution: PipelineExecution, *, since_question: bool = False) -> str:
        """What the execution did, in words. Raises JourneyFailed where it delivered and an account serves nothing."""
        actions, serving = self._happened(execution), self.release_facts.serving()
        shown = actions[len(claims.before_question(actions)) :] if since_question else actions
        sentence = claims.told(shown, serving, asked_untested=claims.untested_at_question(actions))
        if lacking := claims.not_serving(actions, serving):
            raise JourneyFailed(f"the pipeline delivered to {', '.join(lacking)}, where not all serve: {sentence}")
        return sentence

    def _why(self, execution: PipelineExecution) -> str:
        failed = [action for stage in execution.stages for action in stage.actions if action.error]
        reasons = [
            f"{action.name}: {self.suite.builds.errors(action.external_id) or action.error}" for action in failed
        ]
        return "; ".join(reasons) or execution.summary or execution.status

    def _registered(self) -> int:
        return len(self._packages())

    def _registry(self) -> str:
        """How many models the registry holds, in words."""
        count = self._registered()
        return f"the registry holds {count or 'no'} model{'s' * (count > 1)}"

    def wait(self, ready: Any, what: str, seconds: float = PIPELINE_SECONDS) -> None:
        """Wait until something is so. Raises JourneyFailed."""
        self.environment.progress.update(f"waiting for {what}")
        end = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > end:
                raise JourneyFailed(f"{what}: nothing after {seconds:.0f} s")
            time.sleep(0.05)
