"""Which models a stage serves after a release, by the shape of serving and by what is deployed there now.

Where two are compared (an A/B test, a shadow), a newly approved model is the challenger of the one that
serves. A model that is released although it serves already, as either of the two, has won: it serves alone
from then on.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from deploy.errors import DeployError
from deploy.registry import ModelPackage
from deploy.stages import StageSettings

SINGLE, AB_TEST, SHADOW, MULTI_MODEL = "single", "abTest", "shadow", "multiModel"
PIPELINE, SERVERLESS, ASYNCHRONOUS, BATCH = (
    "inferencePipeline",
    "serverless",
    "asynchronous",
    "batchTransform",
)
COMPARED = (AB_TEST, SHADOW)
# An endpoint of one of these becomes one of the others by an update; every other change makes a new endpoint.
REAL_TIME = (SINGLE, AB_TEST, SHADOW, PIPELINE, MULTI_MODEL)
PRIMARY, CHALLENGER = "primary", "challenger"
NONE = "none"

Deployed = Mapping[str, str]


@dataclass(frozen=True)
class StageModels:
    """The packages of a stage, and whether its endpoint keeps its variants."""

    primary: ModelPackage
    challenger: ModelPackage | None = None
    same_variants: bool = True

    @property
    def by_variant(self) -> Mapping[str, ModelPackage]:
        """Each variant's package."""
        second = {CHALLENGER: self.challenger} if self.challenger else {}
        return {PRIMARY: self.primary, **second}


def stage_models(
    settings: StageSettings,
    deployed: Deployed,
    package: ModelPackage,
    find: Callable[[str], ModelPackage],
) -> StageModels:
    """What the stage serves once `package` is released; `find` gives a package that may be deployed.

    A model that serves and may not be deployed any more, such as a rejected one, gives way to the new one.
    """
    shape = settings.serving_shape
    champion, challenger = deployed.get("ModelPackageArn", ""), challenger_of(deployed)
    alone = StageModels(package, same_variants=same_variants(deployed, shape, NONE))
    if shape not in COMPARED or not champion or package.arn in (champion, challenger):
        return alone
    try:
        first = find(champion)
    except DeployError as error:
        print(f"{settings.stage}: what serves gives way: {error.problems[0]}")
        return alone
    return StageModels(first, package, same_variants(deployed, shape, package.arn))


def models_folder(model_data_url: str, project_id: str) -> tuple[str, str]:
    """The prefix of all the project's models, and what callers name this one by below it."""
    bucket, _, key = model_data_url.removeprefix("s3://").partition("/")
    return f"s3://{bucket}/{project_id}/", key.removeprefix(f"{project_id}/")


def challenger_of(deployed: Deployed) -> str:
    """The second model that is deployed, `none` without."""
    return deployed.get("ChallengerPackageArn", NONE)


def shape_of(deployed: Deployed) -> str:
    """The shape that is deployed; empty where nothing is."""
    return deployed.get("ServingShape", SINGLE) if deployed.get("ModelPackageArn") else ""


def same_variants(deployed: Deployed, shape: str, challenger: str) -> bool:
    """Whether the variants stay: SageMaker shifts traffic only between configurations with the same ones."""
    if not shape_of(deployed):
        return True
    before = shape_of(deployed) if challenger_of(deployed) != NONE else NONE
    return before == (shape if challenger != NONE else NONE)


def made_anew(deployed: Deployed, shape: str) -> bool:
    """Whether the endpoint has to go before one of this shape can come.

    Of real-time and serverless endpoints SageMaker says that one does not become the other (Developer Guide,
    "Deploy models with Amazon SageMaker Serverless Inference"), of the rest it says nothing.
    """
    before = shape_of(deployed)
    return bool(before) and before != shape and not (before in REAL_TIME and shape in REAL_TIME)
