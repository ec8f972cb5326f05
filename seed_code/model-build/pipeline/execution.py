"""Publishing the pipeline, starting it, and following it to its end."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlparse

from botocore.exceptions import ClientError

from pipeline.errors import UserError
from pipeline.project import ProjectParameters

FINAL = ("Succeeded", "Failed", "Stopped")
NOT_FOUND = re.compile(r"could not find|does not exist|not found", re.IGNORECASE)
Report = Callable[[str], None]


def publish(client: Any, project: ProjectParameters, definition: dict[str, Any], commit: str) -> str:
    """Create or update the pipeline; returns its ARN."""
    arguments = {
        "PipelineName": project.pipeline_name,
        "PipelineDefinition": json.dumps(definition, sort_keys=True),
        "RoleArn": project.pipeline_role,
        "PipelineDescription": f"Trains the model of project {project.id}, commit {commit}",
    }
    if published(client, project.pipeline_name):
        answer = client.update_pipeline(**arguments)
    else:
        answer = client.create_pipeline(**arguments, Tags=[{"Key": "project", "Value": project.id}])
    return str(answer["PipelineArn"])


def published(client: Any, name: str) -> dict[str, Any] | None:
    """Description of the pipeline, None if there is no such pipeline."""
    try:
        described: dict[str, Any] = client.describe_pipeline(PipelineName=name)
    except ClientError as error:
        found = error.response["Error"]
        # The service's model says ResourceNotFound; a ValidationException has been seen in its place.
        if found["Code"] == "ResourceNotFound" or NOT_FOUND.search(found["Message"]):
            return None
        raise
    return described


def data_version(client: Any, uri: str) -> str:
    """SHA-256 of names, sizes and ETags of the objects below `uri`: it changes when any of the data does."""
    location = urlparse(uri)
    if location.scheme != "s3" or not location.netloc:
        raise UserError(f"DataUri is {uri!r}; allowed: s3://bucket/prefix")
    pages = client.get_paginator("list_objects_v2").paginate(
        Bucket=location.netloc, Prefix=location.path.lstrip("/")
    )
    objects = [each for page in pages for each in page.get("Contents", [])]
    if not any(each["Key"].lower().endswith(".csv") for each in objects):
        raise UserError(f"{uri}: no object there ends in .csv; upload the data or say --set DataUri=s3://…")
    lines = (f"{each['Key']}\0{each['Size']}\0{each['ETag']}\n" for each in objects)
    return hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()


def start(client: Any, name: str, values: dict[str, str]) -> str:
    """Start an execution; returns its ARN."""
    parameters = [{"Name": key, "Value": value} for key, value in sorted(values.items())]
    answer = client.start_pipeline_execution(PipelineName=name, PipelineParameters=parameters)
    return str(answer["PipelineExecutionArn"])


def follow(client: Any, arn: str, report: Report, seconds: float) -> str | None:
    """Say each step's changes until the execution ends. Returns None if it succeeded, else why not."""
    reported: dict[str, str] = {}
    while True:
        execution = client.describe_pipeline_execution(PipelineExecutionArn=arn)
        status = execution["PipelineExecutionStatus"]
        failures = []
        for step in steps(client, arn):
            name, state = step["StepName"], step["StepStatus"]
            if reported.get(name) != state:
                reported[name] = state
                report(f"{name:<12} {state}{' (cached)' if step.get('CacheHitResult') else ''}")
            if state == "Failed":
                failures.append(f"{name}: {reason(step)}")
        if status in FINAL:
            if status == "Succeeded":
                return None
            return "; ".join(failures) or execution.get("FailureReason") or f"the execution is {status}"
        time.sleep(seconds)


def reason(step: dict[str, Any]) -> str:
    """Why a step failed; the fail step keeps its message apart."""
    message = step.get("Metadata", {}).get("Fail", {}).get("ErrorMessage")
    return str(message or step.get("FailureReason") or "no reason was given")


def steps(client: Any, arn: str) -> Iterator[dict[str, Any]]:
    """All steps of an execution, in the order they began."""
    pages = client.get_paginator("list_pipeline_execution_steps").paginate(
        PipelineExecutionArn=arn, SortOrder="Ascending"
    )
    for page in pages:
        yield from page["PipelineExecutionSteps"]
