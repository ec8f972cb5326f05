"""CodeBuild: updates of projects, and members that projects lose."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from moto.codebuild import responses
from moto.codebuild.exceptions import ResourceNotFoundException
from moto.codebuild.responses import CodeBuildResponse
from moto.core.responses import ActionResult

from rehearsal.aws.gaps.keeping import add, parameters, wrap

_KEPT = (
    "encryptionKey",
    "concurrentBuildLimit",
    "resourceAccessRole",
    "autoRetryLimit",
    "secondarySources",
    "secondaryArtifacts",
)


def install() -> None:
    """Complete the service."""
    wrap(CodeBuildResponse, "create_project", _create)
    add(CodeBuildResponse, update_project)
    for name in ("_validate_required_params_source", "_validate_required_params_artifacts"):
        setattr(responses, name, _without_location(getattr(responses, name)))


def _without_location(validate: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, Any]], None]:
    """The service asks every source and artifact for a location; a pipeline's have none (botocore: ProjectSource)."""

    def check(members: dict[str, Any]) -> None:
        if members.get("type") not in ("CODEPIPELINE", "NO_SOURCE"):
            validate(members)

    return check


def _create(original: Callable[..., Any], this: Any) -> Any:
    answer, members = original(this), parameters(this)
    project = this.codebuild_backend.codebuild_projects[members["name"]]
    project.project_metadata.update({name: members[name] for name in _KEPT if name in members})
    return answer


def update_project(this: Any) -> ActionResult:
    """UpdateProject: what is given replaces what was."""
    members = parameters(this)
    project = this.codebuild_backend.codebuild_projects.get(members["name"])
    if project is None:
        raise ResourceNotFoundException(f"Project cannot be found: {members['name']}")
    project.project_metadata.update({**members, "lastModified": time.time()})
    return ActionResult({"project": project.project_metadata})
