"""Premises of the other theorems: resource policies and session tags stay, services act for the platform alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from catalog.roles import ROLES
from policies.access.authorization import Document
from policies.access.encoding import CallerType
from policies.access.encoding.logic import Formula, negation
from policies.access.graph import IamRole, PolicyGraph, PolicyResource
from policies.access.graph.policy_documents import as_list, statements
from policies.access.proofs.actions import may_be_allowed
from policies.access.proofs.callers import ENTERING, PinnedKeys
from policies.access.proofs.prefilter import may_touch
from policies.access.proofs.requests import (
    TRUST_ACTIONS,
    Constraint,
    EncodedRequest,
    not_beneath,
    requests_of_everybody,
    role_request,
    within,
)
from policies.access.proofs.solver import Solver
from policies.access.proofs.theorem import ProofOutcome, Theorem

# Kind of resource -> what changes who may use it. Source: Service Authorization Reference, each service's actions of
# access level "Permissions management", and those that set a policy as an attribute (SQS, SNS).
POLICY_CHANGES: Mapping[str, tuple[str, ...]] = {
    "bucket": (
        "s3:DeleteBucketPolicy",
        "s3:PutBucketAcl",
        "s3:PutBucketOwnershipControls",
        "s3:PutBucketPolicy",
        "s3:PutBucketPublicAccessBlock",
        "s3:PutEncryptionConfiguration",
    ),
    "bus": ("events:PutPermission", "events:RemovePermission"),
    "function": (
        "lambda:AddPermission",
        "lambda:CreateFunctionUrlConfig",
        "lambda:DeleteResourcePolicy",
        "lambda:PutResourcePolicy",
        "lambda:RemovePermission",
        "lambda:UpdateFunctionUrlConfig",
    ),
    "group": ("sagemaker:DeleteModelPackageGroupPolicy", "sagemaker:PutModelPackageGroupPolicy"),
    # Aliases and tags decide too: policies name keys by them.
    "key": (
        "kms:CreateAlias",
        "kms:DeleteAlias",
        "kms:PutKeyPolicy",
        "kms:ReplicateKey",
        "kms:TagResource",
        "kms:UntagResource",
        "kms:UpdateAlias",
    ),
    "log destination": ("logs:PutDestination", "logs:PutDestinationPolicy"),
    "logs": ("logs:DeleteResourcePolicy", "logs:PutResourcePolicy"),
    "queue": ("sqs:AddPermission", "sqs:RemovePermission", "sqs:SetQueueAttributes"),
    "registry": ("ecr:DeleteRegistryPolicy", "ecr:PutRegistryPolicy"),
    "repository": ("ecr:DeleteRepositoryPolicy", "ecr:SetRepositoryPolicy"),
    "secret": ("secretsmanager:DeleteResourcePolicy", "secretsmanager:PutResourcePolicy"),
    "topic": ("sns:AddPermission", "sns:RemovePermission", "sns:SetTopicAttributes"),
}
CREATE_GRANT = "kms:CreateGrant"
# What opens more than one resource, or a way around them.
PERIMETER_CHANGES = (
    "ec2:AcceptVpcPeeringConnection",
    "ec2:CreateVpcEndpoint",
    "ec2:CreateVpcEndpointServiceConfiguration",
    "ec2:CreateVpcPeeringConnection",
    "ec2:ModifyVpcEndpoint",
    "ec2:ModifyVpcEndpointServicePermissions",
    "ecr:DeleteRegistryPolicy",
    "ecr:PutRegistryPolicy",
    "ecr:PutReplicationConfiguration",
    "logs:PutDestinationPolicy",
    "logs:PutResourcePolicy",
    "ram:AssociateResourceShare",
    "ram:CreateResourceShare",
    "s3:CreateAccessPoint",
    "s3:PutAccessPointPolicy",
    "s3:PutAccountPublicAccessBlock",
    "s3:PutReplicationConfiguration",
)
# Services that do not say on whose behalf they assume a role, or of which no page says that they do: docs/access.md has
# what follows.
WITHOUT_SOURCE = frozenset(f"{name}.amazonaws.com" for name in ("apigateway", "chatbot", "codepipeline", "lambda"))
# EventBridge does not say for whom it publishes to a topic, and meets no condition of its policy; a rule of another
# account publishes with a role of that account and not as the service. Source: Amazon EventBridge User Guide, "Using
# resource-based policies for Amazon EventBridge", "Sending events to an AWS service in another account".
_RULES_PUBLISH = ({"Service": "events.amazonaws.com"}, "sns:Publish")
_SERVICES = frozenset({CallerType.SERVICE})
_CONTEXT = "kms:encryptioncontext:"


def resource_policies(graph: PolicyGraph) -> ProofOutcome:
    """No role but an account's deployer changes the policy of anything that was built, grants keys on, or endpoints."""
    solver = Solver()
    by_resource = {arn: _changes(without_delegation(one)) for arn, one in graph.policy_resources.items()}
    for role in graph.sorted_roles():
        if ROLES[role.kind].declares_stacks:
            continue
        solver.refute(f"{role.arn} opens an endpoint, a registry or an account", role_request(role, PERIMETER_CHANGES))
        by_role = _changes(*role.identity)
        for arn, resource in graph.policy_resources.items():
            _unchanged(solver, role, resource, by_role | by_resource[arn])
    named = sorted(role.arn for role in graph.roles.values() if ROLES[role.kind].declares_stacks)
    return ProofOutcome(findings=solver.findings, named=named, queries=solver.queries)


def _changes(*documents: Document) -> frozenset[str]:
    """Those of the actions that any Allow of the documents could speak of."""
    every = (CREATE_GRANT, *(action for actions in POLICY_CHANGES.values() for action in actions))
    return frozenset(action for action in every if may_be_allowed(documents, action.lower()))


def without_delegation(resource: PolicyResource) -> Document:
    """What a resource's policy allows by itself: a grant to an account leaves it to that account's policies."""
    policy = resource.policy or {}
    return {**policy, "Statement": [statement for statement in statements(policy) if not _delegates(statement)]}


def _delegates(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal")
    names = [str(name) for name in as_list(principal.get("AWS"))] if isinstance(principal, Mapping) else ["*"]
    return all(name.endswith(":root") or name.isdigit() for name in names)


def _unchanged(solver: Solver, role: IamRole, resource: PolicyResource, allowed: frozenset[str]) -> None:
    """`allowed` are the actions that role or resource could allow: no other is put to the solver."""
    actions = [action for action in POLICY_CHANGES[resource.kind] if action in allowed]
    service = resource.arn.split(":")[2]
    if not may_touch(role, resource, f"{service}:") or not (actions or CREATE_GRANT in allowed):
        solver.queries += 1
        return
    title = f"{role.arn} changes the policy of {resource.kind} {resource.name}"
    solver.refute(title, role_request(role, actions, policy_resource=resource, resource=resource.arn))
    if resource.kind == "function":
        # An alias or a version has a policy of its own.
        solver.refute(title, role_request(role, actions, policy_resource=resource), within(f"{resource.arn}:*"))
    if resource.kind == "key" and CREATE_GRANT in allowed:
        # A grant for an AWS resource is made by the service that the role asks, and goes with the resource.
        for for_aws_resource in ("false", ()):
            pinned: PinnedKeys = {"kms:GrantIsForAWSResource": for_aws_resource}
            grant = role_request(role, [CREATE_GRANT], policy_resource=resource, resource=resource.arn, pinned=pinned)
            solver.refute(f"{role.arn} grants key {resource.name} on", grant)


def session_tags(graph: PolicyGraph) -> ProofOutcome:
    """A session's tags would stand before those of its role, by which policies tell projects apart."""
    solver = Solver()
    for role in graph.sorted_roles():
        for who, open_request in requests_of_everybody(
            graph, ["sts:TagSession"], trust_of=role, resource=role.arn, kinds=ENTERING
        ):
            solver.refute(f"{who} chooses the tags of a session of {role.name}", open_request)
    return ProofOutcome(findings=solver.findings, queries=solver.queries)


def confused_deputy(graph: PolicyGraph) -> ProofOutcome:
    """What an AWS service may do here it does on behalf of the account itself: the confused deputy.

    Images are looked at for the accounts that run them.
    """
    solver, named = Solver(), set[str]()
    of_platform = [_on_behalf_of_others([*graph.accounts(), *sorted(graph.equivalent_accounts)])]
    if graph.organization_paths:
        # Where an account is in its organization; that of a foreign one is elsewhere, if it is in one.
        of_platform.append(not_beneath("aws:SourceOrgPaths", graph.organization_paths))
    for _, resource in sorted(graph.policy_resources.items()):
        policy, rules = _without_rules(resource)
        named |= {f"{rule} publishes to {resource.kind} {resource.name}" for rule in rules}
        spoken = replace(resource, policy=policy)
        for service, open_request in requests_of_everybody(graph, ["*"], policy_resource=spoken, kinds=_SERVICES):
            for_others = of_platform if resource.kind in _FOR_ALL else [_on_behalf_of_others([resource.account])]
            title = f"{service} has access to {resource.kind} {resource.name} on behalf of another account"
            solver.refute(title, open_request, *for_others)
    for role in graph.sorted_roles():
        for service, open_request in requests_of_everybody(
            graph, TRUST_ACTIONS, trust_of=role, resource=role.arn, kinds=_SERVICES
        ):
            if service in WITHOUT_SOURCE:
                named.add(f"{service} assumes {role.arn}")
            else:
                title = f"{service} assumes {role.arn} on behalf of another account"
                solver.refute(title, open_request, _on_behalf_of_others([role.account]))
    return ProofOutcome(findings=solver.findings, named=sorted(named), queries=solver.queries)


# Kinds of resources that services of the platform's other accounts use as well.
_FOR_ALL = ("repository",)


def _without_rules(resource: PolicyResource) -> tuple[Document, list[str]]:
    """A resource's policy without what it lets rules publish, if it is a topic's, and who publishes so."""
    policy = resource.policy or {}
    every = statements(policy)
    rules = [one for one in every if (one.get("Principal"), one.get("Action")) == _RULES_PUBLISH]
    if resource.kind != "topic" or not rules:
        return policy, []
    return {**policy, "Statement": [one for one in every if one not in rules]}, ["events.amazonaws.com"]


def _on_behalf_of_others(accounts: Iterable[str]) -> Constraint:
    """Nothing that the request says of where it comes from leads to the accounts: no account, no ARN, no log group.

    Source: IAM User Guide, "The confused deputy problem" (aws:SourceAccount and aws:SourceArn); a service that encrypts
    for somebody says so in the encryption context instead (Amazon CloudWatch Logs User Guide, page
    encrypt-log-data-kms).
    """
    ids = list(accounts)
    arns = [f"arn:*:*:*:{account}:*" for account in ids]

    def constraint(encoded: EncodedRequest) -> list[Formula]:
        contexts = sorted(key for key in encoded.request.keys if key.startswith(_CONTEXT) and key.endswith("arn"))
        return [
            encoded.key_not_in("aws:SourceAccount", ids),
            *(negation(encoded.key_arn_like(key, arns)) for key in ("aws:SourceArn", *contexts)),
        ]

    return constraint


THEOREMS = (
    Theorem(
        id="policies-stay",
        statement="No role but the printed deployers changes the policy of a resource or an endpoint, or grants a "
        "key on.",
        prove=resource_policies,
    ),
    Theorem(
        id="tags-stay",
        statement="Nobody chooses the tags of a session, by which policies tell projects apart.",
        prove=session_tags,
    ),
    Theorem(
        id="services-from-home",
        statement="AWS services act in an account on its own behalf alone, and look at images for the platform's other "
        "accounts, save the printed ones that do not say.",
        prove=confused_deputy,
    ),
)
