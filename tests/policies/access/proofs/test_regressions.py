"""Faults that the proofs once passed over: an exception read from the policy that it should have been compared with,
and rights that were not counted as steps."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pytest

from catalog.roles import RoleKind
from policies.access.authorization import Document
from policies.access.graph import IamRole, PolicyGraph, PolicyResource, VpcEndpoint
from policies.access.graph.exempted import with_exempted_endpoints
from policies.access.graph.purposes import resources_with_purpose, roles_of_kind
from policies.access.proofs.boundaries import endpoints
from policies.access.proofs.escalation import facts
from policies.access.proofs.escalation.reach import no_escalation
from policies.access.proofs.models import readers
from policies.access.proofs.perimeter import foreign_callers, objects
from policies.access.proofs.requests import OPEN_TO_ALL
from policies.pack.model import Exemption


def role_of(graph: PolicyGraph, kind: RoleKind) -> IamRole:
    """The first role of a kind in the data science account."""
    return roles_of_kind(graph, kind)[0]


def with_statement(document: Document, **elements: Any) -> Document:
    """The document with a statement more."""
    return {**document, "Statement": [*document["Statement"], {"Effect": "Allow", **elements}]}


def exempting(statement: dict[str, Any], pattern: str) -> dict[str, Any]:
    """The statement, exempting other roles if it exempts any."""
    condition = statement.get("Condition", {})
    if "aws:PrincipalArn" not in condition.get("ArnNotLike", {}):
        return statement
    return {**statement, "Condition": {**condition, "ArnNotLike": {"aws:PrincipalArn": pattern}}}


def test_a_listing_denial_that_exempts_other_roles_than_deployers_is_found(graph: PolicyGraph) -> None:
    (bucket,) = resources_with_purpose(graph, "bucket", "models")
    assert bucket.policy is not None
    statements = [exempting(one, "arn:aws:iam::*:role/*") for one in bucket.policy["Statement"]]
    changed: PolicyResource = replace(bucket, policy={**bucket.policy, "Statement": statements})
    titles = [finding.title for finding in objects(replace(graph, policy_resources={bucket.arn: changed})).findings]
    assert any("lists" in each and bucket.name in each for each in titles)


def test_an_endpoint_that_leads_to_a_bucket_that_is_neither_ours_nor_amazons_is_found(graph: PolicyGraph) -> None:
    vpc_endpoint = next(each for each in graph.endpoints.values() if each.service == "s3")
    assert vpc_endpoint.policy is not None
    policy = with_statement(
        vpc_endpoint.policy, Principal="*", Action="s3:PutObject", Resource="arn:aws:s3:::somebodys/*"
    )
    changed: VpcEndpoint = replace(vpc_endpoint, policy=policy)
    assert endpoints(replace(graph, endpoints={vpc_endpoint.id: changed})).findings
    assert not endpoints(replace(graph, endpoints={vpc_endpoint.id: vpc_endpoint})).findings


@pytest.mark.parametrize(("today", "found"), [("2026-12-01", False), ("2027-02-01", True)])
def test_an_endpoint_that_nothing_limits_is_named_with_whoever_answers_for_it_until_then(
    graph: PolicyGraph, today: str, found: bool
) -> None:
    limited = next(each for each in graph.endpoints.values() if each.service == "kms")
    unlimited = replace(graph, endpoints={limited.id: replace(limited, policy=OPEN_TO_ALL)})
    exemption = Exemption(
        rule="NET-02", resource=limited.urn, owner="data-platform", reason="r", expires=datetime.date(2027, 1, 31)
    )
    assert endpoints(unlimited).findings
    outcome = endpoints(with_exempted_endpoints(unlimited, [exemption], datetime.date.fromisoformat(today)))
    assert bool(outcome.findings) is found
    if not found:
        [named] = outcome.named
        assert named.endswith("which nothing limits: data-platform answers for it until 2027-01-31")


@pytest.mark.parametrize(("named", "is_stranger"), [("person", False), ("per*", True)])
def test_a_role_of_an_account_for_identities_is_no_stranger_where_a_trust_names_it_whole(
    graph: PolicyGraph, named: str, is_stranger: bool
) -> None:
    approver = role_of(graph, RoleKind.APPROVER)
    trust = with_statement(
        {"Version": "2012-10-17", "Statement": []},
        Principal={"AWS": "arn:aws:iam::777777777777:root"},
        Action="sts:AssumeRole",
        Condition={"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::777777777777:role/{named}"}},
    )
    entered = replace(approver, trust=trust)
    outcome = foreign_callers(replace(graph, roles={approver.arn: entered}, policy_resources={}))
    assert bool(outcome.findings) is is_stranger
    assert any("role/person signs in as" in line for line in outcome.named) is not is_stranger


def test_identities_of_a_provider_in_a_trust_are_found(graph: PolicyGraph) -> None:
    approver = role_of(graph, RoleKind.APPROVER)
    provider = f"arn:aws:iam::{approver.account}:oidc-provider/token.actions.githubusercontent.com"
    trust = with_statement(approver.trust, Principal={"Federated": provider}, Action="sts:AssumeRoleWithWebIdentity")
    open_to_all = replace(approver, trust=trust)
    found = foreign_callers(replace(graph, roles={approver.arn: open_to_all}, policy_resources={})).findings
    assert [finding.title for finding in found] == [f"Federated {provider} has access by the trust of {approver.name}"]


def test_a_canonical_user_in_a_bucket_policy_is_found(graph: PolicyGraph) -> None:
    (bucket,) = resources_with_purpose(graph, "bucket", "models")
    assert bucket.policy is not None
    policy = with_statement(bucket.policy, Principal={"CanonicalUser": "79a5"}, Action="s3:GetObject", Resource="*")
    found = foreign_callers(
        replace(graph, roles={}, policy_resources={bucket.arn: replace(bucket, policy=policy)})
    ).findings
    assert [finding.title for finding in found] == [f"CanonicalUser 79a5 has access by bucket {bucket.name}"]


@pytest.mark.parametrize("action", sorted(facts.POLICY_REMOVALS))
def test_a_role_that_takes_policies_away_or_sets_tags_is_found(graph: PolicyGraph, action: str) -> None:
    approver, model = role_of(graph, RoleKind.APPROVER), role_of(graph, RoleKind.TRAINING)
    able = replace(
        approver,
        boundary=None,
        inline=(with_statement({"Version": "2012-10-17", "Statement": []}, Action=action, Resource=model.arn),),
    )
    few = replace(graph, roles={able.arn: able, model.arn: model}, policy_resources={}, runners={}, endpoints={})
    titles = [finding.title for finding in no_escalation(few).findings]
    assert f"{able.arn} comes to {model.arn}" in titles


def test_a_role_that_a_service_without_known_actions_takes_is_found_when_it_may_be_passed(graph: PolicyGraph) -> None:
    approver, training = role_of(graph, RoleKind.APPROVER), role_of(graph, RoleKind.TRAINING)
    scheduled = replace(
        training,
        trust=with_statement(training.trust, Principal={"Service": "scheduler.amazonaws.com"}, Action="sts:AssumeRole"),
    )
    passing = with_statement({"Version": "2012-10-17", "Statement": []}, Action="iam:PassRole", Resource=training.arn)
    able = replace(approver, boundary=None, inline=(passing,))
    few = replace(graph, roles={able.arn: able, training.arn: scheduled}, policy_resources={}, runners={}, endpoints={})
    titles = [finding.title for finding in no_escalation(few).findings]
    assert titles == [f"{able.arn} comes to {training.arn}"]


@pytest.mark.parametrize("is_open", [False, True])
def test_a_platform_without_projects_keeps_its_models_for_those_of_later_ones(
    graph: PolicyGraph, is_open: bool
) -> None:
    roles = {arn: role for arn, role in graph.roles.items() if not role.project}
    resources = {arn: each for arn, each in graph.policy_resources.items() if not each.project}
    if is_open:
        (bucket,) = resources_with_purpose(graph, "bucket", "models")
        resources[str(bucket.key_arn)] = replace(resources[str(bucket.key_arn)], policy=OPEN_TO_ALL)
    found = readers(replace(graph, roles=roles, policy_resources=resources))
    assert bool(found.findings) == is_open
