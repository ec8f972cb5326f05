"""Before traffic comes to a new version: it answers held-out rows as the model did when it was registered."""

from __future__ import annotations

import os
from typing import Any

import boto3

from inference_api import hooks
from inference_api.hooks import HookEvent


def handle(event: Any, _context: Any = None) -> None:
    """Lambda's entry point."""
    hooks.run(event, check, boto3.client("codedeploy"))


def check(event: HookEvent) -> str:
    """What was found. Raises HookFailed."""
    function, version = hooks.new_version()
    given = hooks.read_checks(boto3.client("s3"), os.environ["CHECKS_URI"], int(os.environ["FEATURE_COUNT"]))
    answer = hooks.call(hooks.lambda_client(), function, version, given, f"before-{event.deployment}")
    hooks.require_right(answer.predictions, given)
    return f"version {version} answers {given.rows} rows as it must"
