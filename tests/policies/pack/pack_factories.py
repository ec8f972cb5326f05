"""Resources that pass every rule, and ways to spoil one thing about them."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from policies.pack.evaluate import RuleFinding, Verdict, judge
from policies.pack.model import Rule, StackResource

ACCOUNT = "111111111111"
REGION = "eu-west-1"
BUCKET_ARN = "arn:aws:s3:::mlops-data"
KEY_ARN = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0f1e2d3c"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/mlops/projects/screening/training"


def make(
    token: str, name: str, /, property_dependencies: Mapping[str, tuple[str, ...]] | None = None, **props: Any
) -> StackResource:
    urn = f"urn:pulumi:dev::mlops-platform::{token}::{name}"
    return StackResource(type=token, name=name, urn=urn, props=props, property_dependencies=property_dependencies or {})


def of_stack(stack: str, resource: StackResource) -> StackResource:
    """The resource in another stack than `dev`; the settings of `asking` ask for NAT, see `conftest.py`."""
    return replace(resource, urn=resource.urn.replace("urn:pulumi:dev::", f"urn:pulumi:{stack}::"))


def allow(**elements: Any) -> dict[str, Any]:
    return {"Sid": "Given", "Effect": "Allow", **elements}


def deny(**elements: Any) -> dict[str, Any]:
    return {"Sid": "Refused", "Effect": "Deny", **elements}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def having(resource: StackResource, **props: Any) -> StackResource:
    return replace(resource, props={**resource.props, **props})


def at(resource: StackResource, path: str, value: Any) -> StackResource:
    """The resource with another value at a dotted path that exists."""
    props: Any = copy.deepcopy(dict(resource.props))
    inner = props
    *steps, last = path.split(".")
    for step in steps:
        inner = inner[int(step)] if isinstance(inner, list) else inner[step]
    inner[int(last) if isinstance(inner, list) else last] = value
    return replace(resource, props=props)


def without(resource: StackResource, prop: str) -> StackResource:
    assert prop in resource.props
    return replace(resource, props={key: value for key, value in resource.props.items() if key != prop})


def judged(rule: Rule, subject: StackResource, *others: StackResource) -> RuleFinding:
    assert subject.type in rule.types
    return judge(rule, subject, [subject, *others])


def violations(rule: Rule, subject: StackResource, *others: StackResource) -> list[str]:
    finding = judged(rule, subject, *others)
    assert finding.verdict in (Verdict.PASSED, Verdict.VIOLATED), finding
    return list(finding.details)


def not_decided(rule: Rule, subject: StackResource, *others: StackResource) -> str:
    finding = judged(rule, subject, *others)
    assert finding.verdict is Verdict.UNKNOWN, finding
    return finding.details[0]


def not_applicable(rule: Rule, subject: StackResource, *others: StackResource) -> str:
    finding = judged(rule, subject, *others)
    assert finding.verdict is Verdict.NOT_APPLICABLE, finding
    return finding.details[0]
