"""What was built, read back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from catalog.roles import RoleKind
from policies.access.graph import BadExport, PolicyGraph, read_graph
from policies.access.graph.labels import PROJECT, USER, label
from policies.access.graph.purposes import resources_with_purpose, roles_of_kind

URN = "urn:pulumi:dev::mlops-platform::aws:iam/role:Role::auditor"


def exported(*resources: dict[str, Any]) -> str:
    """The text of `pulumi stack export`."""
    return json.dumps({"version": 3, "deployment": {"resources": list(resources)}})


def role(**changes: Any) -> dict[str, Any]:
    """A role as an export holds it."""
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    outputs = {
        "arn": "arn:aws:iam::111111111111:role/mlops/people/auditor",
        "name": "auditor",
        "path": "/mlops/people/",
        "assumeRolePolicy": trust,
        "tags": {"purpose": "auditor"},
    }
    return {
        "urn": URN,
        "type": "aws:iam/role:Role",
        "id": "auditor",
        "inputs": {**outputs, **changes},
        "outputs": outputs,
    }


def test_every_role_has_its_trust_its_policy_and_its_boundary(graph: PolicyGraph) -> None:
    bounded = [r for r in graph.roles.values() if r.kind is not RoleKind.DEPLOYER]
    assert len(bounded) >= 40
    assert all(r.trust and r.identity and r.boundary for r in bounded)


def test_buckets_and_keys_are_known_by_their_purpose(graph: PolicyGraph) -> None:
    models = graph.named("key", "/models")
    (bucket,) = resources_with_purpose(graph, "bucket", "models")
    assert (bucket.key_arn, models.purpose) == (models.arn, "models")


def test_an_objects_bucket_and_a_packages_group_are_found_by_their_arn(graph: PolicyGraph) -> None:
    bucket, group = graph.resources("bucket")[0], graph.resources("group")[0]
    assert graph.policy_resource_of(f"{bucket.arn}/any/key") == bucket
    assert graph.policy_resource_of(group.arn.replace("model-package-group/", "model-package/") + "/7") == group


def test_a_question_carries_every_policy_around_it(graph: PolicyGraph) -> None:
    model, *_ = roles_of_kind(graph, RoleKind.MODEL)
    (bucket,) = resources_with_purpose(graph, "bucket", "models")
    vpc_endpoint = graph.endpoint(model.account, "s3")
    assert vpc_endpoint is not None
    request = graph.authorization_request(model.arn, "s3:GetObject", f"{bucket.arn}/x", endpoint=vpc_endpoint.id)
    assert (request.account, request.owner) == (model.account, bucket.account)
    assert request.resource_policy == bucket.policy
    assert (request.endpoint_policy, request.boundary) == (vpc_endpoint.policy, model.boundary)
    assert request.context["aws:SourceVpce"] == vpc_endpoint.id
    assert request.context["aws:PrincipalTag/project"] == model.project


def resource(type_: str, called: str, **inputs: Any) -> dict[str, Any]:
    """Something that a stack made, in an export."""
    urn = f"urn:pulumi:dev::mlops-platform::{type_}::{called}"
    return {"urn": urn, "type": type_, "id": called, "inputs": inputs, "outputs": inputs}


def test_what_existed_is_known_by_the_policy_it_was_given_and_by_the_stacks_outputs(tmp_path: Path) -> None:
    outputs = {"modelsBucket": "acme-models", "modelsKeyArn": "arn:aws:kms:eu-west-1:111111111111:key/one"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": []})
    file = tmp_path / "dev.json"
    file.write_text(
        exported(
            resource("pulumi:pulumi:Stack", "mlops-platform-dev", **outputs, s3EndpointId="vpce-1", vpcId="vpc-1"),
            resource("aws:sns/topic:Topic", "alarms", arn="arn:aws:sns:eu-west-1:111111111111:alarms"),
            resource("aws:s3/bucketPolicy:BucketPolicy", "models-policy", bucket="acme-models", policy=policy),
            resource("aws:kms/keyPolicy:KeyPolicy", "models-key-policy", keyId="one", policy=policy),
            resource("aws:kms/alias:Alias", "models-key-alias", targetKeyId="one", name="alias/mlops/dev/models"),
        )
    )
    graph = read_graph(file)
    (bucket,), (key,) = graph.resources("bucket"), graph.resources("key")
    assert (bucket.arn, bucket.purpose, bucket.key_arn) == ("arn:aws:s3:::acme-models", "models", key.arn)
    assert (key.arn, key.purpose) == (outputs["modelsKeyArn"], "models")
    assert bucket.policy == key.policy == json.loads(policy)
    vpc_endpoint = graph.endpoint("111111111111", "s3")
    assert vpc_endpoint is not None
    assert (vpc_endpoint.id, vpc_endpoint.existing, vpc_endpoint.vpc) == ("vpce-1", True, "vpc-1")


def test_accounts_that_policies_name_are_foreign_unless_they_are_the_platform_s(tmp_path: Path) -> None:
    key = "arn:aws:kms:eu-west-1:111111111111:key/1f2e3d4c-aaaa-bbbb-cccc-146593172074"
    named = {"AWS": ["arn:aws:iam::444444444444:root", "555555555555", "arn:aws:iam::111111111111:root"]}
    statement = {"Effect": "Allow", "Principal": named, "Action": "sns:Publish", "Resource": key}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    file = tmp_path / "dev.json"
    file.write_text(exported(role(assumeRolePolicy=trust)))
    assert read_graph(file).foreign_accounts == ("999999999999", "444444444444", "555555555555")


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
    [
        ("{not json", "dev: role auditor, trust is not JSON"),
        ("[1]", "dev: role auditor, trust is not a policy document"),
    ],
)
def test_a_policy_that_is_none_is_reported_by_role_and_stack(tmp_path: Path, policy: str, message: str) -> None:
    file = tmp_path / "export.json"
    file.write_text(exported(role(assumeRolePolicy=policy)))
    with pytest.raises(BadExport, match=message):
        read_graph(file)


def test_a_policy_that_no_export_holds_asks_for_the_missing_stack(tmp_path: Path) -> None:
    file = tmp_path / "export.json"
    file.write_text(exported(role(managedPolicyArns=["arn:aws:iam::111111111111:policy/elsewhere"])))
    with pytest.raises(BadExport, match="policy/elsewhere attached, which no stack here made: give its stack too"):
        read_graph(file)


def test_an_export_of_a_broken_update_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "export.json"
    content = json.loads(exported(role()))
    content["deployment"]["pending_operations"] = [{"resource": role(), "type": "updating"}]
    file.write_text(json.dumps(content))
    with pytest.raises(BadExport, match="updating of it never ended: bring the stack up, and write the file again"):
        read_graph(file)


def test_a_policy_of_aws_own_is_read_where_it_is_attached(tmp_path: Path) -> None:
    file = tmp_path / "export.json"
    file.write_text(exported(role(managedPolicyArns=["arn:aws:iam::aws:policy/AdministratorAccess"])))
    (auditor,) = read_graph(file).roles.values()
    assert [statement["Action"] for policy in auditor.managed for statement in policy["Statement"]] == ["*"]


@pytest.mark.parametrize("name", ["NoSuchPolicy", "job-function/AdministratorAccess"])
def test_a_policy_of_aws_own_that_is_not_known_is_refused_by_name(tmp_path: Path, name: str) -> None:
    file = tmp_path / "export.json"
    file.write_text(exported(role(managedPolicyArns=[f"arn:aws:iam::aws:policy/{name}"])))
    with pytest.raises(BadExport, match=f"policy/{name} attached, which moto does not carry: upgrade it"):
        read_graph(file)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tags": {}}, "has no tag purpose"),
        ({"tags": {"purpose": "auditors"}}, "has the tag purpose 'auditors', which is no kind in catalog/roles.py"),
        ({"tags": {"purpose": "training"}}, "has the tag purpose 'training' and no tag project"),
        ({"path": "/mlops/platform/"}, "and the path /mlops/platform/: roles of that kind have the path /*/people/"),
        ({"path": "/"}, "and the path /: roles of that kind have the path /*/people/"),
        (
            {"tags": {"purpose": "training", "project": "alpha"}, "path": "/mlops/projects/beta/"},
            "and the path /mlops/projects/beta/: roles of that kind have the path /*/projects/alpha/",
        ),
        (
            {"tagsAll": {"platform": "acme"}},
            "and the path /mlops/people/: roles of that kind have the path /acme/people/",
        ),
    ],
)
def test_a_role_whose_kind_cannot_be_told_is_refused_by_its_arn(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    file = tmp_path / "export.json"
    file.write_text(exported(role(**changes)))
    with pytest.raises(BadExport) as refused:
        read_graph(file)
    assert str(refused.value).startswith("dev: role arn:aws:iam::111111111111:role/mlops/people/auditor ")
    assert message in str(refused.value)


def test_every_role_whose_kind_cannot_be_told_is_named(tmp_path: Path) -> None:
    other = role(tags={}, arn="arn:aws:iam::111111111111:role/mlops/people/other") | {"urn": f"{URN}-other"}
    file = tmp_path / "export.json"
    file.write_text(exported(role(tags={}), other))
    with pytest.raises(BadExport) as refused:
        read_graph(file)
    assert [line.split(" ")[2].rpartition("/")[2] for line in str(refused.value).splitlines()] == ["auditor", "other"]


def test_a_bucket_without_a_purpose_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "export.json"
    file.write_text(exported(resource("aws:s3/bucket:Bucket", "data-bucket", arn="arn:aws:s3:::data", bucket="data")))
    with pytest.raises(BadExport, match="dev: bucket data-bucket has no tag purpose"):
        read_graph(file)


def test_roles_are_called_as_the_catalogue_says(graph: PolicyGraph) -> None:
    values = {role.arn: (label(graph, role), role.project or "", role.user or "") for role in graph.roles.values()}
    named = {arn: text.replace(PROJECT, project).replace(USER, user) for arn, (text, project, user) in values.items()}
    assert named == {role.arn: role.name for role in graph.roles.values()}
