"""What CodeDeploy's hooks have in common: they call a version of the API's function, and report exactly once.

Source: AWS CodeDeploy User Guide, "AppSpec 'hooks' section for an AWS Lambda deployment". A hook that does not report
fails the deployment after an hour; one that crashes reports that it failed.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

SUCCEEDED, FAILED = "Succeeded", "Failed"
# The second report of an execution, or one after its deployment has ended.
_REPORTED = ("LifecycleEventAlreadyCompletedException", "DeploymentAlreadyCompletedException")
_REPORTS, _PAUSE_SECONDS = 5, 2.0
# Of the API's function, which waits for the model.
_INVOKE = Config(read_timeout=60, connect_timeout=5, retries={"total_max_attempts": 3})

logger = Logger()


class HookFailed(Exception):
    """The new version is not to be served. The message is a sentence of ours, without a payload."""


@dataclass(frozen=True)
class HookEvent:
    """What CodeDeploy hands over."""

    deployment: str
    execution: str


def hook_event(event: Any) -> HookEvent:
    """Raises ValueError for anything else: without an execution there is nobody to report to."""
    found = event if isinstance(event, Mapping) else {}
    deployment, execution = found.get("DeploymentId"), found.get("LifecycleEventHookExecutionId")
    if not isinstance(deployment, str) or not isinstance(execution, str) or not deployment or not execution:
        raise ValueError("no event of CodeDeploy: DeploymentId or LifecycleEventHookExecutionId is missing")
    return HookEvent(deployment, execution)


def run(
    event: Any, check: Callable[[HookEvent], str], codedeploy: Any, sleep: Callable[[float], None] = time.sleep
) -> None:
    """Check, and report how it ended. Raises where the report was not taken, so that Lambda's caller sees it."""
    found = hook_event(event)
    try:
        logger.info("passed", extra={"deployment": found.deployment, "found": check(found)})
        status = SUCCEEDED
    except HookFailed as failed:
        logger.error("failed", extra={"deployment": found.deployment, "reason": str(failed)})
        status = FAILED
    except Exception as error:
        # Its type and not its text, which may quote a row.
        logger.error("failed", extra={"deployment": found.deployment, "reason": type(error).__name__})
        status = FAILED
    report(codedeploy, found, status, sleep)


def report(codedeploy: Any, event: HookEvent, status: str, sleep: Callable[[float], None] = time.sleep) -> None:
    """Tell CodeDeploy once: a report whose answer was lost is sent again, and one that is taken already is well."""
    for attempt in range(_REPORTS):
        try:
            codedeploy.put_lifecycle_event_hook_execution_status(
                deploymentId=event.deployment, lifecycleEventHookExecutionId=event.execution, status=status
            )
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code in _REPORTED:
                logger.info("reported already", extra={"deployment": event.deployment})
                return
            passing = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500) >= 500
            if not passing and "Throttl" not in code:
                raise
            problem: Exception = error
        except BotoCoreError as error:
            problem = error
        else:
            return
        if attempt < _REPORTS - 1:
            sleep(_PAUSE_SECONDS * 2**attempt)
    raise problem


@dataclass(frozen=True)
class HeldOutRows:
    """Rows that nobody trained on, in a form that the API takes, and what the model answered to them.

    Without `expected` only that the model answers is known.
    """

    content_type: str
    body: str
    rows: int
    expected: Sequence[Any] | None
    tolerance: float


def read_checks(s3: Any, uri: str, columns: int) -> HeldOutRows:
    """What the model's endpoints are checked with; one row of unknown values where it has nothing (`uri` is none).

    Raises HookFailed for one that cannot be read.
    """
    if uri in ("", "none"):
        body = json.dumps({"instances": [[None] * columns]})
        return HeldOutRows("application/json", body, 1, None, 0.0)
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    try:
        document = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        rows, expected = document["rows"], [_answer(each) for each in document["expected"]]
        lines = [row if isinstance(row, str) else ",".join(map(_cell, row)) for row in rows]
        if document["contentType"] != "text/csv" or not rows or len(rows) != len(expected):
            raise ValueError
        return HeldOutRows(
            "text/csv", "".join(f"{line}\n" for line in lines), len(rows), expected, float(document["tolerance"])
        )
    except (ClientError, BotoCoreError) as error:
        raise HookFailed(f"the held-out rows cannot be read ({type(error).__name__})") from None
    except (KeyError, TypeError, ValueError):
        raise HookFailed("the held-out rows are not in the form that they must have") from None


def _answer(expected: Any) -> Any:
    """A row's answer as the API gives it: one number alone, several as a list."""
    return expected[0] if isinstance(expected, list) and len(expected) == 1 else expected


def _cell(value: Any) -> str:
    return "" if value is None else repr(value)


@dataclass(frozen=True)
class FunctionAnswer:
    """The API's answer, and which version of the function gave it."""

    predictions: list[Any]
    version: str


def call(client: Any, function: str, qualifier: str, given: HeldOutRows, request_id: str) -> FunctionAnswer:
    """Call a version or alias as API Gateway does. Raises HookFailed where it does not answer as it must."""
    event = {
        "httpMethod": "POST",
        "path": "/predictions",
        "headers": {"Content-Type": given.content_type},
        "body": given.body,
        "isBase64Encoded": False,
        "requestContext": {"requestId": request_id, "identity": {}},
    }
    try:
        answer = client.invoke(FunctionName=function, Qualifier=qualifier, Payload=json.dumps(event).encode())
        document = json.loads(answer["Payload"].read())
    except (ClientError, BotoCoreError, ValueError) as error:
        raise HookFailed(f"version {qualifier} cannot be called ({type(error).__name__})") from None
    if answer.get("FunctionError"):
        raise HookFailed(f"version {qualifier} fails ({answer['FunctionError']})")
    if document.get("statusCode") != 200:
        raise HookFailed(f"version {qualifier} answers {document.get('statusCode')} to rows that it must take")
    return FunctionAnswer(json.loads(document["body"])["predictions"], str(answer.get("ExecutedVersion", "")))


def require_right(found: Sequence[Any], given: HeldOutRows) -> None:
    """Raises HookFailed where predictions are missing, or are not what the model answered when it was registered."""
    if len(found) != given.rows:
        raise HookFailed(f"{len(found)} predictions for {given.rows} rows")
    if given.expected is None:
        return
    wrong = sum(not _near(one, other, given.tolerance) for one, other in zip(found, given.expected, strict=True))
    if wrong:
        raise HookFailed(f"{wrong} of {given.rows} predictions are not what the model answered when it was registered")


def _near(one: Any, other: Any, tolerance: float) -> bool:
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(_near(a, b, tolerance) for a, b in zip(one, other, strict=True))
    if not isinstance(one, int | float) or not isinstance(other, int | float):
        return False
    return abs(one - other) <= tolerance


def new_version() -> tuple[str, str]:
    """The function's name and the number of the version that the deployment brings."""
    name, _, version = os.environ["NEW_VERSION"].rpartition(":")
    return name.rpartition(":")[2], version


def lambda_client() -> Any:
    """A client that waits as long as a version may need."""
    return boto3.client("lambda", config=_INVOKE)
