"""What the workflows ask of GitHub and AWS is what the page on CI says, and a preview cannot deploy."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from settings.sign_in import ROLES

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
VARIABLE = re.compile(r"\bvars\.(\w+)")
SUBJECT, AUDIENCE = (f"token.actions.githubusercontent.com:{claim}" for claim in ("sub", "aud"))
STATE_WRITES = {"s3:PutObject", "s3:DeleteObject"}


def page() -> str:
    """The section, in whichever document it stands."""
    marked = re.compile(r"^#+ CI: variables and roles$", re.MULTILINE)
    found = [text for path in (ROOT / "docs").glob("*.md") if marked.search(text := path.read_text(encoding="utf-8"))]
    assert len(found) == 1
    return found[0]


def jobs(name: str) -> Mapping[str, Any]:
    document = yaml.safe_load((ROOT / ".github" / "workflows" / name).read_text(encoding="utf-8"))
    found: Mapping[str, Any] = document["jobs"]
    return found


def documents() -> list[dict[str, Any]]:
    blocks = re.findall(r"```json\n(.*?)```", page(), re.DOTALL)
    return [parsed for parsed in map(json.loads, blocks) if "Statement" in parsed]


def test_the_page_lists_the_variables_that_workflows_use_and_no_others() -> None:
    used = {name for path in WORKFLOWS for name in VARIABLE.findall(path.read_text(encoding="utf-8"))}
    assert used == set(re.findall(r"^\| `([A-Z_]+)` \| (?:repository|environment)", page(), re.MULTILINE))


def test_no_workflow_uses_a_secret() -> None:
    assert [path.name for path in WORKFLOWS if "secrets." in path.read_text(encoding="utf-8")] == []


def test_pull_requests_name_no_environment_and_sign_in_as_the_previewer() -> None:
    named = [name for name, job in jobs("check.yml").items() if "environment" in job]
    assert named == []
    text = json.dumps(jobs("check.yml")["preview"])
    assert "--as previewer" in text
    assert "--as deployer" not in text
    assert "DEPLOY_ROLE_ARN" not in text
    assert "--refresh" not in text


def test_updates_wait_for_the_environment_of_their_stack_and_sign_in_as_the_deployer() -> None:
    up = jobs("up.yml")["up"]
    assert up["environment"] == "${{ inputs.stack }}"
    assert "--as deployer" in json.dumps(up)
    assert "PREVIEW_ROLE_ARN" not in json.dumps(up)


def test_nobody_else_gets_an_identity() -> None:
    signing = {
        (path.name, name)
        for path in WORKFLOWS
        for name, job in jobs(path.name).items()
        if "id-token" in (job.get("permissions") or {})
    }
    called = {(path.name, name) for path in WORKFLOWS for name, job in jobs(path.name).items() if "uses" in job}
    assert signing - called == {("check.yml", "preview"), ("up.yml", "up")}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_role_that_a_job_signs_in_as_is_one_that_the_command_knows(path: Path) -> None:
    asked = set(re.findall(r"--as (\w+)", path.read_text(encoding="utf-8")))
    assert asked <= {str(kind) for kind in ROLES}


def test_the_trusts_on_the_page_name_one_repository_and_leave_nothing_open() -> None:
    trusts = [one for one in documents() if "AssumeRoleWithWebIdentity" in json.dumps(one)]
    subjects: list[str] = []
    for trust in trusts:
        [statement] = trust["Statement"]
        assert set(statement["Condition"]) == {"StringEquals"}
        claims = statement["Condition"]["StringEquals"]
        assert claims[AUDIENCE] == "sts.amazonaws.com"
        subjects += claims[SUBJECT] if isinstance(claims[SUBJECT], list) else [claims[SUBJECT]]
    assert [subject.split(":", 2)[2] for subject in subjects] == ["pull_request", "environment:prod"]
    assert not any("*" in subject for subject in subjects)


def test_the_policy_on_the_page_lets_a_preview_write_no_state() -> None:
    [policy] = [one for one in documents() if "mlops-previewer" in json.dumps(one)]
    actions = {statement["Action"] for statement in policy["Statement"]}
    assert actions == {"kms:Decrypt", "s3:GetObject", "s3:ListBucket", "sts:AssumeRole"}
    assert not actions & STATE_WRITES
