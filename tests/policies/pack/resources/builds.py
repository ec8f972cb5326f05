"""Functions, pipelines and parameters. Each passes every rule unless an argument spoils it."""

from __future__ import annotations

from typing import Any

from policies.pack.model import StackResource
from tests.policies.pack.pack_factories import KEY_ARN, make

ACCESS_KEY_ID = "AKIA" + "Q" * 16


def function(**props: Any) -> StackResource:
    right = {"runtime": "python3.13", "environment": {"variables": {"STAGE": "prod"}}, "kmsKeyArn": KEY_ARN}
    return make("aws:lambda/function:Function", "stop", **{**right, **props})
