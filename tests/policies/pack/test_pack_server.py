"""The pack as the Pulumi CLI meets it: a process of its own that speaks gRPC."""

from __future__ import annotations

import datetime
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE

from policies.pack.rules import RULES
from tests.policies.pack.pack_factories import allow, document

PACK = Path(__file__).resolve().parents[3] / "policies" / "pack"
STACK = {
    "PULUMI_ORGANIZATION": "organization",
    "PULUMI_PROJECT": "mlops-platform",
    "PULUMI_STACK": "dev",
    "PULUMI_DRY_RUN": "true",
}
ROLE = "aws:iam/role:Role"
BUCKET = "aws:s3/bucket:Bucket"
EXEMPTIONS = """exemptions:
- rule: IAM-04
  resource: urn:pulumi:dev::mlops-platform::aws:iam/role:Role::trusted
  owner: ada@example.com
  reason: The service sends no source before March
  expires: {tomorrow}
- rule: IAM-08
  resource: urn:pulumi:dev::mlops-platform::aws:iam/role:Role::trusted
  owner: grace@example.com
  reason: The migration ran for longer than four hours
  expires: 2024-02-29
- rule: S3-03
  resource: urn:pulumi:dev::mlops-platform::aws:s3/bucket:Bucket::scratch
  owner: ml-platform
  reason: Everything in it can be made again
  expires: {tomorrow}
"""
SHOWN = ["exempted", "exempted-in-stack"]
OPEN_TRUST = document(allow(Principal={"Service": "glue.amazonaws.com"}, Action="sts:AssumeRole"))


def started(folder: Path) -> subprocess.Popen[bytes]:
    """As pulumi-language-python does: in the pack's folder, which is also the last argument."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"} | STACK
    command = [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(folder)]
    return subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def beside(folder: Path, exemptions: str) -> Path:
    """A copy of the pack with other exemptions; where the copy lies."""
    for package in (PACK.parent, PACK.parents[1] / "catalog"):
        shutil.copytree(package, folder / package.name, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "policy-exemptions.yaml").write_text(exemptions, encoding="utf-8")
    return folder / "policies" / "pack"


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[analyzer_pb2_grpc.AnalyzerStub]:
    """The pack, with one exemption that holds and one that has expired, of a rule on a resource and one on a stack."""
    tomorrow = datetime.datetime.now(tz=datetime.UTC).date() + datetime.timedelta(days=1)
    with started(beside(tmp_path_factory.mktemp("pack"), EXEMPTIONS.format(tomorrow=tomorrow))) as process:
        assert process.stdout is not None
        try:
            port = int(process.stdout.readline())
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                yield analyzer_pb2_grpc.AnalyzerStub(channel)
        finally:
            process.terminate()


def struct(**values: Any) -> struct_pb2.Struct:
    found = struct_pb2.Struct()
    found.update(values)
    return found


def urn(token: str, name: str) -> str:
    return f"urn:pulumi:dev::mlops-platform::{token}::{name}"


def diagnosed(
    pack: analyzer_pb2_grpc.AnalyzerStub, token: str, called: str, **props: Any
) -> list[analyzer_pb2.AnalyzeDiagnostic]:
    properties = struct(**props)
    request = analyzer_pb2.AnalyzeRequest(type=token, urn=urn(token, called), name=called, properties=properties)
    return list(pack.Analyze(request).diagnostics)


def analyze(pack: analyzer_pb2_grpc.AnalyzerStub, token: str, called: str = "one", **props: Any) -> dict[str, Any]:
    """Answers by policy."""
    return {one.policyName: one for one in diagnosed(pack, token, called, **props)}


def planned(token: str, name: str, depends: str = "", **props: Any) -> analyzer_pb2.AnalyzerResource:
    found = analyzer_pb2.AnalyzerResource(type=token, urn=urn(token, name), name=name, properties=struct(**props))
    if depends:
        found.propertyDependencies["bucket"].urns.append(urn(BUCKET, depends))
    return found


def test_the_pack_serves_every_rule_as_mandatory(pack: analyzer_pb2_grpc.AnalyzerStub) -> None:
    info = pack.GetAnalyzerInfo(empty_pb2.Empty())
    assert info.name == "mlops-platform"
    levels = {policy.name: policy.enforcementLevel for policy in info.policies}
    assert sorted(levels) == sorted([*(rule.name for rule in RULES), *SHOWN])
    assert {levels[rule.name] for rule in RULES} == {analyzer_pb2.MANDATORY}
    assert {levels[name] for name in SHOWN} == {analyzer_pb2.ADVISORY}


def test_a_violation_stops_the_update_and_says_what_to_do(pack: analyzer_pb2_grpc.AnalyzerStub) -> None:
    found = analyze(pack, ROLE, assumeRolePolicy=OPEN_TRUST, permissionsBoundary="arn")
    assert list(found) == ["iam-service-trust-source"]
    answer = found["iam-service-trust-source"]
    assert answer.enforcementLevel == analyzer_pb2.MANDATORY
    assert "Given lets glue.amazonaws.com act for any AWS account's resources" in answer.message
    assert "Hold aws:SourceAccount" in answer.message
    resource = urn(ROLE, "one")
    assert f"\nresource: {resource}\n" in answer.message
    assert f"\n  - rule: IAM-04\n    resource: {resource}\n" in answer.message


def test_an_unknown_document_is_an_advisory_in_a_preview(pack: analyzer_pb2_grpc.AnalyzerStub) -> None:
    found = analyze(pack, ROLE, assumeRolePolicy=UNKNOWN_STRING_VALUE, permissionsBoundary="arn")
    assert {answer.enforcementLevel for answer in found.values()} == {analyzer_pb2.ADVISORY}
    assert "assumeRolePolicy of one" in found["iam-service-trust-source"].message


def test_a_resource_of_another_type_is_passed_over(pack: analyzer_pb2_grpc.AnalyzerStub) -> None:
    assert analyze(pack, "aws:ssm/parameter:Parameter", name="/mlops/dev/x", type="String", value="1") == {}


def test_a_stacks_unknowns_do_not_hide_its_violations(pack: analyzer_pb2_grpc.AnalyzerStub) -> None:
    versioning = "aws:s3/bucketVersioning:BucketVersioning"
    configuration = {"status": UNKNOWN_STRING_VALUE}
    resources = [
        planned(BUCKET, "data", bucket="mlops-data"),
        planned(BUCKET, "models", bucket="mlops-models"),
        planned(versioning, "models", "models", bucket=UNKNOWN_STRING_VALUE, versioningConfiguration=configuration),
    ]
    answers = pack.AnalyzeStack(analyzer_pb2.AnalyzeStackRequest(resources=resources)).diagnostics
    of_versions = [one for one in answers if one.policyName == "s3-versioning"]
    violation, advisory = of_versions
    assert (violation.urn, violation.enforcementLevel) == (urn(BUCKET, "data"), analyzer_pb2.MANDATORY)
    assert advisory.enforcementLevel == analyzer_pb2.ADVISORY
    assert "versioningConfiguration.status of models" in advisory.message


def test_rules_without_a_subject_say_so(pack: analyzer_pb2_grpc.AnalyzerStub) -> None:
    answer = pack.AnalyzeStack(analyzer_pb2.AnalyzeStackRequest(resources=[]))
    assert {one.policy_name for one in answer.not_applicable} == {rule.name for rule in RULES if rule.scope == "stack"}


def test_an_exempted_violation_is_an_advisory_with_its_owner(pack: analyzer_pb2_grpc.AnalyzerStub) -> None:
    found = analyze(pack, ROLE, "trusted", assumeRolePolicy=OPEN_TRUST, permissionsBoundary="arn")
    assert list(found) == ["exempted"]
    assert found["exempted"].enforcementLevel == analyzer_pb2.ADVISORY
    assert "IAM-04 is exempted until" in found["exempted"].message
    assert "ada@example.com: The service sends no source before March" in found["exempted"].message
    assert list(analyze(pack, ROLE, "another", assumeRolePolicy=OPEN_TRUST, permissionsBoundary="arn")) == [
        "iam-service-trust-source"
    ]


def test_an_expired_exemption_stops_the_update_and_names_its_owner(pack: analyzer_pb2_grpc.AnalyzerStub) -> None:
    found = analyze(
        pack, ROLE, "trusted", assumeRolePolicy=OPEN_TRUST, permissionsBoundary="arn", maxSessionDuration=43200
    )
    assert sorted(found) == ["exempted", "iam-session-duration"]
    output = [
        one.message for one in diagnosed(pack, ROLE, "trusted", maxSessionDuration=43200, assumeRolePolicy=OPEN_TRUST)
    ]
    assert any("grace@example.com answers for expired on 2024-02-29" in message for message in output)


def test_a_violation_that_a_stack_shows_is_exempted_too(pack: analyzer_pb2_grpc.AnalyzerStub) -> None:
    resources = [planned(BUCKET, "scratch", bucket="mlops-scratch"), planned(BUCKET, "data", bucket="mlops-data")]
    answers = pack.AnalyzeStack(analyzer_pb2.AnalyzeStackRequest(resources=resources)).diagnostics
    assert [one.urn for one in answers if one.policyName == "s3-versioning"] == [urn(BUCKET, "data")]
    (shown,) = [one for one in answers if one.policyName == "exempted-in-stack"]
    assert (shown.urn, shown.enforcementLevel) == (urn(BUCKET, "scratch"), analyzer_pb2.ADVISORY)


def test_a_wrong_file_of_exemptions_ends_the_pack_with_a_sentence(tmp_path: Path) -> None:
    with started(beside(tmp_path, "exemptions: [{rule: S3-3}]")) as process:
        output = process.communicate(timeout=60)[1].decode()
    assert process.returncode == 1
    assert "error: policy-exemptions.yaml: exemptions[0].rule is 'S3-3'" in output
    assert "Traceback" not in output
