"""Who handed over the code that a model was trained with, by what AWS itself tells of it.

A model is registered by the training pipeline's role, for nobody in particular. But it is registered while one run of
the build pipeline trains, and its stages let one run in at a time; that run names the version of the code; and the
publish role's policy lets code be written under the name of the session alone, as its tag `publisher`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from functions.release_recorder.config import Project
from functions.release_recorder.deliveries import utc
from functions.release_recorder.store import Records

TRAINING_STAGE, SOURCE_ARTIFACT, PUBLISHER_TAG = "Build", "Source", "publisher"


class Registrations:
    """Writes down by whose code each version came to be."""

    def __init__(self, project: Project, codepipeline: Any, s3: Any, records: Records) -> None:
        self._project, self._codepipeline, self._s3, self._records = project, codepipeline, s3, records

    def keep(self, version: str, described: Mapping[str, Any]) -> bool:
        """Write down who published a version, once. False where that was done, or nobody can tell yet."""
        key = registration_key(self._records.folder, version)
        if self._records.get(key) is not None or "CreationTime" not in described:
            return False
        created = described["CreationTime"]
        execution = self._training_at(created)
        source = self._source(execution) if execution else ""
        document = {
            "at": utc(created),
            "by": str(((described.get("CreatedBy") or {}).get("IamIdentity") or {}).get("Arn", "")),
            "execution": execution,
            "source": source,
            "publisher": self._publisher(source) if source else "",
        }
        return self._records.put_once(key, document)

    def _training_at(self, moment: datetime) -> str:
        """The run of the build pipeline that trained then; empty where none did."""
        pages = self._codepipeline.get_paginator("list_action_executions").paginate(pipelineName=self._project.build)
        for page in pages:
            for action in page["actionExecutionDetails"]:
                over = action["status"] != "InProgress" and action["lastUpdateTime"] < moment
                if action["stageName"] == TRAINING_STAGE and action["startTime"] <= moment and not over:
                    return str(action["pipelineExecutionId"])
        return ""

    def _source(self, execution: str) -> str:
        """The version of the code that a run was given."""
        answer = self._codepipeline.get_pipeline_execution(
            pipelineName=self._project.build, pipelineExecutionId=execution
        )
        revisions = answer["pipelineExecution"].get("artifactRevisions", ())
        return next((str(each["revisionId"]) for each in revisions if each["name"] == SOURCE_ARTIFACT), "")

    def _publisher(self, source: str) -> str:
        answer = self._s3.get_object_tagging(
            Bucket=self._project.bucket, Key=self._project.source_key, VersionId=source
        )
        return next((tag["Value"] for tag in answer["TagSet"] if tag["Key"] == PUBLISHER_TAG), "")


def registration_key(folder: str, version: str) -> str:
    """Key of what was written down of a version's registration."""
    return f"{folder}/packages/{version}/registered.json"
