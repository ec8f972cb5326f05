"""The pack as the Pulumi CLI meets it: a process of its own that speaks gRPC."""

from __future__ import annotations

import os
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
    "PULUMI_PROJECT": "mlops",
    "PULUMI_STACK": "dev",
    "PULUMI_DRY_RUN": "true",
}
ROLE = "aws:iam/role:Role"
BUCKET = "aws:s3/bucket:Bucket"
OPEN_TRUST = document(allow(Principal={"Service": "glue.amazonaws.com"}, Action="sts:AssumeRole"))


@pytest.fixture(scope="module")
def pack() -> Iterator[analyzer_pb2_grpc.AnalyzerStub]:
    """Started as pulumi-language-python does: in the pack's folder, which is also the last argument."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"} | STACK
    command = [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(PACK)]
    with subprocess.Popen(command, cwd=PACK, env=environment, stdout=subprocess.PIPE) as process:
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
    return f"urn:pulumi:dev::mlops::{token}::{name}"


def analyze(pack: analyzer_pb2_grpc.AnalyzerStub, token: str, **props: Any) -> dict[str, Any]:
    """Answers by policy."""
    request = analyzer_pb2.AnalyzeRequest(type=token, urn=urn(token, "one"), name="one", properties=struct(**props))
    return {one.policyName: one for one in pack.Analyze(request).diagnostics}


def planned(token: str, name: str, depends: str = "", **props: Any) -> analyzer_pb2.AnalyzerResource:
    found = analyzer_pb2.AnalyzerResource(type=token, urn=urn(token, name), name=name, properties=struct(**props))
    if depends:
        found.propertyDependencies["bucket"].urns.append(urn(BUCKET, depends))
    return found


def test_the_pack_serves_every_rule_as_mandatory(pack: analyzer_pb2_grpc.AnalyzerStub) -> None:
    info = pack.GetAnalyzerInfo(empty_pb2.Empty())
    assert info.name == "mlops-platform"
    assert sorted(policy.name for policy in info.policies) == sorted(rule.name for rule in RULES)
    assert {policy.enforcementLevel for policy in info.policies} == {analyzer_pb2.MANDATORY}


def test_a_violation_stops_the_update_and_says_what_to_do(pack: analyzer_pb2_grpc.AnalyzerStub) -> None:
    found = analyze(pack, ROLE, assumeRolePolicy=OPEN_TRUST)
    assert list(found) == ["iam-service-trust-source"]
    answer = found["iam-service-trust-source"]
    assert answer.enforcementLevel == analyzer_pb2.MANDATORY
    assert "Given lets glue.amazonaws.com act for any AWS account's resources" in answer.message
    assert "Hold aws:SourceAccount" in answer.message


def test_an_unknown_document_is_an_advisory_in_a_preview(pack: analyzer_pb2_grpc.AnalyzerStub) -> None:
    found = analyze(pack, ROLE, assumeRolePolicy=UNKNOWN_STRING_VALUE)
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
