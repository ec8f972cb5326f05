"""A right that is taken away is missed by name, where it was; a request from elsewhere is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from policies.access.graph import PolicyGraph
from rehearsal.authorization.decision import AuthorizationResult, decide_all
from rehearsal.authorization.refusal import refusal
from rehearsal.authorization.resource_facts import ResourceFacts
from rehearsal.authorization.settings_at_fault import DEFECT
from rehearsal.aws.recorder import Recorded
from tests.example_files import EXAMPLE
from tests.rehearsal.authorization.project_requests import DEV, STAGING, ProjectRequests

Document = Mapping[str, Any]


def without(document: Document, sid: str) -> Document:
    """The document without one statement."""
    kept = [statement for statement in document["Statement"] if statement.get("Sid") != sid]
    assert len(kept) == len(document["Statement"]) - 1, f"no statement {sid}"
    return {**document, "Statement": kept}


def on_role(ending: str, sid: str, part: str = "identity") -> Callable[[PolicyGraph], PolicyGraph]:
    """Take a statement from a role's inline policy, or from its trust."""

    def change(graph: PolicyGraph) -> PolicyGraph:
        (role,) = [role for role in graph.roles.values() if role.arn.endswith(ending)]
        if part == "trust":
            changed = replace(role, trust=without(role.trust, sid))
        else:
            (document,) = role.inline
            changed = replace(role, inline=(without(document, sid),))
        return replace(graph, roles={**graph.roles, role.arn: changed})

    return change


def on_resource(kind: str, ending: str, sid: str) -> Callable[[PolicyGraph], PolicyGraph]:
    """Take a statement from a resource's own policy."""

    def change(graph: PolicyGraph) -> PolicyGraph:
        resource = graph.named(kind, ending)
        assert resource.policy is not None
        return replace(
            graph,
            policy_resources={
                **graph.policy_resources,
                resource.arn: replace(resource, policy=without(resource.policy, sid)),
            },
        )

    return change


def without_boundary_service(graph: PolicyGraph) -> PolicyGraph:
    """A boundary that allows nothing at all."""
    (role,) = [role for role in graph.roles.values() if role.arn.endswith("mlops-screening-processing")]
    nothing = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sns:Publish", "Resource": "*"}]}
    return replace(graph, roles={**graph.roles, role.arn: replace(role, boundary=nothing)})


def closed_endpoint(graph: PolicyGraph) -> PolicyGraph:
    """The data science account's S3 endpoint lets nothing of the platform through."""
    endpoint = graph.endpoint(DEV, "s3")
    assert endpoint is not None
    assert endpoint.policy is not None
    closed = replace(endpoint, policy=without(endpoint.policy, "PlatformPrincipalsOnPlatformBuckets"))
    return replace(graph, endpoints={**graph.endpoints, endpoint.id: closed})


def decided(
    facts: ResourceFacts, requests: list[Recorded], change: Callable[[PolicyGraph], PolicyGraph] | None = None
) -> AuthorizationResult:
    """Decide requests by the graph, or by a changed one."""
    graph = change(facts.graph) if change else facts.graph
    return decide_all(requests, replace(facts, graph=graph))


def test_everything_that_a_journey_asks_is_allowed(facts: ResourceFacts, journey: ProjectRequests) -> None:
    found = decided(facts, journey.everything())
    assert [one.explanation.because for one in found.refused] == []
    assert found.passed
    assert found.requests == len(journey.everything())


CASES = {
    "the reader's own policy": (
        on_role("mlops-staging-screening-model", "ReadOwnModels"),
        {"s3:GetObject"},
        "the identity policies: role mlops-staging-screening-model of stack staging",
    ),
    "the reader's right to the key": (
        on_role("mlops-staging-screening-model", "DecryptModels"),
        {"kms:Decrypt"},
        "the identity policies: role mlops-staging-screening-model of stack staging",
    ),
    "the models bucket": (
        on_resource("bucket", f"-models-{DEV}-eu-west-1", "AllowCrossAccount"),
        {"s3:GetObject"},
        "the resource policy: bucket mlops-dev-models-111111111111-eu-west-1 of stack dev",
    ),
    "the models key": (
        on_resource("key", "dev/models", "AllowCrossAccount"),
        {"kms:Decrypt"},
        "the key policy: key alias/mlops/dev/models of stack dev",
    ),
    "the image repository": (
        on_resource("repository", "mlops/model", "ModelRolesPull"),
        {"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"},
        "the resource policy: repository mlops/model of stack dev",
    ),
    "the model group": (
        on_resource("group", "mlops-screening", "WorkloadAccountsDeployItsModels"),
        {"sagemaker:DescribeModelPackage"},
        "the resource policy: group mlops-screening of stack project-screening",
    ),
    "handing over a role": (
        on_role("mlops-screening-build", "PassThePipelineRole"),
        {"iam:PassRole"},
        "the identity policies: role mlops-screening-build of stack project-screening",
    ),
    "a trust": (
        on_role("mlops-screening-build", "ServiceActsForThisAccount", "trust"),
        {"sts:AssumeRole"},
        "the trust policy: role mlops-screening-build of stack project-screening",
    ),
    "the boundary": (
        without_boundary_service,
        {"s3:PutObject", "kms:GenerateDataKey"},
        "boundary arn:aws:iam::111111111111:policy/mlops/foundation/mlops-boundary of role mlops-screening-processing",
    ),
    "an endpoint": (closed_endpoint, {"s3:PutObject"}, "endpoint s3 of stack dev"),
}


@pytest.mark.parametrize("case", sorted(CASES))
def test_what_is_taken_away_is_missed_by_name_and_nothing_else(
    case: str, facts: ResourceFacts, journey: ProjectRequests
) -> None:
    change, actions, where = CASES[case]
    found = decided(facts, journey.everything(), change)
    assert {one.question.action for one in found.refused} == actions
    assert not found.passed
    for one in found.refused:
        told = refusal(one, facts.graph, EXAMPLE)
        (place,) = told.where
        assert place.startswith(f"no Allow for {one.question.action} on ")
        assert where in place
        assert told.settings == (DEFECT,)


def test_a_model_is_not_read_from_outside_the_endpoints(facts: ResourceFacts, journey: ProjectRequests) -> None:
    (one,) = decided(facts, [journey.model_read("vpce-elsewhere")]).refused
    assert "Deny DenyNoVPC in the resource policy" in one.explanation.because
    (place,) = refusal(one, facts.graph, EXAMPLE).where
    assert "DenyNoVPC" in place
    assert "bucket mlops-dev-models-111111111111-eu-west-1 of stack dev" in place


def test_a_service_acts_only_for_what_the_trust_names(facts: ResourceFacts, journey: ProjectRequests) -> None:
    role = journey.role("mlops-screening-build")
    for source in ("arn:aws:codebuild:eu-west-1:999999999999:project/mlops-screening-build", ""):
        (one,) = decided(facts, [journey.start("codebuild.amazonaws.com", role, source)]).refused
        assert one.question.action == "sts:AssumeRole"


def test_refusals_of_aws_and_removals_are_not_decided(facts: ResourceFacts, journey: ProjectRequests) -> None:
    refused = replace(journey.model_read("vpce-elsewhere"), status=403)
    removing = replace(journey.model_read("vpce-elsewhere"), phase="destroy staging")
    assert decided(facts, [refused, removing]) == AuthorizationResult(0, (), ())


def test_what_removal_asked_is_decided_by_the_stacks_as_they_stood_before(
    facts: ResourceFacts, journey: ProjectRequests
) -> None:
    deployer = f"arn:aws:iam::{DEV}:role/mlops/foundation/mlops-deployer"
    given = {"TopicArn": f"arn:aws:sns:eu-west-1:{DEV}:mlops-dev-alarms"}
    allowed = journey.ask(deployer, "sns", "DeleteTopic", phase="destroy dev", **given)
    refused = journey.ask(deployer, "sagemaker", "DeleteEndpoint", phase="destroy dev", EndpointName="one")
    found = decide_all([allowed, refused], facts, removals=True)
    assert [one.question.action for one in found.decisions] == ["sns:DeleteTopic", "sagemaker:DeleteEndpoint"]
    assert [one.question.action for one in found.refused] == ["sagemaker:DeleteEndpoint"]


def test_each_request_is_decided_by_the_stacks_as_they_were_then(
    facts: ResourceFacts, journey: ProjectRequests
) -> None:
    """A right that a change took away was there before, and is not there afterwards."""
    read = journey.everything()[0]
    nobody = replace(facts, graph=replace(facts.graph, roles={}, policy_resources={}))
    before, after = replace(read, number=5), replace(read, number=9)
    assert decide_all([before], facts).passed
    assert decide_all([before, after], nobody, earlier=[(9, facts)]).refused[0].numbers == [9]
    assert decide_all([before, after], facts, earlier=[(9, nobody)]).refused[0].numbers == [5]


def test_an_operation_that_no_table_has_fails_and_is_named(facts: ResourceFacts, journey: ProjectRequests) -> None:
    unheard = journey.ask(journey.role("mlops-screening-build"), "sagemaker", "CreateCluster")
    found = decided(facts, [unheard])
    assert found.unmapped == ("sagemaker:CreateCluster",)
    assert not found.passed


def test_a_stranger_has_no_rights_but_to_enter_what_trusts_it(facts: ResourceFacts, journey: ProjectRequests) -> None:
    stranger = f"arn:aws:iam::{STAGING}:role/ci"
    found = decided(facts, [journey.ask(stranger, "sagemaker", "ListModels")])
    assert not found.passed
    owner = f"arn:aws:iam::{STAGING}:role/owner"
    assert decided(facts, [journey.ask(owner, "sagemaker", "ListModels")]).passed


def test_what_requests_made_has_the_tags_that_it_was_made_with(facts: ResourceFacts, journey: ProjectRequests) -> None:
    own_role, other = (
        journey.role(f"mlops-staging-{project}-stackset-execution") for project in ("screening", "diabetes")
    )
    tags = [{"Key": "project", "Value": "screening"}]
    inside = {"Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}
    made = journey.ask(own_role, "sagemaker", "CreateModel", ModelName="model-1", Tags=tags, VpcConfig=inside)
    removed, taken = (journey.ask(one, "sagemaker", "DeleteModel", ModelName="model-1") for one in (own_role, other))
    assert decided(facts, [made, removed]).passed
    (one,) = decided(facts, [made, taken]).refused
    assert one.question.action == "sagemaker:DeleteModel"
    assert not decided(facts, [removed]).passed


def test_the_same_question_is_decided_once(facts: ResourceFacts, journey: ProjectRequests) -> None:
    found = decided(facts, [journey.package_described()] * 3)
    assert found.requests == 3
    assert [one.numbers for one in found.decisions] == [[1, 1, 1]]
