"""From the registry and the project's settings to the files that the pipeline's StackSet actions read."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.api import ApiPart, document, with_api
from deploy.deployed import Deployed, StackSetUpdate, deregistering
from deploy.errors import DeployError
from deploy.metrics import METRICS
from deploy.parameters import Checks, stage_parameters
from deploy.project import ProjectParameters, QualityGate, parse_gate
from deploy.registry import ModelPackage
from deploy.stages import StageSettings, parse_stages

DEPLOYMENT = "deployment.json"
# AWS CodePipeline User Guide, "AWS CloudFormation StackSets deploy action reference": TemplatePath.
TEMPLATE_BYTES = 460_800


@dataclass(frozen=True)
class Release:
    """One package on its way through the stages; everything that the tests after a stage go by."""

    project_id: str
    package_arn: str
    holdout_uri: str
    problem: str
    gate: QualityGate
    stages: Mapping[str, StageSettings]


def write_release(
    folder: Path,
    template_text: str,
    project: ProjectParameters,
    package: ModelPackage,
    deployed: Callable[[str], Deployed],
    *,
    apis: Mapping[str, ApiPart] | None = None,
) -> list[Path]:
    """Checks everything, then writes each stage's template and parameters, and the deployment.

    `deployed` gives what a StackSet has now, by its name; `apis` holds the API of each stage that has one,
    whose OpenAPI document is written too.
    """
    template = _template(template_text)
    problems = release_problems(project, package)
    if problems:
        raise DeployError(problems)
    texts = {}
    for name, settings in project.stages.items():
        parameters = stage_parameters(template, project.id, settings, package.arn, _checks(package))
        api = (apis or {}).get(name)
        release = StackSetUpdate(_stage_template(template, api, package, name), parameters)
        before = deregistering(deployed(settings.stack_set_name), release)
        for update, files in ((before, f"{name}-deregister"), (release, name)):
            texts[f"{files}-template.json"] = update.template
            texts[f"{files}-parameters.json"] = _text(update.parameters)
        if api and package.columns:
            texts[f"{name}-openapi.json"] = _text(document(api, package.columns, package.version))
    texts[DEPLOYMENT] = _text(deployment_document(project, package))
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in texts]


def release_problems(project: ProjectParameters, package: ModelPackage) -> list[str]:
    """Where package and project do not fit together."""
    problems = []
    if package.problem not in METRICS[project.gate.metric].problems:
        problems.append(f"gate/metric {project.gate.metric} has no meaning for a {package.problem} model")
    for name, settings in project.stages.items():
        # An endpoint reads its artifact from a bucket of its own region (ContainerDefinition.ModelDataUrl).
        other_regions = [region for region in settings.regions if region != package.region]
        if other_regions:
            problems.append(
                f"deploy/stages: {name}.regions has {', '.join(other_regions)}; allowed: {package.region}"
            )
    return problems


def deployment_document(project: ProjectParameters, package: ModelPackage) -> dict[str, Any]:
    """`deployment.json`. Stages keep the shape of `deploy/stages`."""
    return {
        "projectId": project.id,
        "modelPackageArn": package.arn,
        "modelPackageGroup": project.group,
        "artifactSha256": package.artifact_sha256,
        "holdoutUri": package.holdout_uri,
        "manifestUri": package.manifest_uri,
        "commit": package.commit,
        "problem": package.problem,
        "registered": {"metric": package.metric, "value": package.metric_value},
        "gate": {"metric": project.gate.metric, "threshold": project.gate.threshold},
        "stages": project.stages_document,
    }


def read_deployment(path: Path) -> Release:
    """`deployment.json` as written by `write_release`."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return Release(
            project_id=document["projectId"],
            package_arn=document["modelPackageArn"],
            holdout_uri=document["holdoutUri"],
            problem=document["problem"],
            gate=parse_gate(document["gate"]["metric"], str(document["gate"]["threshold"])),
            stages=parse_stages(document["stages"]),
        )
    except FileNotFoundError as error:
        raise DeployError([f"{path} does not exist; run `python -m deploy render` first"]) from error
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise DeployError(
            [f"{path} is not a deployment ({error!r}); run `python -m deploy render`"]
        ) from error


def _checks(package: ModelPackage) -> Checks:
    return Checks(package.checks_uri, package.checks_sha256)


def _stage_template(
    template: Mapping[str, Any], api: ApiPart | None, package: ModelPackage, stage: str
) -> str:
    """The stage's template, without white space. Raises `DeployError` for one that no action takes."""
    if api and package.columns is None:
        raise DeployError(
            [f"{stage}: the API needs the model's columns, which its manifest lacks; train the model again"]
        )
    whole = template
    if api and package.columns:
        whole = with_api(template, api, package.columns, package.version)
    text = json.dumps(whole, separators=(",", ":"))
    if len(text.encode()) > TEMPLATE_BYTES:
        raise DeployError(
            [f"{stage}: the template has {len(text.encode()):,} bytes, allowed: {TEMPLATE_BYTES:,}"]
        )
    return text


def _template(text: str) -> Mapping[str, Any]:
    try:
        template = json.loads(text)
    except json.JSONDecodeError as error:
        raise DeployError([f"the template is not JSON: {error}"]) from error
    if not isinstance(template, dict) or not isinstance(template.get("Parameters"), dict):
        raise DeployError(["the template has no Parameters; take the platform's template.json"])
    return template


def _text(value: Any) -> str:
    return json.dumps(value, indent=2) + "\n"
