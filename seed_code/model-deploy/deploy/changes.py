"""What a release would change in a stage, asked of each account by a change set that is deleted again."""

import json
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import urlparse

import boto3

from deploy.accounts import EndpointLocation, entered, targets
from deploy.change_report import StageChange, read_parameters, stage_change, write_change
from deploy.change_sets import Proposal, StackChange, changes_of_stack, stacks_of_set
from deploy.deployed import REACHABLE, deployed_stack_set
from deploy.errors import DeployError
from deploy.provenance import provenance
from deploy.render import Release
from deploy.stages import StageSettings


def review(deployment: Release, settings: StageSettings, folder: Path) -> StageChange:
    """Ask every account of the stage, write what was found beside the rendered files.

    Raises `DeployError` where rendered files are missing, botocore's errors where the stack set is not shown.
    """
    template = _text(folder / f"{settings.stage}-template.json")
    release = folder / f"{settings.stage}-parameters.json"
    before = folder / f"{settings.stage}-deregister-parameters.json"
    _text(release)
    proposal = Proposal(template, read_parameters(release))
    two_updates = read_parameters(before) != proposal.parameters if before.is_file() else False
    cloudformation = boto3.client("cloudformation", config=REACHABLE)
    stacks = stacks_of_set(cloudformation, settings.stack_set_name)
    found = [
        _of(settings, target, stacks.get((target.account, target.region)), proposal)
        for target in targets(settings)
    ]
    change = stage_change(
        settings, deployment.package_arn, json.loads(template), found, two_updates=two_updates
    )
    if settings.stage == "production":
        serving = deployed_stack_set(cloudformation, settings.stack_set_name).parameters.get(
            "ModelPackageArn", ""
        )
        sagemaker, s3 = boto3.client("sagemaker"), boto3.client("s3")
        known = provenance(sagemaker, s3, deployment.package_arn, serving, deployment.gate.metric)
        change = replace(change, provenance=known)
    write_change(folder, change)
    return change


def _of(
    settings: StageSettings, target: EndpointLocation, stack: str | None, proposal: Proposal
) -> StackChange:
    if stack is None:
        return StackChange(target.account, target.region, "first")
    enter = _enter(settings, target)
    return changes_of_stack(enter, target.account, target.region, stack, proposal)


def _enter(settings: StageSettings, target: EndpointLocation) -> Callable[[], Any]:
    partition = settings.test_role_arns[target.account].split(":")[1]
    role = f"arn:{partition}:iam::{target.account}:role/{settings.change_set_role_name}"

    def client() -> Any:
        session = entered(role, f"model-deploy-{settings.stage}", target.region)
        return session.client("cloudformation", config=REACHABLE)

    return client


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise DeployError([f"{path} does not exist; run `python -m deploy render` first"]) from error


def keep(change: StageChange, uri: str) -> str:
    """Write the report to `<uri>/<stage>.json`, where approvers and records find it; gives its address."""
    location = urlparse(uri)
    key = f"{location.path.strip('/')}/{change.stage}.json"
    body = json.dumps(change.document(), indent=2, ensure_ascii=False).encode()
    boto3.client("s3").put_object(
        Bucket=location.netloc, Key=key, Body=body, ContentType="application/json; charset=utf-8"
    )
    return f"s3://{location.netloc}/{key}"


def end_on_signals() -> None:
    """A build that is stopped or runs out of time ends as by an error, so that its change set is deleted."""

    def end(number: int, _frame: FrameType | None) -> None:
        print(f"error: ended by signal {number}", file=sys.stderr)
        raise SystemExit(1)

    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(name, end)
