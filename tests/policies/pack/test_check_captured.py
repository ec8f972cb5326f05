"""`python -m policies.check`: the same rules over what was already built."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from policies.check import main
from policies.pack import exemptions
from policies.pack.captured import read
from policies.pack.coverage import WITHOUT_RULE, types_looked_at
from policies.pack.model import UNKNOWN
from policies.pack.rules import RULES
from tests.policies.pack.captured_files import LOG_GROUP, exported, record, written
from tests.policies.pack.pack_factories import KEY_ARN, allow, document

SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:abc"}
OPEN_TRUST = document(allow(Principal={"Service": "glue.amazonaws.com"}, Action="sts:AssumeRole"))


@pytest.fixture(autouse=True)
def without_the_platforms_exemptions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the platform's teams have written down is not for these resources."""
    monkeypatch.setattr(exemptions, "PATH", tmp_path / "none.yaml")


def test_resources_without_a_violation_pass(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path / "resources.json", [record(LOG_GROUP, "flow", retentionInDays=30, kmsKeyId=KEY_ARN)])
    assert main([file]) == 0
    assert (
        f"2 checks by {len(RULES)} rules: 2 passed, 0 violated, 0 unknown, 0 not applicable" in capsys.readouterr().out
    )


def test_a_violation_is_shown_with_its_whole_urn_and_its_fix(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path / "resources.json", [record(LOG_GROUP, "flow", stack="staging", kmsKeyId=KEY_ARN)])
    assert main([file]) == 1
    output = capsys.readouterr().out
    assert "LOG-01  medium" in output
    assert f"\n  urn:pulumi:staging::mlops-platform::{LOG_GROUP}::flow\n" in output
    assert "\n    the log group keeps its events for ever\n" in output
    assert "fix: Set retentionInDays and kmsKeyId." in output


def test_an_exported_stack_is_read_as_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path / "dev.json", exported(record(LOG_GROUP, "flow", kmsKeyId=KEY_ARN)))
    assert main([file]) == 1
    assert f"urn:pulumi:dev::mlops-platform::{LOG_GROUP}::flow" in capsys.readouterr().out


def test_a_resource_that_waits_for_deletion_is_passed_over(tmp_path: Path) -> None:
    leaving = {**record(LOG_GROUP, "old"), "delete": True}
    staying = record(LOG_GROUP, "flow", retentionInDays=30, kmsKeyId=KEY_ARN)
    assert main([written(tmp_path / "dev.json", exported(leaving, staying))]) == 0


def test_a_secret_is_said_to_be_undecided_and_never_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hidden = record("aws:iam/role:Role", "one", assumeRolePolicy=SECRET, permissionsBoundary="arn")
    listed = record("aws:iam/role:Role", "two", assumeRolePolicy="[secret]", permissionsBoundary="arn")
    listed["options"] = {"secrets": ["assumeRolePolicy"]}
    assert main([written(tmp_path / "resources.json", [hidden, listed])]) == 0
    output = capsys.readouterr().out
    assert "IAM-04  dev: assumeRolePolicy of one" in output
    assert "IAM-04  dev: assumeRolePolicy of two" in output
    assert "v1:abc" not in output


def test_related_resources_are_sought_in_their_own_stack_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    versioned: dict[str, Any] = {"bucket": "mlops-data", "versioningConfiguration": {"status": "Enabled"}}
    records = [
        record("aws:s3/bucket:Bucket", "data", bucket="mlops-data"),
        record("aws:s3/bucketVersioning:BucketVersioning", "data", stack="staging", **versioned),
    ]
    assert main([written(tmp_path / "resources.json", records)]) == 1
    output = capsys.readouterr().out
    assert "urn:pulumi:dev::mlops-platform::aws:s3/bucket:Bucket::data\n    the bucket is not versioned" in output


def test_siblings_find_each_other_by_the_id_that_aws_gave(tmp_path: Path) -> None:
    bucket = {**record("aws:s3/bucket:Bucket", "data"), "id": "data-1a2b3c", "outputs": {"bucket": "data-1a2b3c"}}
    status: dict[str, Any] = {"bucket": "data-1a2b3c", "versioningConfiguration": {"status": "Enabled"}}
    file = tmp_path / "resources.json"
    written(file, [bucket, record("aws:s3/bucketVersioning:BucketVersioning", "data", **status)])
    assert {one.props.get("id") for one in read(file)[0].with_outputs} == {"data-1a2b3c", None}
    assert {one.props.get("id") for one in read(file)[0].inputs} == {None}


def test_an_unknown_of_a_preview_is_unknown(tmp_path: Path) -> None:
    planned = record(LOG_GROUP, "flow", kmsKeyId="04da6b54-80e4-46f7-96ec-b56ff0331ba9")
    file = tmp_path / "resources.json"
    written(file, [planned])
    assert read(file)[0].inputs[0].props["kmsKeyId"] is UNKNOWN


@pytest.mark.parametrize(
    ("content", "output"),
    [
        ("{", "not JSON"),
        ("[]", "holds no resources"),
        ('{"deployment": {}}', "holds no resources"),
        ('[{"type": "aws:s3/bucket:Bucket"}]', "resource 0 has no urn and type"),
        (
            '[{"type": "aws:s3/bucket:Bucket", "urn": "urn:pulumi:dev::web-shop::aws:s3/bucket:Bucket::data"}]',
            "holds stacks of the project 'web-shop', expected 'mlops-platform'",
        ),
    ],
)
def test_a_file_of_another_kind_is_an_error_that_says_what_is_expected(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, output: str
) -> None:
    assert main([written(tmp_path / "other.json", content)]) == 2
    assert output in capsys.readouterr().err


def test_a_missing_file_is_an_error_without_a_traceback(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none.json")]) == 2
    assert "No such file or directory" in capsys.readouterr().err


def test_a_check_of_nothing_does_not_pass(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([written(tmp_path / "resources.json", [record("aws:ssm/document:Document", "id")])]) == 2
    assert "nothing was checked" in capsys.readouterr().err


def test_everything_that_a_rule_cannot_decide_is_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hidden = [
        record("aws:iam/role:Role", f"role-{number}", assumeRolePolicy=SECRET, permissionsBoundary="arn")
        for number in range(8)
    ]
    assert main([written(tmp_path / "resources.json", hidden)]) == 0
    output = capsys.readouterr().out
    assert all(f"IAM-04  dev: assumeRolePolicy of role-{number}" in output for number in range(8))


def test_the_outcome_is_the_last_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    right = record(LOG_GROUP, "flow", retentionInDays=30, kmsKeyId=KEY_ARN)
    assert main([written(tmp_path / "resources.json", [right])]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "passed"
    assert main([written(tmp_path / "resources.json", [right, record(LOG_GROUP, "more", kmsKeyId=KEY_ARN)])]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "failed: 1 violated"


def test_machines_are_told_all_but_what_passed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path / "resources.json", [record(LOG_GROUP, "flow", stack="staging", kmsKeyId=KEY_ARN)])
    assert main(["--json", file]) == 1
    report = json.loads(capsys.readouterr().out)
    assert (report["outcome"], report["rules"], report["staleExemptions"]) == ("failed", len(RULES), [])
    assert report["counts"] == {"passed": 1, "violated": 1, "unknown": 0, "not applicable": 0, "exempted": 0}
    (found,) = report["findings"]
    assert (found["stack"], found["rule"], found["severity"]) == ("staging", "LOG-01", "medium")
    assert found["urn"] == f"urn:pulumi:staging::mlops-platform::{LOG_GROUP}::flow"
    assert found["details"] == ["the log group keeps its events for ever"]


def test_a_nat_gateway_passes_where_the_stacks_file_asks_for_it_and_nowhere_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gateways = [record("aws:ec2/natGateway:NatGateway", "network-nat-0", stack=stack) for stack in ("dev", "staging")]
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {mlops-platform:network: {nat: true}}", encoding="utf-8")
    file = written(tmp_path / "resources.json", gateways)
    assert main([file, "--settings", str(tmp_path)]) == 1
    output = capsys.readouterr().out
    assert "network.nat of Pulumi.staging.yaml asks for none" in output
    assert "Pulumi.dev.yaml" not in output


def test_types_that_no_rule_looks_at_are_counted_and_named_and_fail_when_strict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    records = [
        record(LOG_GROUP, "flow", retentionInDays=30, kmsKeyId=KEY_ARN),
        record("aws-native:s3:Bucket", "native"),
        record("aws:rds/instance:Instance", "one", publiclyAccessible=True),
        record("aws:rds/instance:Instance", "two", publiclyAccessible=True),
        {**record("team:data:Lake", "lake"), "custom": False},
    ]
    file = written(tmp_path / "resources.json", records)
    assert main([file]) == 0
    output = capsys.readouterr().out
    assert "\n  aws-native:s3:Bucket: 1\n  aws:rds/instance:Instance: 2\n" in output
    assert "team:data:Lake" not in output
    assert "\npassed, but for 3 resources that no rule looks at: --strict fails on them\n" in output
    assert main([file, "--strict"]) == 1
    assert "failed: 2 types that no rule looks at" in capsys.readouterr().out
    assert main([file, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["typesWithoutRule"] == {"aws-native:s3:Bucket": 1, "aws:rds/instance:Instance": 2}


def test_nothing_but_types_that_no_rule_looks_at_is_not_passed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path / "resources.json", [record("aws:rds/instance:Instance", "one")])
    assert main([file]) == 2
    assert capsys.readouterr().out.splitlines()[-1] == "nothing was checked"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_what_powershell_writes_is_read(tmp_path: Path, encoding: str) -> None:
    records = exported(record(LOG_GROUP, "flow", retentionInDays=30, kmsKeyId=KEY_ARN))
    file = tmp_path / "dev.json"
    file.write_text(json.dumps(records), encoding=encoding)
    assert main([str(file)]) == 0


def test_every_type_is_judged_read_or_needs_no_rule_for_one_reason() -> None:
    assert not types_looked_at() & WITHOUT_RULE.keys()
    assert all(WITHOUT_RULE.values())
    assert not [(rule.id, token) for rule in RULES for token in rule.related_types if token in rule.types]
