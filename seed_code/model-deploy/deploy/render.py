"""From the registry and the project's settings to the files that the pipeline's StackSet actions read."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from deploy.api import ApiPart, document, with_api
from deploy.deployed import Deployed, StackSetUpdate
from deploy.errors import DeployError
from deploy.metrics import METRICS
from deploy.parameters import stage_parameters
from deploy.project import ProjectParameters, QualityGate, parse_gate
from deploy.registry import ModelPackage
from deploy.serving import NONE, StageModels, challenger_of, shape_of, stage_models
from deploy.stages import StageSettings, parse_stages
from deploy.updates import first_update, template

DEPLOYMENT = "deployment.json"
# AWS CodePipeline User Guide, "AWS CloudFormation StackSets deploy action reference": TemplatePath.
TEMPLATE_BYTES = 460_800


@dataclass(frozen=True)
class ServedModel:
    """A package that a variant serves, and the held-out rows that it is tested with."""

    model_package_arn: str
    holdout_uri: str
    problem: str
    model_data_url: str = ""
    image: str = ""


@dataclass(frozen=True)
class ServedPair:
    """Two packages that serve beside each other, and the shape of serving."""

    shape: str
    primary: str
    challenger: str


@dataclass(frozen=True)
class Release:
    """One package on its way through the stages; everything that the tests after a stage go by."""

    project_id: str
    package_arn: str
    holdout_uri: str
    problem: str
    gate: QualityGate
    stages: Mapping[str, StageSettings]
    served: Mapping[str, Mapping[str, ServedModel]]  # by stage and variant
    compared: Mapping[str, ServedPair]  # by stage: two models that serve until this release


def write_release(
    folder: Path,
    template_of: Callable[[str], str],
    project: ProjectParameters,
    package: ModelPackage,
    *,
    deployed: Callable[[str], Deployed],
    find: Callable[[str], ModelPackage],
    apis: Mapping[str, ApiPart] | None = None,
) -> list[Path]:
    """Checks everything, then writes each stage's templates and parameters, and the deployment.

    `template_of` gives the template's text by shape of serving, `deployed` what a StackSet has now, by its
    name, and `find` another package that may be deployed. `apis` holds the API of each stage that has one,
    whose OpenAPI document is written too.
    """
    problems = release_problems(project, package)
    if problems:
        raise DeployError(problems)
    texts: dict[str, str] = {}
    served: dict[str, StageModels] = {}
    compared: dict[str, ServedPair] = {}
    for name, settings in project.stages.items():
        before = deployed(settings.stack_set_name)
        if challenger_of(before.parameters) != NONE:
            compared[name] = _pair(before.parameters)
        models = served[name] = stage_models(settings, before.parameters, package, find)
        api = (apis or {}).get(name)
        text = _stage_template(template(template_of(settings.serving_shape)), api, models.primary, name)
        parameters = stage_parameters(template(text), project.id, settings, models)
        release = StackSetUpdate(text, parameters)
        first = first_update(before, release)
        for update, files in ((first, f"{name}-deregister"), (release, name)):
            texts[f"{files}-template.json"] = update.template
            texts[f"{files}-parameters.json"] = _text(update.parameters)
        if api and models.primary.columns:
            texts[f"{name}-openapi.json"] = _text(
                document(api, models.primary.columns, models.primary.version)
            )
    texts[DEPLOYMENT] = _text(deployment_document(project, package, served, compared))
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


def deployment_document(
    project: ProjectParameters,
    package: ModelPackage,
    served: Mapping[str, StageModels],
    compared: Mapping[str, ServedPair],
) -> dict[str, Any]:
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
        "served": {
            stage: {
                variant: {
                    "modelPackageArn": each.arn,
                    "holdoutUri": each.holdout_uri,
                    "problem": each.problem,
                    "modelDataUrl": each.model_data_url,
                    "image": each.image,
                }
                for variant, each in models.by_variant.items()
            }
            for stage, models in served.items()
        },
        "compared": {stage: asdict(pair) for stage, pair in compared.items()},
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
            served={
                stage: {variant: ServedModel(**_snake_case(each)) for variant, each in models.items()}
                for stage, models in document["served"].items()
            },
            compared={stage: ServedPair(**pair) for stage, pair in document["compared"].items()},
        )
    except FileNotFoundError as error:
        raise DeployError([f"{path} does not exist; run `python -m deploy render` first"]) from error
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise DeployError(
            [f"{path} is not a deployment ({error!r}); run `python -m deploy render`"]
        ) from error


def _pair(deployed: Mapping[str, str]) -> ServedPair:
    return ServedPair(shape_of(deployed), deployed["ModelPackageArn"], challenger_of(deployed))


def _snake_case(values: Mapping[str, str]) -> dict[str, str]:
    return {re.sub("([A-Z])", r"_\1", name).lower(): text for name, text in values.items()}


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


def _text(value: Any) -> str:
    return json.dumps(value, indent=2) + "\n"
