"""CodePipeline: a role's trust is read as IAM reads it, with lists of services too."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from moto.codepipeline.exceptions import InvalidStructureException
from moto.codepipeline.models import CodePipelineBackend
from moto.iam.exceptions import NotFoundException

from rehearsal.aws.actors import trusts_service
from rehearsal.aws.gaps.keeping import wrap

_SERVICE = "codepipeline.amazonaws.com"


def install() -> None:
    """Complete the service."""
    wrap(CodePipelineBackend, "create_pipeline", _create)


class _Trusting:
    """A role as the service's own check wants to see it, once it was found to trust the service."""

    assume_role_policy_document = json.dumps({"Statement": [{"Principal": {"Service": _SERVICE}}]})


class _Roles:
    def __init__(self, roles: Any) -> None:
        self._roles = roles

    def get_role_by_arn(self, arn: str) -> _Trusting:
        """The role, if it trusts the service."""
        try:
            trust = json.loads(self._roles.get_role_by_arn(arn).assume_role_policy_document)
        except NotFoundException:
            trust = {}
        if not trusts_service(trust, _SERVICE):
            raise InvalidStructureException(f"CodePipeline is not authorized to perform AssumeRole on role {arn}")
        return _Trusting()


def _create(original: Callable[..., Any], this: Any, pipeline: dict[str, Any], tags: Any) -> Any:
    return original(_Asking(this), pipeline, tags)


class _Asking:
    """The backend with those roles; everything else is its own."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self.iam_backend = _Roles(backend.iam_backend)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._backend, name)
