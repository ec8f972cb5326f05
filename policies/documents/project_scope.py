"""Where a project's roles find what is theirs."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.scope import Scope

# Repositories that a project starts from: scientists publish to the first, nobody of the team to the second.
# Key of the object that names the model image by its digest, written by the image's build alone. No project's id begins
# like that.
PINNED_IMAGE = "_image/uri"
# Key of the object that names the functions of APIs, image and archive, written by their build alone.
PINNED_API_FUNCTIONS = "_image/api-functions"
MODEL_BUILD, MODEL_DEPLOY = "model-build", "model-deploy"


@dataclass(frozen=True, kw_only=True)
class ProjectScope(Scope):
    """A project in the data science account. Buckets, keys and roles are ARNs, `parameters` an SSM path."""

    project: str
    data_bucket: str
    models_bucket: str
    artifacts_bucket: str
    data_key: str
    models_key: str
    volume_key: str
    operations_key: str
    image_repository: str
    parameters: str
    group: str
    pipeline: str
    # What CodePipeline puts the artifacts of a pipeline below; it takes no prefix, only a bucket.
    build_folder: str
    deploy_folder: str
    rollback_folder: str

    def source(self, repository: str) -> str:
        """Key of a repository's archive in the artifacts bucket."""
        return f"{self.project}/source/{repository}.zip"

    def code(self) -> str:
        """Keys of the scripts that a build uploads for its jobs."""
        return f"{self.project}/code/*"

    def runs(self) -> str:
        """Keys of what runs of the SageMaker pipeline hand from step to step."""
        return f"{self.project}/runs/*"

    def checkpoints(self) -> str:
        """Keys of what an interrupted training goes on from."""
        return f"{self.project}/checkpoints/*"

    def wheelhouse(self) -> str:
        """Keys of the wheels that builds install."""
        return f"{self.project}/wheelhouse/*"

    def delivery_folders(self) -> list[str]:
        """Keys of what the deploy and the rollback pipeline hand from action to action."""
        return [f"{folder}/*" for folder in (self.deploy_folder, self.rollback_folder)]

    def releases(self, below: str = "") -> str:
        """Keys of what is written down of releases, and of what they delivered: all of it, or `below` a folder."""
        return f"{self.project}/releases/{below}/*" if below else f"{self.project}/releases/*"

    def rendered(self) -> str:
        """Keys of the templates and parameters that releases delivered."""
        return self.releases("rendered")

    def group_arns(self) -> list[str]:
        """The model package group and its packages."""
        return [
            self.arn("sagemaker", f"model-package-group/{self.group}"),
            self.arn("sagemaker", f"model-package/{self.group}/*"),
        ]
