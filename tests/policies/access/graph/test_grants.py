"""Whatever opens a resource besides its policy is read with it: grants, lists, access points, account-wide policies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from policies.access.graph import BadExport, IamUser, PolicyGraph
from policies.access.proofs import configuration, perimeter
from policies.access.proofs.theorem import ProofOutcome
from tests.policies.access.graph.records import Record, graph_with, of, planted

FOREIGN = "999999999999"
ROLE, BUCKET, KEY = "aws:iam/role:Role", "aws:s3/bucket:Bucket", "aws:kms/key:Key"
REGION = "arn:aws:{}:eu-west-1:111111111111:{}"
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}


@pytest.fixture
def records(resources: Path) -> list[Record]:
    """The example platform, to be changed."""
    found: list[Record] = json.loads(resources.read_text())
    return found


def allow(principal: Any, action: str, resource: Any = "*") -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource}
    return {"Version": "2012-10-17", "Statement": [statement]}


def grantee(permission: str, **whom: str) -> dict[str, Any]:
    return {"accessControlPolicy": {"owner": {"id": "own"}, "grants": [{"grantee": whom, "permission": permission}]}}


def titles(outcome: ProofOutcome) -> list[str]:
    return [finding.title for finding in outcome.findings]


def strangers(graph: PolicyGraph) -> list[str]:
    return titles(perimeter.foreign_callers(graph))


def test_nobody_is_a_stranger_to_the_example(tmp_path: Path, records: list[Record]) -> None:
    assert strangers(graph_with(tmp_path, records)) == []


def test_a_grant_to_another_account_s_principal_is_refused(tmp_path: Path, records: list[Record]) -> None:
    key, inputs = of(records, KEY, "dev"), {"granteePrincipal": f"arn:aws:iam::{FOREIGN}:role/x"}
    with pytest.raises(BadExport, match="of another account"):
        graph_with(tmp_path, records, planted("dev", "aws:kms/grant:Grant", keyId=key["id"], **inputs))


@pytest.mark.parametrize("by", ["id", "arn", "alias"])
def test_a_grant_is_a_statement_of_the_key_s_policy(tmp_path: Path, records: list[Record], by: str) -> None:
    key = of(records, KEY, "dev")
    alias = of(records, "aws:kms/alias:Alias", "dev", lambda one: one["inputs"]["targetKeyId"] == key["id"])
    name = {"id": key["id"], "arn": key["outputs"]["arn"], "alias": alias["inputs"]["name"]}[by]
    role = of(records, ROLE, "dev")["outputs"]["arn"]
    constraints = [{"encryptionContextEquals": {"project": "x"}}]
    inputs = {"granteePrincipal": role, "operations": ["Decrypt"], "constraints": constraints}
    more = planted("project-diabetes", "aws:kms/grant:Grant", keyId=name, **inputs)
    policy = graph_with(tmp_path, records, more).policy_resources[key["outputs"]["arn"]].policy or {}
    assert policy["Statement"][-1] == {
        "Sid": "Grant planted",
        "Effect": "Allow",
        "Principal": {"AWS": role},
        "Action": ["kms:Decrypt"],
        "Resource": "*",
        "Condition": {"StringEquals": {"kms:EncryptionContext:project": "x"}},
    }


def test_a_key_without_a_policy_is_its_account_s(tmp_path: Path, records: list[Record]) -> None:
    key = of(records, KEY, "dev")
    for part in ("inputs", "outputs"):
        del key[part]["policy"]
    policy = graph_with(tmp_path, records).policy_resources[key["outputs"]["arn"]].policy or {}
    assert policy["Statement"][0]["Principal"] == {"AWS": "arn:aws:iam::111111111111:root"}


@pytest.mark.parametrize(
    "inputs",
    [
        {"acl": "public-read"},
        {"acl": "authenticated-read"},
        grantee("READ", type="Group", uri="http://acs.amazonaws.com/groups/new"),
        grantee("FULL_CONTROL", type="CanonicalUser", id="other"),
    ],
)
def test_an_access_control_list_that_opens_a_bucket_is_found(
    tmp_path: Path, records: list[Record], inputs: dict[str, Any]
) -> None:
    bucket = of(records, BUCKET, "foundation")["outputs"]["bucket"]
    more = planted("foundation", "aws:s3/bucketAcl:BucketAcl", bucket=bucket, **inputs)
    assert strangers(graph_with(tmp_path, records, more))


def test_a_list_for_the_owner_alone_opens_nothing(tmp_path: Path, records: list[Record]) -> None:
    bucket, inputs = of(records, BUCKET, "foundation")["outputs"]["bucket"], grantee("FULL_CONTROL", id="own")
    more = planted("foundation", "aws:s3/bucketAcl:BucketAcl", bucket=bucket, **inputs)
    assert strangers(graph_with(tmp_path, records, more)) == []


@pytest.mark.parametrize("apart", [False, True])
def test_what_an_access_point_allows_its_bucket_allows(tmp_path: Path, records: list[Record], apart: bool) -> None:
    bucket, point = of(records, BUCKET, "foundation")["outputs"], REGION.format("s3", "accesspoint/planted")
    policy = json.dumps(allow({"AWS": FOREIGN}, "s3:GetObject", f"{point}/object/a/*"))
    inline = {} if apart else {"policy": policy}
    more = [planted("foundation", "aws:s3/accessPoint:AccessPoint", bucket=bucket["bucket"], arn=point, **inline)]
    if apart:
        token = "aws:s3control/accessPointPolicy:AccessPointPolicy"
        more.append(planted("foundation", token, accessPointArn=point, policy=policy))
    graph = graph_with(tmp_path, records, *more)
    last = (graph.policy_resources[bucket["arn"]].policy or {})["Statement"][-1]
    assert last["Resource"] == [f"{bucket['arn']}/a/*"]
    assert strangers(graph)


@pytest.mark.parametrize(
    ("token", "inputs"),
    [
        ("aws:ecr/registryPolicy:RegistryPolicy", {"policy": allow({"AWS": FOREIGN}, "ecr:ReplicateImage")}),
        (
            "aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
            {"policyDocument": json.dumps(allow({"AWS": FOREIGN}, "logs:PutSubscriptionFilter")), "policyName": "x"},
        ),
        ("aws:cloudwatch/eventPermission:EventPermission", {"principal": FOREIGN, "statementId": "x"}),
        ("aws:cloudwatch/eventPermission:EventPermission", {"principal": "*", "eventBusName": "default"}),
        (
            "aws:cloudwatch/eventBusPolicy:EventBusPolicy",
            {"eventBusName": "default", "policy": allow({"AWS": FOREIGN}, "events:PutEvents")},
        ),
    ],
)
def test_what_opens_an_account_as_a_whole_is_found(
    tmp_path: Path, records: list[Record], token: str, inputs: dict[str, Any]
) -> None:
    assert strangers(graph_with(tmp_path, records, planted("dev", token, **inputs)))


def test_a_log_destination_that_others_write_to_is_found(tmp_path: Path, records: list[Record]) -> None:
    destination = REGION.format("logs", "destination:planted")
    policy = allow({"AWS": FOREIGN}, "logs:PutSubscriptionFilter", destination)
    more = [
        planted("dev", "aws:cloudwatch/logDestination:LogDestination", arn=destination, name="d"),
        planted(
            "dev", "aws:cloudwatch/logDestinationPolicy:LogDestinationPolicy", destinationName="d", accessPolicy=policy
        ),
    ]
    assert strangers(graph_with(tmp_path, records, *more))


def test_a_policy_attached_to_several_is_each_one_s(tmp_path: Path, records: list[Record]) -> None:
    role, arn = of(records, ROLE, "dev")["outputs"], "arn:aws:iam::111111111111:policy/planted"
    more = [
        planted("dev", "aws:iam/policy:Policy", arn=arn, name="planted", policy=EVERYTHING),
        planted("project-diabetes", "aws:iam/policyAttachment:PolicyAttachment", policyArn=arn, roles=[role["name"]]),
    ]
    assert EVERYTHING in graph_with(tmp_path, records, *more).roles[role["arn"]].managed


def test_a_policy_attached_to_somebody_unknown_is_refused(tmp_path: Path, records: list[Record]) -> None:
    inputs = {"policyArn": "arn:aws:iam::111111111111:policy/x", "users": ["eve"]}
    with pytest.raises(BadExport, match="is for user eve, which no stack here made"):
        graph_with(tmp_path, records, planted("dev", "aws:iam/policyAttachment:PolicyAttachment", **inputs))


@pytest.mark.parametrize("by", ["groupMembership:GroupMembership", "userGroupMembership:UserGroupMembership"])
def test_a_user_has_its_groups_policies_and_is_found(tmp_path: Path, records: list[Record], by: str) -> None:
    members = {"group": "g", "users": ["eve"]} if by.startswith("group") else {"user": "eve", "groups": ["g"]}
    arn = "arn:aws:iam::111111111111:user/eve"
    more = [
        planted("dev", "aws:iam/user:User", name="eve", arn=arn),
        planted("dev", "aws:iam/group:Group", name="g", arn="arn:aws:iam::111111111111:group/g"),
        planted("foundation", "aws:iam/groupPolicy:GroupPolicy", group="g", policy=EVERYTHING),
        planted("dev", f"aws:iam/{by}", **members),
    ]
    graph = graph_with(tmp_path, records, *more)
    user = graph.roles[arn]
    assert isinstance(user, IamUser)
    assert (user.inline, user.groups) == ((EVERYTHING,), ("g",))
    assert titles(configuration.no_users(graph)) == [
        f"{arn} is a user that dev declares: let a role be assumed instead"
    ]


def test_a_role_declared_twice_is_refused(tmp_path: Path, records: list[Record]) -> None:
    role = of(records, ROLE, "dev")
    twin = {**role, "stack": "project-diabetes", "urn": role["urn"].replace(":dev::", ":project-diabetes::")}
    with pytest.raises(BadExport, match="is declared twice"):
        graph_with(tmp_path, records, twin)
