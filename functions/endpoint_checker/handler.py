"""Entry point: called by a schedule of EventBridge each minute."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from functions.endpoint_checker.asking import REQUESTS, REQUESTS_WHILE_UPDATING, CheckCounts, ask
from functions.endpoint_checker.checks import Checks, UnreadableChecks, read_checks
from functions.endpoint_checker.config import CheckerConfig, read_config
from functions.endpoint_checker.events import is_due
from functions.endpoint_checker.fleets import ChecksAddress, ServedEndpoint, served
from functions.endpoint_checker.metrics import metric_data

# Beside this file in the function's archive, written by the stack.
CONFIG = Path(__file__).with_name("config.json")
# Of one call, and of one request to the endpoint, for which a container may take 60 s (botocore, InvokeEndpoint).
ATTEMPTS, CONNECT_SECONDS, READ_SECONDS = 4, 5, 10
REQUEST_ATTEMPTS, REQUEST_SECONDS = 2, 60
_KEPT = 8


class IncompleteCheck(RuntimeError):
    """A check that was made as far as it could be, and what is missing."""


@dataclass(frozen=True)
class Clients:
    """The services that a check calls."""

    sagemaker: Any
    runtime: Any
    s3: Any
    cloudwatch: Any


@cache
def clients() -> Clients:
    """Clients for as long as the function's environment lives: throttled calls are made again."""
    import boto3  # only what calls AWS needs it
    from botocore.config import Config

    retries: Any = {"mode": "standard", "total_max_attempts": ATTEMPTS}
    patient = Config(retries=retries, connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS)
    few: Any = {"mode": "standard", "total_max_attempts": REQUEST_ATTEMPTS}
    asking = Config(retries=few, connect_timeout=CONNECT_SECONDS, read_timeout=REQUEST_SECONDS)
    return Clients(
        sagemaker=boto3.client("sagemaker", config=patient),
        runtime=boto3.client("sagemaker-runtime", config=asking),
        s3=boto3.client("s3", config=patient),
        cloudwatch=boto3.client("cloudwatch", config=patient),
    )


def handle(event: Any, context: Any) -> dict[str, Any]:  # noqa: ARG001 (Lambda's signature)
    """Make one check. What is raised, Lambda tries twice more and then leaves in the dead-letter queue.

    A check that is made twice is two checks: its figures are counts of what was asked, and none is less true.
    """
    config = read_config(CONFIG.read_text(encoding="utf-8"))
    if not is_due(event, config, datetime.now(UTC)):
        done: dict[str, Any] = {"late": event["time"]}
    else:
        done = check(clients(), config, str(uuid.uuid4()))
    print(json.dumps({"event": event.get("id"), **done}))
    return done


def check(aws: Clients, config: CheckerConfig, check_id: str) -> dict[str, Any]:
    """Ask the endpoint, tell CloudWatch. Raises IncompleteCheck where a version's rows cannot be read."""
    endpoint = served(aws.sagemaker, config.endpoint) or ServedEndpoint(status="not there")
    checks, unreadable = _checks(aws.s3, endpoint)
    requests = REQUESTS_WHILE_UPDATING if endpoint.updating else REQUESTS
    alone = endpoint.versions[0].version if len(endpoint.versions) == 1 else ""
    counts = ask(
        aws.runtime,
        config.endpoint,
        checks,
        newest=endpoint.newest,
        alone=alone,
        requests=requests,
        check_id=check_id,
    )
    aws.cloudwatch.put_metric_data(
        Namespace=config.namespace, MetricData=metric_data(config.endpoint, endpoint, counts)
    )
    done = _summary(check_id, endpoint, counts)
    if unreadable:
        print(json.dumps(done))
        raise IncompleteCheck(f"{config.endpoint}: {'; '.join(unreadable)}. The other versions were checked")
    return done


_read: dict[ChecksAddress, Checks] = {}


def _checks(s3: Any, endpoint: ServedEndpoint) -> tuple[Mapping[str, Checks], list[str]]:
    """The checks of each version that has some, in the endpoint's order, and why others cannot be read.

    They are kept by address and SHA-256, by which they never change.
    """
    found: dict[str, Checks] = {}
    unreadable: list[str] = []
    for version in endpoint.versions:
        if version.checks is None:
            continue
        try:
            if version.checks not in _read:
                while len(_read) >= _KEPT:
                    del _read[next(iter(_read))]
                _read[version.checks] = read_checks(s3, version.checks)
            found[version.version] = _read[version.checks]
        except UnreadableChecks as error:
            unreadable.append(f"version {version.version}: {error}")
    return found, unreadable


def _summary(check_id: str, endpoint: ServedEndpoint, counts: CheckCounts) -> dict[str, Any]:
    return {
        "check": check_id,
        "status": endpoint.status,
        "versions": [version.version for version in endpoint.versions],
        "asked": counts.asked,
        "failed": counts.failed,
        "checked": dict(counts.checked),
        "wrong": dict(counts.wrong),
        "problems": dict(counts.problems.most_common(5)),
    }
