"""The journey: data and code are handed over, a model is built, judged, approved, delivered and asked."""

from __future__ import annotations

import io
import json
import re
import threading
import time
import zipfile
from typing import TYPE_CHECKING, Any

from components.archives import files
from rehearsal.aws.processes import REPOSITORY
from rehearsal.codesuite.execution import SUCCEEDED, Execution
from rehearsal.codesuite.suite import CodeSuite
from rehearsal.codesuite.waiting import ApprovalRequest
from rehearsal.journey import prediction
from rehearsal.journey.data import Data
from rehearsal.journey.image import Image, push
from rehearsal.journey.people import People
from rehearsal.journey.steps import JourneyFailed, Steps
from rehearsal.report import Report

if TYPE_CHECKING:
    from rehearsal.plan import Planned
    from rehearsal.world import World

# Longer than any step takes on a slow machine with a big file; a hang must end.
PIPELINE_SECONDS = 1800.0


class Journey:
    """One model's way through one project."""

    def __init__(
        self, world: World, project: Planned, image: Image, data: Data, suite: CodeSuite, problem: str | None
    ) -> None:
        self.world, self.cloud, self.project = world, world.cloud, project
        self.image, self.data, self.suite, self.problem = image, data, suite, problem
        self.outputs = world.engine.stacks[project.stack].outputs
        self.home = world.engine.stacks[project.settings.data_science].outputs  # type: ignore[union-attr]
        self.account, self.region = self.home["account"], self.home["region"]
        names = project.settings
        role = (
            f"role/{names.prefix}/projects/{self.outputs['project']}/{names.prefix}-{self.outputs['project']}-publish"
        )
        self.people = People(self.cloud, self.home, self.outputs["project"], f"arn:aws:iam::{self.account}:{role}")
        self.package: dict[str, Any] = {}
        self.question: ApprovalRequest | None = None
        self.asked = threading.Event()

    # ---- steps, in order

    def push_image(self) -> str:
        """The platform team pushes the model image."""
        deployer = self.cloud.deployer(self.account)
        repository = self.home["imageUri"].split("/", 1)[1].split("@")[0].split(":")[0]
        digest = push(self.cloud.client(deployer, "ecr"), repository, self.image, "1.0.0")
        if digest != self.image.digest:
            raise JourneyFailed(f"the repository names the image {digest}, not {self.image.digest}")
        return f"{repository} {self.image.digest[:19]}"

    def hand_over_data(self) -> str:
        """The scientist puts data under the project's prefix."""
        bucket, _, prefix = self.outputs["dataUri"].removeprefix("s3://").partition("/")
        with self.data.path.open("rb") as file:
            self._publisher("s3").put_object(Bucket=bucket, Key=f"{prefix}/training/data.csv", Body=file)
        return f"{self.data.origin} ({self.data.path.stat().st_size / 1e6:.1f} MB)"

    def hand_over_code(self) -> str:
        """The scientist pushes the repository; its event starts the build pipeline."""
        bucket, _, key = self.outputs["sourceUri"].removeprefix("s3://").partition("/")
        self._publisher("s3").put_object(Bucket=bucket, Key=key, Body=self._repository())
        return f"{key.rpartition('/')[2]} to the project's source"

    def build(self) -> str:
        """The build pipeline runs to its end, the training pipeline within it."""
        try:
            self._finished(self.outputs["buildPipeline"], "build pipeline")
        except JourneyFailed as error:
            raise JourneyFailed(f"{str(error).rstrip('.')}. The registry holds {self._registered()} models.") from None
        return "tested, trained, evaluated, registered"

    def judge(self) -> str:
        """A pending model is in the registry, with its held-out metric."""
        packages = self._packages("PendingManualApproval")
        if not packages:
            raise JourneyFailed("the build succeeded, but no model is pending in the registry")
        arn = packages[0]["ModelPackageArn"]
        self.package = self._approver("sagemaker").describe_model_package(ModelPackageName=arn)
        metadata = self.package["CustomerMetadataProperties"]
        version, value = arn.rpartition("/")[2], float(metadata["metric_value"])
        return f"{metadata['metric']} {value:.4f} on held-out rows; version {version} is pending"

    def approve(self) -> str:
        """An approver approves the model; its event starts the deploy pipeline."""
        arn = self.package["ModelPackageArn"]
        self._approver("sagemaker").update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved")
        return f"{arn.rpartition('/')[2]} approved"

    def stage(self) -> str:
        """Staging serves the model and passes its test; then production is asked for."""
        execution = self._execution(self.outputs["deployPipeline"])
        self._wait(lambda: self.asked.is_set() or execution.done.is_set(), "staging")
        if not self.asked.is_set():
            raise JourneyFailed(f"deploy pipeline: {self._why(execution)}; {self._in_production()}")
        return "delivered by StackSet, answers and captures tested"

    def release(self) -> str:
        """An approver lets it into production; the pipeline delivers and verifies."""
        assert self.question is not None  # noqa: S101 - the step before waited for it
        question = self.question
        self._approver("codepipeline").put_approval_result(
            pipelineName=question.pipeline,
            stageName=question.stage,
            actionName=question.action,
            token=question.token,
            result={"status": "Approved", "summary": "staging answers as the model does"},
        )
        self._finished(self.outputs["deployPipeline"], "deploy pipeline")
        return "approved, delivered, verified"

    def predict(self, report: Report) -> str:
        """Production's answers are the model's own, bit for bit, and the artifact is the registry's."""
        metadata = self.package["CustomerMetadataProperties"]
        workload = next(w for w in self.home["workloads"] if w["stage"] == "production")
        outputs = self.world.engine.stacks[workload["stack"]].outputs
        roles = outputs["projectRoles"][self.outputs["project"]]
        rows = prediction.many_rows(self._object(metadata["holdout_uri"] + "/holdout.csv").decode())
        tester = self.cloud.assume(roles["test"], by=self._tester(), session="prediction", vpc=outputs["vpcId"])
        endpoint = self.outputs["endpoints"]["production"]
        answered = prediction.answers(self.cloud, tester, endpoint, rows)
        model = self.cloud.service_assume(
            roles["model"], service="sagemaker.amazonaws.com", session="prediction", vpc=outputs["vpcId"]
        )
        url = self.package["InferenceSpecification"]["Containers"][0]["ModelDataUrl"]
        artifact = self._object(url, model)
        expected = prediction.expected(artifact, rows)
        different = prediction.differing(answered, expected)
        same_hash = prediction.sha256(artifact) == metadata["artifact_sha256"]
        sentence = (
            f"Production ({endpoint} in {workload['account']}) answered {len(answered)} rows; "
            f"{len(expected) - different} equal those of xgboost alone; "
            f"held-out {metadata['metric']} {float(metadata['metric_value']):.4f}"
        )
        report.prediction = {
            "sentence": sentence,
            "endpoint": endpoint,
            "account": workload["account"],
            "rows": len(answered),
            "different": different,
            "artifact_sha256": prediction.sha256(artifact),
            "artifact_is_the_registrys": same_hash,
            "metric": metadata["metric"],
            "value": float(metadata["metric_value"]),
            "first": [
                {"row": row, "answer": answer} for row, answer in zip(rows.splitlines()[:3], answered, strict=False)
            ],
        }
        if different or not same_hash or len(answered) != prediction.ROWS:
            raise JourneyFailed(f"{sentence}; the artifact is {'' if same_hash else 'NOT '}the registry's")
        return f"{len(answered)} rows over HTTP equal xgboost's own answers; the artifact is the registry's"

    # ---- what the steps are made of

    def approval_asked(self, request: ApprovalRequest) -> None:
        """The deploy pipeline waits for a person."""
        self.question = request
        self.asked.set()

    def _publisher(self, service: str) -> Any:
        return self.cloud.client(self.people.publisher(), service)

    def _approver(self, service: str) -> Any:
        return self.cloud.client(self.people.approver(), service)

    def _tester(self) -> Any:
        prefix, project = self.project.settings.prefix, self.outputs["project"]
        arn = f"arn:aws:iam::{self.account}:role/{prefix}/projects/{project}/{prefix}-{project}-deploy-test"
        build = f"arn:aws:codebuild:{self.region}:{self.account}:project/{prefix}-{project}-deploy-verify"
        return self.cloud.service_assume(
            arn, service="codebuild.amazonaws.com", session="prediction", vpc=self.home["vpcId"], source=build
        )

    def _object(self, uri: str, actor: Any = None) -> bytes:
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        client = self.cloud.client(actor or self._tester(), "s3")
        return bytes(client.get_object(Bucket=bucket, Key=key)["Body"].read())

    def _packages(self, status: str) -> list[dict[str, Any]]:
        answer = self._approver("sagemaker").list_model_packages(
            ModelPackageGroupName=self.outputs["modelPackageGroup"],
            ModelApprovalStatus=status,
            SortBy="CreationTime",
            SortOrder="Descending",
        )
        return list(answer["ModelPackageSummaryList"])

    def _repository(self) -> bytes:
        """The seed repository, told the column to predict, as the team would edit it."""
        folder, buffer = REPOSITORY / "seed_code" / "model-build", io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in files(folder):
                name = path.relative_to(folder).as_posix()
                content = self._edited(path.read_text()).encode() if name == "model.toml" else path.read_bytes()
                archive.writestr(name, content)
        return buffer.getvalue()

    def _edited(self, model: str) -> str:
        model = re.sub(r'^target = "[^"]*"', lambda _: f"target = {json.dumps(self.data.target)}", model, flags=re.M)
        if self.problem:
            model = re.sub(r'^problem = "[^"]*"', lambda _: f"problem = {json.dumps(self.problem)}", model, flags=re.M)
        return model

    def _execution(self, pipeline: str) -> Execution:
        def started() -> bool:
            return bool(self.suite.pipelines.executions(self.account, self.region, pipeline))

        try:
            self._wait(started, f"{pipeline} to start", seconds=30)
        except JourneyFailed:
            raise JourneyFailed(f"{pipeline} did not start: no rule matched the event, or its role may not") from None
        return self.suite.pipelines.executions(self.account, self.region, pipeline)[-1]

    def _finished(self, pipeline: str, title: str) -> None:
        execution = self._execution(pipeline)
        self._wait(execution.done.is_set, title)
        if execution.status != SUCCEEDED:
            raise JourneyFailed(f"{title}: {self._why(execution)}")

    def _why(self, execution: Execution) -> str:
        failed = [action for stage in execution.stages for action in stage.actions if action.error]
        reasons = [f"{action.name}: {self._told(action.external_id) or action.error}" for action in failed]
        return "; ".join(reasons) or execution.summary or execution.status

    def _told(self, build: str) -> str:
        """What a build's commands said was wrong, where the action is a build."""
        record = self.suite.builds.records.get(build)
        if record is None:
            return ""
        lines = (self.suite.builds.logs / f"{build.replace(':', '-')}.log").read_text().splitlines()
        errors = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
        return "; ".join(errors)

    def _registered(self) -> int:
        group = self.outputs["modelPackageGroup"]
        return len(
            self._approver("sagemaker").list_model_packages(ModelPackageGroupName=group)["ModelPackageSummaryList"]
        )

    def _in_production(self) -> str:
        """What production serves of this project, in words."""
        workload = next(w for w in self.home["workloads"] if w["stage"] == "production")
        looking = self.people.administrator(workload["account"], self.project.settings.prefix)
        client = self.cloud.client(looking, "sagemaker")
        served = [each["EndpointName"] for each in client.list_endpoints()["Endpoints"]]
        return f"production serves {self.outputs['endpoints']['production'] if served else 'nothing'}"

    def _wait(self, ready: Any, what: str, seconds: float = PIPELINE_SECONDS) -> None:
        end = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > end:
                raise JourneyFailed(f"{what}: nothing after {seconds:.0f} s")
            time.sleep(0.05)


def walk(journey: Journey, steps: Steps, report: Report) -> None:
    """All steps in order."""
    steps.run("Push the model image", journey.push_image)
    steps.run("Hand over data", journey.hand_over_data)
    steps.run("Hand over code", journey.hand_over_code)
    steps.run("Build, train, evaluate, gate, register", journey.build)
    steps.run("Find the registered model", journey.judge)
    steps.run("Approve the model", journey.approve)
    steps.run("Deliver to staging and test", journey.stage)
    steps.run("Approve and deliver to production", journey.release)
    steps.run("Ask production", lambda: journey.predict(report))
