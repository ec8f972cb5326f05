"""Questions near the platform's documents: requests that a statement means, then changed a little."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random
from typing import Any

from policies.access.authorization import AuthorizationRequest
from tests.policies.access.comparison.captured_policies import (
    CapturedPolicies,
    CapturedPolicyResource,
    CapturedRole,
    captured_policies,
)
from tests.policies.access.comparison.random_values import chance, fitting, fitting_action, listed, meeting, near

# Characters. Source: IAM User Guide, "IAM and AWS STS quotas", session policies.
_SESSION = 2048
_FULL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
_BOUNDARY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "Work", "Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*"},
        {"Sid": "Pass", "Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::*:role/mlops/*"},
        {"Sid": "KeepTheLog", "Effect": "Deny", "Action": "s3:Delete*", "Resource": "arn:aws:s3:::*-logs-*"},
    ],
}


def captured_request(random: Random, number: int) -> AuthorizationRequest:
    """A request that a statement of a role, of a resource's policy or of a trust allows, changed in part."""
    found = captured_policies()
    draw = random.random()
    if draw < 0.45:
        request = _by_role(random, found)
    elif draw < 0.85:
        request = _by_resource(random, found)
    else:
        request = _by_trust(random, found)
    request = replace(request, id=f"platform {number}")
    if chance(random, 0.2):
        request = replace(request, endpoint_policy=random.choice(found.endpoints))
    if chance(random, 0.15):
        request = replace(request, boundary=_BOUNDARY)
    if chance(random, 0.1):
        request = replace(request, scps=((_FULL,), (_BOUNDARY,)))
    for _ in range(random.choice((0, 0, 1, 1, 2))):
        request = _changed(random, request, found)
    return request


def _by_role(random: Random, found: CapturedPolicies) -> AuthorizationRequest:
    role = random.choice([role for role in found.roles if role.identity])
    statement = random.choice([each for document in role.identity for each in document["Statement"]])
    context = _context(random, statement) | {"aws:SecureTransport": "true"}
    pattern = random.choice(listed(statement.get("Resource", "*")))
    resource = pattern if pattern == "*" else fitting(random, pattern, context)
    policy_resource = _policy_resource_of(resource, found)
    if policy_resource and policy_resource.arn.startswith("arn:aws:kms") and chance(random, 0.8):
        allowing = [each for each in policy_resource.policy["Statement"] if each["Effect"] == "Allow"]
        context |= _context(random, random.choice(allowing))
    if policy_resource and "SourceVpce" in str(policy_resource.policy) and chance(random, 0.7):
        context["aws:SourceVpce"] = random.choice(_endpoints(policy_resource))
    return _request(random, role, statement, resource, policy_resource, context)


def _by_resource(random: Random, found: CapturedPolicies) -> AuthorizationRequest:
    policy_resource = random.choice(found.policy_resources)
    statement = random.choice(policy_resource.policy["Statement"])
    context = _context(random, statement) | {"aws:SecureTransport": "true"}
    endpoints = _endpoints(policy_resource)
    if endpoints and chance(random, 0.7):
        context["aws:SourceVpce"] = random.choice(endpoints)
    resource = policy_resource.arn
    if statement.get("Resource", "*") != "*":
        resource = fitting(random, random.choice(listed(statement["Resource"])), context)
    arn = next((value for key, value in context.items() if key == "aws:PrincipalArn" and isinstance(value, str)), None)
    near_roles = [role for role in found.roles if role.arn == arn or role.account in str(statement.get("Principal"))]
    role = random.choice(near_roles or found.roles)
    if chance(random, 0.6):
        context.pop("aws:PrincipalArn", None)
    request = _request(random, role, statement, resource, policy_resource, context)
    if chance(random, 0.7):
        request = replace(request, identity=(_FULL,))
    services = listed(statement.get("Principal", {}).get("Service", []))
    if services:
        request = replace(request, principal=random.choice(services), account=None, identity=())
    return request


def _by_trust(random: Random, found: CapturedPolicies) -> AuthorizationRequest:
    role = random.choice(found.roles)
    statement = random.choice(role.trust["Statement"])
    policy_resource = CapturedPolicyResource(role.arn, role.account, role.trust)
    context = _context(random, statement)
    request = _request(random, random.choice(found.roles), statement, role.arn, policy_resource, context)
    services = listed(statement["Principal"].get("Service", [])) if isinstance(statement["Principal"], dict) else []
    if services and chance(random, 0.85):
        return replace(request, principal=random.choice(services), account=None, identity=())
    return replace(request, identity=(_FULL,)) if chance(random, 0.6) else request


def _request(
    random: Random,
    role: CapturedRole,
    statement: dict[str, Any],
    resource: str,
    policy_resource: CapturedPolicyResource | None,
    context: dict[str, Any],
) -> AuthorizationRequest:
    project = role.arn.split("/projects/")[-1].split("/")[0] if "/projects/" in role.arn else "none"
    if chance(random, 0.7):
        context.setdefault("aws:PrincipalTag/project", project)
    principal = role.arn
    if chance(random, 0.25):
        principal = f"arn:aws:sts::{role.account}:assumed-role/{role.arn.split('/')[-1]}/session"
        context["aws:PrincipalArn"] = role.arn
    return AuthorizationRequest(
        id="",
        principal=principal,
        account=role.account,
        action=fitting_action(random, random.choice(listed(statement.get("Action", "s3:GetObject")))),
        resource=resource,
        owner=policy_resource.owner if policy_resource else role.account,
        identity=role.identity,
        resource_policy=policy_resource.policy if policy_resource else None,
        boundary=role.boundary if chance(random, 0.5) else None,
        context=context,
    )


def _context(random: Random, statement: dict[str, Any]) -> dict[str, Any]:
    """Values that meet the statement's conditions."""
    context: dict[str, Any] = {}
    for operator, keys in statement.get("Condition", {}).items():
        for key, values in keys.items():
            value = meeting(random, operator, listed(values), context)
            if value is not None:
                context[key] = value
    return context


def _endpoints(policy_resource: CapturedPolicyResource) -> list[str]:
    for statement in policy_resource.policy["Statement"]:
        for keys in statement.get("Condition", {}).values():
            if "aws:SourceVpce" in keys:
                return [str(each) for each in listed(keys["aws:SourceVpce"])]
    return []


def _policy_resource_of(resource: str, found: CapturedPolicies) -> CapturedPolicyResource | None:
    return next(
        (each for each in found.policy_resources if resource == each.arn or resource.startswith(each.arn + "/")), None
    )


def _changed(random: Random, request: AuthorizationRequest, found: CapturedPolicies) -> AuthorizationRequest:
    """One part of the request changed."""
    return random.choice(_CHANGES)(random, request, found)


def _without_key(random: Random, request: AuthorizationRequest, _: CapturedPolicies) -> AuthorizationRequest:
    dropped = random.choice(sorted(request.context) or [""])
    return replace(request, context={key: value for key, value in request.context.items() if key != dropped})


def _with_other_value(random: Random, request: AuthorizationRequest, _: CapturedPolicies) -> AuthorizationRequest:
    if not request.context:
        return request
    key = random.choice(sorted(request.context))
    value = request.context[key]
    changed = near(random, value) if isinstance(value, str) else [near(random, each) for each in value]
    return replace(request, context={**request.context, key: changed})


def _with_other_action(random: Random, request: AuthorizationRequest, _: CapturedPolicies) -> AuthorizationRequest:
    # An action without a name is none.
    shorter = request.action[:-1] if request.action[-2:-1] != ":" else request.action
    return replace(request, action=random.choice((request.action + "x", shorter, request.action.upper())))


def _with_other_resource(random: Random, request: AuthorizationRequest, _: CapturedPolicies) -> AuthorizationRequest:
    head, separator, rest = request.resource.partition("arn:aws:")
    return replace(request, resource=head + separator + near(random, rest) if separator else request.resource)


def _with_other_caller(random: Random, request: AuthorizationRequest, found: CapturedPolicies) -> AuthorizationRequest:
    role = random.choice(found.roles)
    return replace(request, principal=role.arn, account=role.account)


def _through_a_service(random: Random, request: AuthorizationRequest, _: CapturedPolicies) -> AuthorizationRequest:
    return replace(request, context={**request.context, "aws:ViaAWSService": random.choice(("true", "false"))})


def _in_a_session(random: Random, request: AuthorizationRequest, found: CapturedPolicies) -> AuthorizationRequest:
    documents = [role.identity[0] for role in found.roles if role.identity]
    return replace(request, session=random.choice([each for each in documents if len(json.dumps(each)) <= _SESSION]))


_CHANGES = (
    _without_key,
    _with_other_value,
    _with_other_action,
    _with_other_resource,
    _with_other_caller,
    _through_a_service,
    _in_a_session,
)
