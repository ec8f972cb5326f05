"""What tests look at of stacks that were brought up: roles, statements, the models bucket's policies."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from policies.access.authorization import Document
from tests.stacks.conftest import Platform

BUCKET_POLICY, KEY = "aws:s3/bucketPolicy:BucketPolicy", "aws:kms/key:Key"
ROLE, ROLE_POLICY = "aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"
EVERYTHING: Document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def statements(text: str) -> dict[str, dict[str, Any]]:
    return {statement["Sid"]: statement for statement in json.loads(text)["Statement"]}


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def models_policies(platform: Platform) -> tuple[dict[str, Any], dict[str, Any]]:
    """Statements of the models bucket's policy, and of its key's."""
    bucket = platform.resources("dev", BUCKET_POLICY)["models-policy"].inputs["policy"]
    key = platform.resources("dev", KEY)["models-key-key"].inputs["policy"]
    return statements(bucket), statements(key)


def roles(platform: Platform) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every role that was made: its ARN and its inputs."""
    for stack in platform.world.engine.stacks:
        for role in platform.resources(stack, ROLE).values():
            yield role.outputs["arn"], role.inputs
