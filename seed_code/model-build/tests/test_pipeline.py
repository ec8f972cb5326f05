"""The definition: what every job must have, and what the gate says."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hyperparameters import HYPERPARAMETERS
from metrics import METRICS, direction, measure
from pipeline import project_contract as contract
from pipeline.errors import UserError
from pipeline.model import read_model
from pipeline.project import ProjectParameters, parse_project, read_file
from table_schema import PROBLEMS

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
PARAMETERS = Path(__file__).parent / "parameters.json"
Definition = dict[str, Any]
# Exit code 2 if anything but a file is asked for; the SDK would swallow a mere exception.
OFFLINE = """
import os, socket, sys
socket.socket.connect = socket.getaddrinfo = lambda *arguments: os._exit(2)
from pipeline.__main__ import main
sys.exit(main())
"""


def project() -> ProjectParameters:
    return parse_project(read_file(PARAMETERS), "parameters.json")


def rendered(folder: Path, *arguments: str) -> Definition:
    """Render in a process of its own, without credentials, in which every connection is an error."""
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(folder),
        "CODEBUILD_RESOLVED_SOURCE_VERSION": "c0ffee",
    }
    out = folder / "definition.json"
    subprocess.run(
        [sys.executable, "-c", OFFLINE, "render", "--parameters", PARAMETERS, "--out", out, *arguments],
        cwd=ROOT, env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    found: Definition = json.loads(out.read_text())
    return found


@pytest.fixture(scope="session")
def definition(tmp_path_factory: pytest.TempPathFactory) -> Definition:
    return rendered(tmp_path_factory.mktemp("render"))


@pytest.fixture(scope="session")
def steps(definition: Definition) -> dict[str, Definition]:
    found = {step["Name"]: step for step in definition["Steps"]}
    gate = found["Gate"]["Arguments"]
    return found | {step["Name"]: step for step in gate["IfSteps"] + gate["ElseSteps"]}


def test_the_steps_are_prepare_train_evaluate_then_register_or_fail(definition: Definition) -> None:
    assert [(step["Name"], step["Type"]) for step in definition["Steps"]] == [
        ("Prepare", "Processing"),
        ("Train", "Training"),
        ("Evaluate", "Processing"),
        ("Gate", "Condition"),
    ]
    gate = definition["Steps"][3]["Arguments"]
    assert [step["Type"] for step in gate["IfSteps"]] == ["RegisterModel"]
    assert [step["Type"] for step in gate["ElseSteps"]] == ["Fail"]


def test_every_job_runs_in_the_private_network_with_encryption(steps: dict[str, Definition]) -> None:
    vpc = {"Subnets": project().subnet_ids, "SecurityGroupIds": project().security_group_ids}
    for name in ("Prepare", "Evaluate"):
        arguments = steps[name]["Arguments"]
        assert arguments["NetworkConfig"]["VpcConfig"] == vpc
        assert arguments["NetworkConfig"]["EnableInterContainerTrafficEncryption"] is True
        assert arguments["ProcessingResources"]["ClusterConfig"]["VolumeKmsKeyId"] == project().volumes_key
        assert arguments["ProcessingOutputConfig"]["KmsKeyId"] == project().data_key
        assert arguments["RoleArn"] == project().processing_role
    train = steps["Train"]["Arguments"]
    assert train["VpcConfig"] == vpc
    assert train["EnableInterContainerTrafficEncryption"] is True
    assert train["EnableNetworkIsolation"] is True
    assert train["ResourceConfig"]["VolumeKmsKeyId"] == project().volumes_key
    assert train["OutputDataConfig"] == {
        "S3OutputPath": f"{project().models_uri}/training",
        "KmsKeyId": project().models_key,
    }
    assert train["RoleArn"] == project().training_role


def test_every_job_runs_the_projects_image_and_its_own_script(steps: dict[str, Definition]) -> None:
    for name, script in (("Prepare", "prepare.py"), ("Evaluate", "evaluate.py")):
        application = steps[name]["Arguments"]["AppSpecification"]
        assert application["ImageUri"] == project().image_uri
        assert application["ContainerEntrypoint"] == ["python3", f"/opt/ml/processing/input/code/{script}"]
    algorithm = steps["Train"]["Arguments"]["AlgorithmSpecification"]
    assert algorithm["TrainingImage"] == project().image_uri
    assert algorithm["ContainerEntrypoint"] == ["python3", "/opt/ml/input/data/code/train.py"]
    channels = [channel["ChannelName"] for channel in steps["Train"]["Arguments"]["InputDataConfig"]]
    assert channels == ["train", "validation", "schema", "code"]


def test_outputs_go_below_the_executions_own_prefix(steps: dict[str, Definition]) -> None:
    for name in ("Prepare", "Evaluate"):
        for output in steps[name]["Arguments"]["ProcessingOutputConfig"]["Outputs"]:
            parts = output["S3Output"]["S3Uri"]["Std:Join"]["Values"]
            assert parts[:3] == [project().artifacts_uri, "runs", {"Get": "Execution.PipelineExecutionId"}]


def test_requests_conform_to_the_services_model(steps: dict[str, Definition]) -> None:
    """Every argument's name and type is the API's, once the pipeline's variables are put in."""
    from botocore.session import get_session
    from botocore.validate import ParamValidator

    service = get_session().get_service_model("sagemaker")
    extra = {
        "Prepare": ("CreateProcessingJob", {"ProcessingJobName": "a"}),
        "Evaluate": ("CreateProcessingJob", {"ProcessingJobName": "a"}),
        "Train": ("CreateTrainingJob", {"TrainingJobName": "a"}),
        "Register": ("CreateModelPackage", {}),
    }
    for name, (operation, more) in extra.items():
        request = resolved(steps[name]["Arguments"]) | more
        shape = service.operation_model(operation).input_shape
        assert not ParamValidator().validate(request, shape).has_errors(), name


def resolved(value: Any) -> Any:
    """The value with a text in place of each of the pipeline's variables."""
    if isinstance(value, dict):
        if any(key == "Get" or key.startswith("Std:") for key in value):
            return "text"
        return {key: resolved(each) for key, each in value.items()}
    return [resolved(each) for each in value] if isinstance(value, list) else value


def test_cached_steps_know_the_version_of_their_data_and_code(steps: dict[str, Definition]) -> None:
    assert steps["Prepare"]["CacheConfig"]["Enabled"] is True
    assert steps["Train"]["CacheConfig"]["Enabled"] is True
    assert steps["Prepare"]["Arguments"]["Environment"]["DATA_VERSION"] == {"Get": "Parameters.DataVersion"}
    # The model in production may have changed since.
    assert "CacheConfig" not in steps["Evaluate"]


def test_jobs_are_retried_for_what_is_not_their_fault(steps: dict[str, Definition]) -> None:
    for name in ("Prepare", "Train", "Evaluate"):
        kinds = {kind for policy in steps[name]["RetryPolicies"] for kind in policy["ExceptionType"]}
        assert {"SageMaker.CAPACITY_ERROR", "SageMaker.JOB_INTERNAL_ERROR", "Step.THROTTLING"} <= kinds


def test_the_gate_needs_threshold_production_and_the_evaluations_own_word(
    steps: dict[str, Definition],
) -> None:
    conditions = {
        each["LeftValue"]["Std:JsonGet"]["Path"]: (each["Type"], each["RightValue"])
        for each in steps["Gate"]["Arguments"]["Conditions"]
    }
    assert conditions == {
        "gate.value": ("GreaterThanOrEqualTo", {"Get": "Parameters.MetricThreshold"}),
        "gate.production_margin": ("GreaterThanOrEqualTo", 0.0),
        "gate.passed": ("Equals", 1),
    }


def test_a_failing_gate_says_what_the_evaluation_left_as_its_message(steps: dict[str, Definition]) -> None:
    values = steps["GateClosed"]["Arguments"]["ErrorMessage"]["Std:Join"]["Values"]
    assert values[0] == {"Get": "Steps.Evaluate.ExitMessage"}


def test_property_files_are_read_in_conditions_alone(steps: dict[str, Definition]) -> None:
    assert "Std:JsonGet" in json.dumps(steps["Gate"]["Arguments"]["Conditions"])
    others = [
        step["Arguments"] if name != "Gate" else step["Arguments"]["IfSteps"] + step["Arguments"]["ElseSteps"]
        for name, step in steps.items()
    ]
    assert "Std:JsonGet" not in json.dumps(others)


def test_each_option_and_its_value_are_one_argument(steps: dict[str, Definition]) -> None:
    """So that a value may begin with a dash."""
    for name in ("Prepare", "Evaluate"):
        arguments = steps[name]["Arguments"]["AppSpecification"]["ContainerArguments"]
        starts = [each["Std:Join"]["Values"][0] if isinstance(each, dict) else each for each in arguments]
        assert all(each.startswith("--") and "=" in each for each in starts), arguments


def test_registration_is_pending_and_carries_what_a_deployment_checks(steps: dict[str, Definition]) -> None:
    package = steps["Register"]["Arguments"]
    assert package["ModelApprovalStatus"] == "PendingManualApproval"
    assert package["ModelPackageGroupName"] == project().registry_group
    container = package["InferenceSpecification"]["Containers"][0]
    assert container == {
        "Image": project().image_uri,
        "ModelDataUrl": {"Get": "Steps.Train.ModelArtifacts.S3ModelArtifacts"},
    }
    assert package["InferenceSpecification"]["SupportedContentTypes"] == [
        "text/csv",
        "application/json",
        "application/jsonlines",
    ]
    metadata = package["CustomerMetadataProperties"]
    assert set(metadata) == set(contract.properties("ModelPackageMetadata"))
    assert (metadata["commit"], metadata["metric"]) == ("c0ffee", "auc")
    assert metadata["artifact_sha256"] == {"Get": "Steps.Evaluate.ExitMessage"}
    assert metadata["problem"] == {"Get": "Steps.Prepare.ExitMessage"}


def test_spot_training_has_checkpoints_and_a_longest_wait(steps: dict[str, Definition]) -> None:
    train = steps["Train"]["Arguments"]
    assert train["EnableManagedSpotTraining"] is True
    assert train["CheckpointConfig"] == {
        "S3Uri": f"{project().artifacts_uri}/checkpoints",
        "LocalPath": "/opt/ml/checkpoints",
    }
    assert train["StoppingCondition"] == {"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": 7200}


def test_without_spot_there_is_no_wait_and_a_metric_that_shrinks_turns_the_condition(tmp_path: Path) -> None:
    model = tmp_path / "model.toml"
    model.write_text((ROOT / "model.toml").read_text().replace("spot = true", "spot = false"))
    parameters = tmp_path / "parameters.json"
    parameters.write_text(PARAMETERS.read_text().replace('"auc"', '"rmse"'))
    found = rendered(tmp_path, "--model", str(model), "--parameters", str(parameters))
    train, gate = found["Steps"][1]["Arguments"], found["Steps"][3]["Arguments"]
    assert train["EnableManagedSpotTraining"] is False
    assert "MaxWaitTimeInSeconds" not in train["StoppingCondition"]
    assert "CheckpointConfig" not in train
    assert gate["Conditions"][0]["Type"] == "LessThanOrEqualTo"


def test_the_same_sources_render_the_same_bytes(definition: Definition, tmp_path: Path) -> None:
    assert rendered(tmp_path) == definition


def test_pipeline_and_scripts_read_the_contract_alike() -> None:
    assert contract.problem_types() == list(PROBLEMS)
    metrics = {name for names in METRICS.values() for name in names}
    assert {name: direction(name) for name in metrics} == {name: contract.direction(name) for name in metrics}
    assert contract.refused("ModelBuildParameters", {"gate/metric": "recall"}).keys() == {"gate/metric"}
    assert all(not contract.refused("ModelBuildParameters", {"gate/metric": name}) for name in metrics)


def test_the_project_has_each_parameter_of_the_contract_and_no_other() -> None:
    names = {field.metadata["name"] for field in fields(ProjectParameters)}
    assert names == set(contract.properties("ModelBuildParameters"))


def test_the_evaluation_measures_the_metrics_of_the_contract() -> None:
    target, answers = np.array([0.0, 1.0, 1.0]), np.array([0.2, 0.7, 0.4])
    shares = np.column_stack([1 - answers, answers])
    for problem in PROBLEMS:
        found = measure(problem, target, shares if problem == "multiclass" else answers)
        assert tuple(found) == METRICS[problem]


def test_pipeline_and_scripts_know_the_same_hyperparameters(definition: Definition) -> None:
    given = definition["Steps"][1]["Arguments"]["HyperParameters"]
    assert set(given) <= set(HYPERPARAMETERS)
    parameters = {each["Name"]: each["DefaultValue"] for each in definition["Parameters"]}
    for name, value in given.items():
        default = parameters[value["Std:Join"]["Values"][0]["Get"].removeprefix("Parameters.")]
        assert HYPERPARAMETERS[name].least <= default <= HYPERPARAMETERS[name].most


def test_all_faults_of_the_projects_parameters_are_listed() -> None:
    values = read_file(PARAMETERS)
    del values["keys/data"]
    values |= {"image/uri": "mlops/model:latest", "gate/threshold": "nan", "gate/metric": "recall"}
    with pytest.raises(UserError) as refused:
        parse_project(values, "/mlops/dev/projects/screening")
    assert [problem.split(":")[0] for problem in refused.value.problems] == [
        f"/mlops/dev/projects/screening/{name}"
        for name in ("image/uri", "keys/data", "gate/metric", "gate/threshold")
    ]
    assert "an ECR image pinned by digest" in refused.value.problems[0]


def test_all_faults_of_the_models_settings_are_listed(tmp_path: Path) -> None:
    path = tmp_path / "model.toml"
    text = (
        (ROOT / "model.toml").read_text().replace("max_depth", "max_dept").replace("seed = 0", 'seed = "0"')
    )
    path.write_text(text.replace('"auto"', '"ranking"').replace("7200", "60"))
    with pytest.raises(UserError) as refused:
        read_model(path)
    assert set(refused.value.problems) == {
        "model.toml: seed is '0'; allowed: int",
        "model.toml: hyperparameters.max_dept is unknown; did you mean hyperparameters.max_depth?",
        "model.toml: hyperparameters.max_depth is missing; give int",
        "model.toml: problem is 'ranking'; allowed: auto, regression, binary, multiclass",
        "model.toml: training.max_wait_seconds is below training.max_runtime_seconds; raise it",
    }
