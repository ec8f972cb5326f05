"""What keeps a review from beginning: each defect is one sentence that says where it is and what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from policies.access.__main__ import app
from policies.access.defects import defects
from policies.access.graph import PolicyGraph, read_graph
from policies.pack.captured import _SECRET, _SIGNATURE
from tests.example_files import EXEMPTIONS

BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
MANAGED = "aws:iam/policy:Policy"
DELETED = "AROAEXAMPLEDELETED12"
Record = dict[str, Any]


def reviewed(tmp_path: Path, records: list[Record]) -> str:
    """What `review` says of a file that it refuses."""
    file = tmp_path / "resources.json"
    file.write_text(json.dumps(records))
    ended = CliRunner().invoke(app, ["review", "--no-golden", "--exemptions", str(EXEMPTIONS), str(file)])
    assert (ended.exit_code, type(ended.exception)) == (1, SystemExit), ended.output
    return ended.stderr


def carrying(records: list[Record], type_: str, prop: str) -> Record:
    """The first record of a type with the property."""
    return next(one for one in records if one["type"] == type_ and {**one["outputs"], **one["inputs"]}.get(prop))


def put(record: Record, prop: str, value: object) -> None:
    """The property, in inputs and outputs."""
    record["inputs"][prop] = record["outputs"][prop] = value


def statement(record: Record, prop: str, **changes: object) -> None:
    """The first statement of a policy, changed."""
    document = json.loads({**record["outputs"], **record["inputs"]}[prop])
    document["Statement"][0] |= changes
    put(record, prop, json.dumps(document))


@pytest.fixture
def records(resources: Path) -> list[Record]:
    """The example platform, to be changed."""
    found: list[Record] = json.loads(resources.read_text())
    return found


def test_the_example_platform_has_no_defects(graph: PolicyGraph) -> None:
    assert defects(graph) == []


@pytest.mark.parametrize(
    ("type_", "prop", "where"),
    [
        (ENDPOINT, "policy", "policy of endpoint"),
        (MANAGED, "policy", "boundary arn:"),
        (ROLE_POLICY, "policy", "inline policy"),
        (BUCKET_POLICY, "policy", "policy of bucket"),
        (ROLE, "assumeRolePolicy", "trust"),
    ],
)
def test_an_unknown_operator_is_reported_wherever_it_stands(
    tmp_path: Path, records: list[Record], type_: str, prop: str, where: str
) -> None:
    chosen = [one for one in records if type_ != MANAGED or one["name"].endswith("boundary")]
    statement(carrying(chosen, type_, prop), prop, Condition={"StringEqualz": {"aws:PrincipalArn": "x"}})
    output = reviewed(tmp_path, records)
    assert where in output
    assert "StringEqualz" in output
    assert "did you mean StringEquals" in output


@pytest.mark.parametrize(("type_", "prop"), [(BUCKET_POLICY, "policy"), (ROLE, "assumeRolePolicy")])
def test_the_principal_of_a_deleted_role_is_reported(
    tmp_path: Path, records: list[Record], type_: str, prop: str
) -> None:
    statement(carrying(records, type_, prop), prop, Principal={"AWS": DELETED})
    output = reviewed(tmp_path, records)
    assert f"the principal {DELETED} is the unique id of a user or role that was deleted" in output


def test_two_statements_of_one_sid_are_reported_in_one_sentence(tmp_path: Path, records: list[Record]) -> None:
    carrier = carrying(records, ROLE_POLICY, "policy")
    document = json.loads(carrier["inputs"]["policy"])
    document["Statement"].append(document["Statement"][0])
    put(carrier, "policy", json.dumps(document))
    output = reviewed(tmp_path, records)
    assert "a Sid must be unique in its policy" in output
    assert len(output.splitlines()) == 1


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ('{"Version": ', "is not JSON"),
        (5, "is not a policy document"),
        ("[" * 100_000, "is nested too deeply to be a policy"),
        ({_SIGNATURE: _SECRET, "ciphertext": "x"}, "is not known yet"),
    ],
)
def test_a_policy_that_is_none_is_reported(tmp_path: Path, records: list[Record], value: object, message: str) -> None:
    put(carrying(records, BUCKET_POLICY, "policy"), "policy", value)
    assert message in reviewed(tmp_path, records)


def test_a_role_whose_arn_is_secret_is_reported(tmp_path: Path, records: list[Record]) -> None:
    put(carrying(records, ROLE, "arn"), "arn", {_SIGNATURE: _SECRET, "ciphertext": "x"})
    assert "has no ARN of a role that could be read" in reviewed(tmp_path, records)


def test_a_build_whose_role_is_secret_is_reported(tmp_path: Path, records: list[Record]) -> None:
    build = carrying(records, "aws:codebuild/project:Project", "serviceRole")
    put(build, "serviceRole", {_SIGNATURE: _SECRET, "ciphertext": "x"})
    assert "the role of build" in reviewed(tmp_path, records)


@pytest.mark.parametrize("part", ["inputs", "options", "outputs"])
def test_a_resource_of_another_shape_is_reported(tmp_path: Path, records: list[Record], part: str) -> None:
    records[0][part] = ["x"]
    output = reviewed(tmp_path, records)
    assert f"{part} of resource {records[0]['urn']} must be an object" in output


def test_a_file_nested_too_deeply_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "deep.json"
    file.write_text("[" * 200_000)
    ended = CliRunner().invoke(app, ["review", "--exemptions", str(EXEMPTIONS), str(file)])
    assert (ended.exit_code, "is nested too deeply" in ended.stderr) == (1, True)


@pytest.mark.parametrize(
    ("kept", "message"),
    [
        (lambda stack: stack == "dev", "the stacks prod, staging are referred to and are not in the files"),
        (lambda stack: stack != "dev", "the stacks dev are referred to and are not in the files"),
        (lambda stack: stack.startswith("foundation"), "no stack here makes a Studio domain"),
    ],
)
def test_a_part_of_the_platform_is_refused_rather_than_proved(
    tmp_path: Path, records: list[Record], kept: Callable[[str], bool], message: str
) -> None:
    assert message in reviewed(tmp_path, [one for one in records if kept(one["stack"])])


def test_stacks_that_refer_to_nobody_are_whole(resources: Path) -> None:
    assert read_graph(resources).missing_stacks == ()
