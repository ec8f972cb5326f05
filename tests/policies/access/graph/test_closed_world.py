"""What nobody has looked at is refused: types, and properties that look like grants."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from policies.access.graph.closed_world import unread_properties
from policies.access.graph.closed_world_types import NO_ACCESS, NO_GRANT, READ
from policies.pack.captured import read
from tests.policies.pack.captured_files import record, written

ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}


def unread(tmp_path: Path, *records: dict[str, Any]) -> list[tuple[str, str]]:
    """Type and path of whatever is not read."""
    stacks = read(Path(written(tmp_path / "resources.json", list(records))))
    return [(found.type, found.path) for found in unread_properties(stacks)]


def test_the_example_platform_holds_nothing_that_is_not_read(resources: Path) -> None:
    assert [str(found) for found in unread_properties(read(resources))] == []


@pytest.mark.parametrize(
    "token",
    [
        "aws-native:s3:Bucket",
        "aws:cloudwatch/eventApiDestination:EventApiDestination",
        "aws:ec2transitgateway/transitGateway:TransitGateway",
        "aws:efs/fileSystemPolicy:FileSystemPolicy",
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        "aws:lambda/functionUrl:FunctionUrl",
        "aws:lambda/layerVersionPermission:LayerVersionPermission",
        "aws:s3control/objectLambdaAccessPointPolicy:ObjectLambdaAccessPointPolicy",
        "aws:sagemaker/space:Space",
        "random:index/randomString:RandomString",
    ],
)
def test_a_type_that_nobody_has_looked_at_is_named(tmp_path: Path, token: str) -> None:
    assert unread(tmp_path, record(token, "planted")) == [(token, "")]


@pytest.mark.parametrize(
    ("token", "path", "inputs"),
    [
        ("aws:s3/bucket:Bucket", "acl", {"acl": "public-read"}),
        ("aws:s3/bucket:Bucket", "grants[].permissions[]", {"grants": [{"permissions": ["READ"], "uri": "all"}]}),
        ("aws:s3/bucketObjectv2:BucketObjectv2", "acl", {"acl": "public-read"}),
        ("aws:ssm/parameter:Parameter", "value", {"value": json.dumps(ALLOW)}),
        ("aws:ssm/parameter:Parameter", "whatever", {"whatever": ALLOW}),
        ("aws:cloudwatch/logGroup:LogGroup", "dataProtectionPolicy", {"dataProtectionPolicy": "{}"}),
        ("aws:sns/topic:Topic", "trustedSenders", {"trustedSenders": "999999999999"}),
        ("aws:ec2/vpcEndpoint:VpcEndpoint", "allowedPrincipals[]", {"allowedPrincipals": ["*"]}),
        ("aws:s3/bucketObjectv2:BucketObjectv2", "sharedWith.principalId", {"sharedWith": {"principalId": "one"}}),
    ],
)
def test_a_property_that_looks_like_a_grant_and_that_nobody_reads_is_named(
    tmp_path: Path, token: str, path: str, inputs: dict[str, Any]
) -> None:
    assert unread(tmp_path, record(token, "planted", **inputs)) == [(token, path)]


@pytest.mark.parametrize("place", ["inputs", "outputs"])
def test_what_stands_in_outputs_alone_is_looked_at_too(tmp_path: Path, place: str) -> None:
    planted = record("aws:s3/bucket:Bucket", "planted")
    planted[place] = {**planted[place], "acl": "public-read"}
    assert unread(tmp_path, planted) == [("aws:s3/bucket:Bucket", "acl")]


@pytest.mark.parametrize("nothing", [None, "", False, [], {}])
def test_an_empty_value_gives_nobody_anything(tmp_path: Path, nothing: object) -> None:
    assert unread(tmp_path, record("aws:s3/bucket:Bucket", "planted", acl=nothing, grants=nothing)) == []


def test_components_and_tags_give_nobody_anything(tmp_path: Path) -> None:
    component = {**record("team:data:Lake", "lake", policy=json.dumps(ALLOW)), "custom": False}
    tagged = record("aws:s3/bucket:Bucket", "tagged", tags={"principal": "somebody"})
    assert unread(tmp_path, component, tagged) == []


def test_each_type_is_read_or_gives_no_access_for_a_reason() -> None:
    assert not READ.keys() & NO_ACCESS.keys()
    assert NO_GRANT.keys() <= READ.keys() | NO_ACCESS.keys()
    reasons = [*NO_ACCESS.values(), *(why for paths in NO_GRANT.values() for why in paths.values())]
    assert all(reasons)


@pytest.mark.parametrize(
    ("token", "path", "given", "found"),
    [
        ("aws:s3/bucketPolicy:BucketPolicy", "policy", json.dumps({"Statement": []}), json.dumps(ALLOW)),
        ("aws:s3/bucketPolicy:BucketPolicy", "bucket", "one", "another"),
        ("aws:iam/role:Role", "assumeRolePolicy", json.dumps({"Statement": []}), json.dumps(ALLOW)),
        ("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "policyArn", "arn:one", "arn:another"),
        ("aws:lambda/permission:Permission", "principal", "s3.amazonaws.com", "*"),
    ],
)
def test_a_grant_that_aws_has_otherwise_than_the_program_gave_it_is_named(
    tmp_path: Path, token: str, path: str, given: str, found: str
) -> None:
    planted = record(token, "planted", **{path: given})
    planted["outputs"][path] = found
    assert unread(tmp_path, planted) == [(token, path)]


def test_a_policy_that_aws_writes_in_another_way_is_the_same(tmp_path: Path) -> None:
    one = {"Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": ["*"]}
    other = {"Resource": "*", "Action": ["s3:ListBucket", "s3:GetObject"], "Principal": "*", "Effect": "Allow"}
    planted = record("aws:s3/bucketPolicy:BucketPolicy", "planted", policy=json.dumps({"Statement": [one]}))
    planted["outputs"]["policy"] = json.dumps({"Statement": other}, indent=2)
    assert unread(tmp_path, planted) == []
