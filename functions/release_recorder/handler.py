"""Entry point: called by the project's rules for ends of deliveries and for changes of model packages."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from functions.release_recorder.config import CONFIG, read_config
from functions.release_recorder.events import read_event
from functions.release_recorder.recorder import Recorder

# Of one call.
ATTEMPTS, CONNECT_SECONDS, READ_SECONDS = 4, 5, 15


def handle(event: Any, context: Any) -> dict[str, Any]:  # noqa: ARG001 (Lambda's signature)
    """Write down what the event tells of.

    What is raised, Lambda tries twice more and then leaves in the dead-letter queue: throttling is over by then, and a
    refused event waits for somebody to look at it.
    """
    project = read_config(CONFIG.read_text(encoding="utf-8"))
    done = Recorder(project, clients(), sagemaker_there).deal_with(read_event(event, project))
    print(json.dumps({"event": event.get("id"), "written": done}))
    return {"written": done}


def sagemaker_there(credentials: Mapping[str, str], region: str) -> Any:
    """SageMaker of another account, with the credentials of a role there."""
    import boto3

    return boto3.client(
        "sagemaker",
        region_name=region,
        config=_config(),
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )


def _config() -> Any:
    from botocore.config import Config

    retries: Any = {"mode": "standard", "total_max_attempts": ATTEMPTS}
    return Config(retries=retries, connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS)


def clients(region: str | None = None) -> Callable[[str], Any]:
    """Clients that make throttled calls again (Boto3 guide, "Retries"), by a service's name."""
    import boto3  # only what calls AWS needs it

    @cache
    def client(service: str) -> Any:
        return boto3.client(service, region_name=region, config=_config())

    return client
