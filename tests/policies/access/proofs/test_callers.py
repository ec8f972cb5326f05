"""Everybody is a caller: whoever a policy lets in is found, of whatever kind, and a theorem that asks nobody fails."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from catalog.roles import RoleKind
from policies.access.encoding import CallerType
from policies.access.graph import PolicyGraph, PolicyResource
from policies.access.graph.purposes import resources_with_purpose, roles_of_kind
from policies.access.proofs.all import THEOREMS
from policies.access.proofs.boundaries import endpoints
from policies.access.proofs.callers import EVERY_KIND, OTHER_ACCOUNT, account_patterns, everybody, unknown_principals
from policies.access.proofs.declared import declared
from policies.access.proofs.encryption import encrypted
from policies.access.proofs.entries import entered_as_listed
from policies.access.proofs.grants import listed_grants
from policies.access.proofs.models import readers
from policies.access.proofs.perimeter import objects
from policies.access.proofs.theorem import ProofOutcome, Theorem, prove

HOME = "111111111111"
SESSION = f"arn:aws:sts::{HOME}:assumed-role/mlops-dev-approver/eve"
USER, ROOT = f"arn:aws:iam::{HOME}:user/eve", f"arn:aws:iam::{HOME}:root"
FEDERATED = f"arn:aws:sts::{HOME}:federated-user/eve"
FROM_HOME = {"StringEquals": {"aws:SourceAccount": HOME}}


def allowing(policy: Any, **elements: Any) -> dict[str, Any]:
    """The policy with an Allow more."""
    return {**policy, "Statement": [*policy["Statement"], {"Effect": "Allow", **elements}]}


def models(graph: PolicyGraph) -> tuple[PolicyResource, PolicyResource]:
    """The models bucket and its key."""
    (bucket,) = resources_with_purpose(graph, "bucket", "models")
    return bucket, graph.policy_resources[str(bucket.key_arn)]


def with_resource(graph: PolicyGraph, changed: PolicyResource) -> PolicyGraph:
    """The graph with another version of a resource."""
    return replace(graph, policy_resources={**graph.policy_resources, changed.arn: changed})


def titles(outcome: ProofOutcome) -> str:
    """All titles of findings."""
    return "\n".join(finding.title for finding in outcome.findings)


def test_every_kind_of_caller_is_asked(graph: PolicyGraph) -> None:
    trust = allowing(
        {"Statement": []},
        Principal={"AWS": SESSION, "Service": "ec2.amazonaws.com", "Federated": "cognito-identity.amazonaws.com"},
        Action="*",
    )
    callers = list(everybody(graph, trust))
    assert {caller.kind for caller in callers} == EVERY_KIND
    assert {caller.account for caller in callers} >= {*graph.accounts(), OTHER_ACCOUNT, None}


@pytest.mark.parametrize(
    ("principal", "who"),
    [
        ({"AWS": SESSION}, f"session {SESSION}"),
        ({"AWS": USER}, "any user of 111111111111"),
        ({"AWS": FEDERATED}, "any federated user of 111111111111"),
        ({"AWS": ROOT}, "the root user of 111111111111"),
        ({"AWS": "222222222222"}, "the root user of 222222222222"),
        ({"Service": "glue.amazonaws.com"}, "glue.amazonaws.com"),
        ("*", "an anonymous caller"),
    ],
)
def test_whoever_the_key_of_models_lets_in_is_found(graph: PolicyGraph, principal: Any, who: str) -> None:
    _, key = models(graph)
    opened = replace(key, policy=allowing(key.policy, Principal=principal, Action="kms:Decrypt", Resource="*"))
    few = replace(with_resource(graph, opened), roles={})
    assert f"{who} that is none of the named ones uses the key" in titles(readers(few))


@pytest.mark.parametrize("condition", [{}, FROM_HOME])
def test_a_service_that_reads_models_is_found_with_and_without_a_source(
    graph: PolicyGraph, condition: dict[str, Any]
) -> None:
    bucket, _ = models(graph)
    reading = {"Principal": {"Service": "glue.amazonaws.com"}, "Action": "s3:GetObject", "Resource": f"{bucket.arn}/*"}
    policy = allowing(bucket.policy, **reading, Condition=condition)
    assert "glue.amazonaws.com touches an object" in titles(
        objects(with_resource(graph, replace(bucket, policy=policy)))
    )


@pytest.mark.parametrize("kind", [RoleKind.TRAINING, RoleKind.APPROVER, RoleKind.STACK_SET_EXECUTION, RoleKind.MODEL])
@pytest.mark.parametrize(
    ("elements", "who"),
    [
        ({"Principal": {"AWS": ROOT}}, "any role of 111111111111"),
        (
            {"Principal": {"AWS": ROOT}, "Condition": {"ArnLike": {"aws:PrincipalArn": f"{ROOT[:-4]}role/mlops/*"}}},
            "any role of 111111111111",
        ),
        (
            {"Principal": {"AWS": ROOT}, "Condition": {"ArnNotLike": {"aws:PrincipalArn": f"{ROOT[:-4]}role/eve"}}},
            "any user of 111111111111",
        ),
        ({"Principal": {"AWS": USER}}, "any user of 111111111111"),
        ({"Principal": {"AWS": SESSION}}, f"session {SESSION}"),
        ({"Principal": {"Service": "ec2.amazonaws.com"}, "Condition": FROM_HOME}, "ec2.amazonaws.com"),
        ({"Principal": {"Federated": "cognito-identity.amazonaws.com"}}, "whoever cognito-identity.amazonaws.com"),
    ],
)
def test_whoever_a_trust_lets_in_besides_the_listed_is_found(
    graph: PolicyGraph, kind: RoleKind, elements: dict[str, Any], who: str
) -> None:
    role = roles_of_kind(graph, kind)[0]
    entered = replace(role, trust=allowing(role.trust, Action="sts:AssumeRole*", **elements))
    few = replace(graph, roles={**graph.roles, role.arn: entered})
    assert who in titles(entered_as_listed(few))


def test_what_a_policy_gives_a_user_or_an_unlisted_service_is_found(graph: PolicyGraph) -> None:
    repository = graph.resources("repository")[0]
    for principal, who in (({"AWS": USER}, "any user"), ({"Service": "codebuild.amazonaws.com"}, "codebuild")):
        policy = allowing(repository.policy, Principal=principal, Action="ecr:PutImage")
        assert who in titles(listed_grants(with_resource(graph, replace(repository, policy=policy))))


@pytest.mark.parametrize(
    "principal", [{"AWS": "AROAEXAMPLEID"}, {"AWS": "arn:aws:iam::cloudfront:user/E1"}, {"CanonicalUser": "79a5"}]
)
def test_a_principal_that_no_kind_of_caller_stands_for_is_unknown(principal: dict[str, str]) -> None:
    policy = allowing({"Statement": []}, Principal=principal, Action="*")
    assert list(unknown_principals(policy, "aws"))


@pytest.mark.parametrize(("value", "found"), [("1*", True), ("111111111111", False), ("*", False)])
def test_accounts_by_their_first_digits_are_found(value: str, found: bool) -> None:
    policy = allowing({"Statement": []}, Principal="*", Condition={"StringLike": {"aws:PrincipalAccount": value}})
    assert bool(list(account_patterns(policy))) is found


def test_an_account_that_no_policy_names_is_another_than_those_that_this_one_names(graph: PolicyGraph) -> None:
    policy = allowing({"Statement": []}, Principal={"AWS": "999999999999"}, Action="*")
    others = [one for one in everybody(graph, policy) if one.account == OTHER_ACCOUNT and one.kind is CallerType.ROOT]
    assert [one.symbolic.arn.as_string() for one in others] == ["arn:aws:iam::900000000000:root"]


@pytest.mark.parametrize(
    "denial", ["DenyAnotherKey", "DenyAnotherEncryption", "DenyEncryptionWithoutKey", "DenyKeysOfCallers"]
)
def test_each_denial_of_another_encryption_is_needed(graph: PolicyGraph, denial: str) -> None:
    bucket, _ = models(graph)
    assert bucket.policy is not None
    fewer = [one for one in bucket.policy["Statement"] if one["Sid"] != denial]
    without = with_resource(graph, replace(bucket, policy={**bucket.policy, "Statement": fewer}))
    assert f"writes to {bucket.name} with another key" in titles(encrypted(without))


@pytest.mark.parametrize("key_arn", [None, "alias/aws/s3", "arn:aws:kms:eu-west-1:999999999999:key/1"])
def test_a_default_encryption_that_names_no_key_of_the_platform_is_found(
    graph: PolicyGraph, key_arn: str | None
) -> None:
    bucket, _ = models(graph)
    found = with_resource(graph, replace(bucket, key_arn=key_arn))
    assert "which is no key that was built here" in titles(encrypted(found))
    assert "which is no key that was built here" in titles(readers(replace(found, roles={})))


@pytest.mark.parametrize(
    "values", [{"kind": RoleKind.DEPLOYER}, {"name": "mlops-dev-other"}, {"path": "/"}, {"stack": "prod"}]
)
def test_a_role_that_only_its_tag_makes_one_of_a_kind_is_found(graph: PolicyGraph, values: dict[str, Any]) -> None:
    role = roles_of_kind(graph, RoleKind.APPROVER)[0]
    assert declared(graph).findings == []
    assert role.arn in titles(declared(replace(graph, roles={**graph.roles, role.arn: replace(role, **values)})))


@pytest.mark.parametrize("kind", ["bucket", "key"])
def test_a_bucket_or_key_that_only_its_tag_gives_a_purpose_is_found(graph: PolicyGraph, kind: str) -> None:
    (models_one,) = resources_with_purpose(graph, kind, "models")
    assert models_one.name in titles(declared(with_resource(graph, replace(models_one, purpose="logs"))))


@pytest.mark.parametrize(
    "bucket",
    ["prod-evil-starport-layer-bucket", "prod-us-east-1-starport-layer-bucket", "cloudformation-waitcondition-evil"],
)
def test_a_bucket_that_is_only_named_like_one_of_amazons_is_found(graph: PolicyGraph, bucket: str) -> None:
    endpoint = next(one for one in graph.endpoints.values() if one.service == "s3")
    policy = allowing(endpoint.policy, Principal="*", Action="s3:PutObject", Resource=f"arn:aws:s3:::{bucket}/*")
    assert endpoints(replace(graph, endpoints={endpoint.id: replace(endpoint, policy=policy)})).findings


def test_a_theorem_that_finds_nothing_to_speak_of_fails_unless_the_graph_has_nothing_of_that_kind(
    graph: PolicyGraph,
) -> None:
    empty = replace(
        graph, roles={}, policy_resources={}, endpoints={}, runners={}, stages={}, references=(), declared=()
    )
    assert [theorem.id for theorem in THEOREMS if not prove(theorem, empty).holds] == []
    silent = [Theorem(**{**vars(theorem), "prove": lambda _: ProofOutcome()}) for theorem in THEOREMS]
    assert [theorem.id for theorem in silent if prove(theorem, graph).holds] == []
