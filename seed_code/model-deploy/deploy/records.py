"""What the platform has written down of releases, and what rendering keeps aside for a way back."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from deploy.errors import DeployError

SERVED, ROLLBACK = "served", "rollback"
_EXECUTION = re.compile(r"[0-9a-fA-F-]{36}")


@dataclass(frozen=True)
class Change:
    """One account of a stage serves another version, or could not be given it (`kind`)."""

    id: str
    kind: str
    cause: str  # release or rollback
    account: str
    region: str
    version: str
    package: str
    at: str
    rendered: str


@dataclass(frozen=True)
class Records:
    """The project's records: `bucket`, and their folder in it."""

    s3: Any
    bucket: str
    folder: str

    def keep(self, folder: str, paths: list[Path]) -> None:
        """Puts files below a folder of the records."""
        for path in paths:
            self.s3.put_object(Bucket=self.bucket, Key=f"{folder}/{path.name}", Body=path.read_bytes())

    def kept(self, folder: str, name: str) -> str:
        """A file that was kept. Raises `DeployError` where it is missing."""
        try:
            body = self.s3.get_object(Bucket=self.bucket, Key=f"{folder}/{name}")["Body"].read()
        except self.s3.exceptions.NoSuchKey as error:
            raise DeployError(
                [f"s3://{self.bucket}/{folder}/{name} is missing: that release cannot be delivered again"]
            ) from error
        return bytes(body).decode("utf-8")

    def document(self, key: str) -> Mapping[str, Any] | None:
        """A record by its key; None where there is none."""
        try:
            found = json.loads(self._text(key))
        except self.s3.exceptions.NoSuchKey:
            return None
        return found if isinstance(found, dict) else None

    def changes(self, stage: str) -> list[Change]:
        """All changes of a stage, by their times."""
        found = [_change(json.loads(self._text(key))) for key in self.keys(f"{self.folder}/{stage}/")]
        return sorted(found, key=lambda change: (change.at, change.id))

    def keys(self, prefix: str) -> Iterator[str]:
        """Keys that begin like that."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        for page in pages:
            for item in page.get("Contents", ()):
                yield str(item["Key"])

    def _text(self, key: str) -> bytes:
        return bytes(self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read())


def _change(document: Mapping[str, Any]) -> Change:
    return Change(**{name: str(document[name]) for name in Change.__dataclass_fields__})


def own_records(s3: Any) -> Records:
    """The records of this project, by `RELEASES`. Raises `DeployError` where that names no folder."""
    location = urlparse(os.environ.get("RELEASES", ""))
    if location.scheme != "s3" or not location.netloc or not location.path.strip("/"):
        raise DeployError(["RELEASES is not the S3 folder of the project's records: the pipeline sets it"])
    return Records(s3, location.netloc, location.path.strip("/"))


def kept_folder() -> str:
    """Where this run's files are kept; empty outside a pipeline."""
    execution, releases = os.environ.get("PIPELINE_EXECUTION", ""), os.environ.get("RELEASES", "")
    if not execution or not releases:
        return ""
    if not _EXECUTION.fullmatch(execution):
        raise DeployError([f"PIPELINE_EXECUTION is {execution!r}, no id of a pipeline's execution"])
    return f"{urlparse(releases).path.strip('/')}/rendered/{execution}"


def own_execution(codepipeline: Any) -> Mapping[str, str]:
    """The variables that this run of the pipeline was started with."""
    answer = codepipeline.get_pipeline_execution(
        pipelineName=os.environ.get("PIPELINE", ""),
        pipelineExecutionId=os.environ.get("PIPELINE_EXECUTION", ""),
    )
    values = answer["pipelineExecution"].get("variables", ())
    return {each["name"]: each.get("resolvedValue", "") for each in values}
