"""AWS's own managed policies, by ARN, as moto carries them. Source: AWS Managed Policy Reference."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from policies.access.authorization import Document
from policies.access.package_data import data_file
from policies.pack.captured import CapturedStack

# AWS's policies carry its own name instead of an account; the partition is that of whoever attaches them.
_OWNER = ":iam::aws:policy"


@cache
def managed_policies() -> Mapping[str, Any]:
    """All of them by name, each with Path and Document. Raises NotInstalled where moto is not there.

    The module is one text, which is JSON: reading it is not importing it.
    """
    tree = ast.parse(data_file("moto", "iam/aws_managed_policies.py").read_text(encoding="utf-8"))
    texts = [node.value for node in tree.body if isinstance(node, ast.Assign)]
    found: Mapping[str, Any] = json.loads(ast.literal_eval(texts[0]))
    return found


def is_aws_managed(arn: str) -> bool:
    """Whether an ARN is that of a policy of AWS's own."""
    return arn.startswith("arn:") and _OWNER in arn


def aws_managed_document(arn: str) -> Document | None:
    """The document of the policy at an ARN; None where it is not AWS's own, or moto does not carry it."""
    path, _, name = arn.partition(_OWNER)[2].rpartition("/")
    if not is_aws_managed(arn):
        return None
    policy = managed_policies().get(name)
    if policy is None or policy["Path"] != f"{path}/":
        return None
    found: Document = policy["Document"]
    return found


def attached_aws_policies(stacks: Iterable[CapturedStack]) -> dict[str, Document]:
    """Documents of AWS's policies that any property of roles, users, groups and attachments names, by ARN."""
    named = {
        text
        for stack in stacks
        for resource in stack.with_outputs
        if resource.type.startswith("aws:iam/")
        for text in _texts(resource.props)
        if is_aws_managed(text)
    }
    return {arn: document for arn in sorted(named) if (document := aws_managed_document(arn))}


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from (text for inner in value.values() for text in _texts(inner))
    elif isinstance(value, list | tuple):
        yield from (text for inner in value for text in _texts(inner))
