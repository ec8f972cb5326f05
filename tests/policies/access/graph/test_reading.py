"""What was built, read back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from policies.access.graph import BadExport, PolicyGraph, read_graph
from policies.access.graph.purposes import purpose, role_kind

URN = "urn:pulumi:dev::mlops-platform::aws:iam/role:Role::it"


def exported(*resources: dict[str, Any]) -> str:
    """The text of `pulumi stack export`."""
    return json.dumps({"version": 3, "deployment": {"resources": list(resources)}})


def role(**changes: Any) -> dict[str, Any]:
    """A role as an export holds it."""
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    outputs = {"arn": "arn:aws:iam::111111111111:role/it", "name": "it", "path": "/", "assumeRolePolicy": trust}
    return {"urn": URN, "type": "aws:iam/role:Role", "id": "it", "inputs": {**outputs, **changes}, "outputs": outputs}


def test_every_role_has_its_trust_its_policy_and_its_boundary(graph: PolicyGraph) -> None:
    ours = [r for r in graph.roles.values() if role_kind(r) != "deployer"]
    assert len(ours) >= 40
    assert all(r.trust and r.identity and r.boundary for r in ours)


def test_buckets_and_keys_are_known_by_their_purpose(graph: PolicyGraph) -> None:
    models = graph.named("key", "/models")
    (bucket,) = [b for b in graph.kind("bucket") if purpose(b) == "models"]
    assert (bucket.key_arn, purpose(models)) == (models.arn, "models")


def test_an_objects_bucket_and_a_packages_group_are_found_by_their_arn(graph: PolicyGraph) -> None:
    bucket, group = graph.kind("bucket")[0], graph.kind("group")[0]
    assert graph.policy_resource_of(f"{bucket.arn}/any/key") == bucket
    assert graph.policy_resource_of(group.arn.replace("model-package-group/", "model-package/") + "/7") == group


def test_a_question_carries_every_policy_around_it(graph: PolicyGraph) -> None:
    model = next(r for r in graph.roles.values() if role_kind(r) == "model")
    bucket = next(b for b in graph.kind("bucket") if purpose(b) == "models")
    gate = graph.endpoint(model.account, "s3")
    assert gate is not None
    asked = graph.authorization_request(model.arn, "s3:GetObject", f"{bucket.arn}/x", endpoint=gate.id)
    assert (asked.account, asked.owner) == (model.account, bucket.account)
    assert asked.resource_policy == bucket.policy
    assert (asked.endpoint_policy, asked.boundary) == (gate.policy, model.boundary)
    assert asked.context["aws:SourceVpce"] == gate.id
    assert asked.context["aws:PrincipalTag/project"] == model.tags["project"]


def resource(type_: str, called: str, **inputs: Any) -> dict[str, Any]:
    """Something that a stack made, in an export."""
    urn = f"urn:pulumi:dev::mlops-platform::{type_}::{called}"
    return {"urn": urn, "type": type_, "id": called, "inputs": inputs, "outputs": inputs}


def test_what_was_brought_is_known_by_the_policy_it_was_given_and_by_what_the_stack_says(tmp_path: Path) -> None:
    said = {"modelsBucket": "acme-models", "modelsKeyArn": "arn:aws:kms:eu-west-1:111111111111:key/one"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": []})
    file = tmp_path / "dev.json"
    file.write_text(
        exported(
            resource("pulumi:pulumi:Stack", "mlops-platform-dev", **said, s3EndpointId="vpce-1", vpcId="vpc-1"),
            resource("aws:sns/topic:Topic", "alarms", arn="arn:aws:sns:eu-west-1:111111111111:alarms"),
            resource("aws:s3/bucketPolicy:BucketPolicy", "models-policy", bucket="acme-models", policy=policy),
            resource("aws:kms/keyPolicy:KeyPolicy", "models-key-policy", keyId="one", policy=policy),
            resource("aws:kms/alias:Alias", "models-key-alias", targetKeyId="one", name="alias/mlops/dev/models"),
        )
    )
    graph = read_graph(file)
    (bucket,), (key,) = graph.kind("bucket"), graph.kind("key")
    assert (bucket.arn, purpose(bucket), bucket.key_arn) == ("arn:aws:s3:::acme-models", "models", key.arn)
    assert (key.arn, purpose(key)) == (said["modelsKeyArn"], "models")
    assert bucket.policy == key.policy == json.loads(policy)
    gate = graph.endpoint("111111111111", "s3")
    assert gate is not None
    assert (gate.id, gate.brought, gate.vpc) == ("vpce-1", True, "vpc-1")


def test_accounts_that_policies_name_are_foreign_unless_they_are_the_platform_s(tmp_path: Path) -> None:
    key = "arn:aws:kms:eu-west-1:111111111111:key/1f2e3d4c-aaaa-bbbb-cccc-146593172074"
    named = {"AWS": ["arn:aws:iam::444444444444:root", "555555555555", "arn:aws:iam::111111111111:root"]}
    statement = {"Effect": "Allow", "Principal": named, "Action": "sns:Publish", "Resource": key}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    file = tmp_path / "dev.json"
    file.write_text(exported(role(assumeRolePolicy=trust)))
    assert read_graph(file).foreign == ("999999999999", "444444444444", "555555555555")


def test_an_export_of_another_program_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "export.json"
    file.write_text(exported(role() | {"urn": URN.replace("mlops-platform", "shop")}))
    with pytest.raises(BadExport, match=r"shop.*mlops-platform|mlops-platform.*shop"):
        read_graph(file)


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "not JSON"), ("[]", "holds no resources"), ('{"deployment": {}}', "holds no resources")],
)
def test_a_file_without_resources_is_refused(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "export.json"
    file.write_text(text)
    with pytest.raises(BadExport, match=message):
        read_graph(file)


@pytest.mark.parametrize(
    ("policy", "message"),
    [("{not json", "dev: role it, trust is not JSON"), ("[1]", "dev: role it, trust is not a policy document")],
)
def test_a_policy_that_is_none_is_told_by_role_and_stack(tmp_path: Path, policy: str, message: str) -> None:
    file = tmp_path / "export.json"
    file.write_text(exported(role(assumeRolePolicy=policy)))
    with pytest.raises(BadExport, match=message):
        read_graph(file)


def test_a_policy_that_no_export_holds_asks_for_the_missing_stack(tmp_path: Path) -> None:
    file = tmp_path / "export.json"
    file.write_text(exported(role(managedPolicyArns=["arn:aws:iam::111111111111:policy/elsewhere"])))
    with pytest.raises(BadExport, match="policy/elsewhere attached, which no stack here made: give its stack too"):
        read_graph(file)
