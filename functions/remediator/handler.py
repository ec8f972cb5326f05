"""Entry point: called by EventBridge for every change of a job, endpoint, model or notebook instance."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from functions.remediator.remediator import Remediation, RemediatorConfig
from functions.remediator.rules import Rules

# Beside this file in the function's archive, written by the stack.
CONFIG = Path(__file__).with_name("config.json")
# SageMaker's control plane is throttled by account: a busy hour must not let a job pass.
PATIENCE = Config(retries={"mode": "standard", "max_attempts": 8}, connect_timeout=5, read_timeout=15)


def read_config(text: str) -> RemediatorConfig:
    """The config as the stack wrote them."""
    given = json.loads(text)
    rules = Rules(
        instance_types=frozenset(given["instanceTypes"]),
        on_own_disks=frozenset(given["onOwnDisks"]),
        serverless=frozenset(given.get("serverless", ())),
    )
    return RemediatorConfig(
        rules=rules,
        topic=given["topic"],
        prefix=given["prefix"],
        only_report=given["onlyReport"],
        delete_endpoints=given["deleteEndpoints"],
        denied_calls=frozenset(given["deniedCalls"]),
    )


def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001 (Lambda's signature)
    """Deal with one event. What is raised, Lambda tries twice more and then keeps in the dead-letter queue."""
    remediator = Remediation(
        boto3.client("sagemaker", config=PATIENCE),
        boto3.client("sns", config=PATIENCE),
        read_config(CONFIG.read_text(encoding="utf-8")),
    )
    done = remediator.handle(event)
    print(json.dumps({"event": event.get("id"), **done}))
    return done
