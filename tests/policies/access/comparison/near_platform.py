"""Questions near the platform's documents: requests that a statement means, then changed a little."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random
from typing import Any

from policies.access.authorization import AuthorizationRequest
from tests.policies.access.comparison.captured import Platform, PolicyResource, Role, platform
from tests.policies.access.comparison.drawing import chance, fitting, fitting_action, listed, meeting, near

# Characters. Source: IAM User Guide, reference_iam-quotas, session policies.
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


def platform_question(random: Random, number: int) -> AuthorizationRequest:
    """A request that a statement of a role, of a resource's policy or of a trust allows, changed in part."""
    found = platform()
    draw = random.random()
    if draw < 0.45:
        question = _by_role(random, found)
    elif draw < 0.85:
        question = _by_resource(random, found)
    else:
        question = _by_trust(random, found)
    question = replace(question, id=f"platform {number}")
    if chance(random, 0.2):
        question = replace(question, endpoint_policy=random.choice(found.endpoints))
    if chance(random, 0.15):
        question = replace(question, boundary=_BOUNDARY)
    if chance(random, 0.1):
        question = replace(question, scps=((_FULL,), (_BOUNDARY,)))
    for _ in range(random.choice((0, 0, 1, 1, 2))):
        question = _changed(random, question, found)
    return question


def _by_role(random: Random, found: Platform) -> AuthorizationRequest:
    role = random.choice([role for role in found.roles if role.identity])
    statement = random.choice([each for document in role.identity for each in document["Statement"]])
    context = _context(random, statement) | {"aws:SecureTransport": "true"}
    pattern = random.choice(listed(statement.get("Resource", "*")))
    resource = pattern if pattern == "*" else fitting(random, pattern, context)
    guard = _guard_of(resource, found)
    if guard and guard.arn.startswith("arn:aws:kms") and chance(random, 0.8):
        allowing = [each for each in guard.policy["Statement"] if each["Effect"] == "Allow"]
        context |= _context(random, random.choice(allowing))
    if guard and "SourceVpce" in str(guard.policy) and chance(random, 0.7):
        context["aws:SourceVpce"] = random.choice(_endpoints(guard))
    return _question(random, role, statement, resource, guard, context)


def _by_resource(random: Random, found: Platform) -> AuthorizationRequest:
    guard = random.choice(found.guarded)
    statement = random.choice(guard.policy["Statement"])
    context = _context(random, statement) | {"aws:SecureTransport": "true"}
    endpoints = _endpoints(guard)
    if endpoints and chance(random, 0.7):
        context["aws:SourceVpce"] = random.choice(endpoints)
    resource = guard.arn
    if statement.get("Resource", "*") != "*":
        resource = fitting(random, random.choice(listed(statement["Resource"])), context)
    arn = next((value for key, value in context.items() if key == "aws:PrincipalArn" and isinstance(value, str)), None)
    near_roles = [role for role in found.roles if role.arn == arn or role.account in str(statement.get("Principal"))]
    role = random.choice(near_roles or found.roles)
    if chance(random, 0.6):
        context.pop("aws:PrincipalArn", None)
    question = _question(random, role, statement, resource, guard, context)
    if chance(random, 0.7):
        question = replace(question, identity=(_FULL,))
    services = listed(statement.get("Principal", {}).get("Service", []))
    if services:
        question = replace(question, principal=random.choice(services), account=None, identity=())
    return question


def _by_trust(random: Random, found: Platform) -> AuthorizationRequest:
    role = random.choice(found.roles)
    statement = random.choice(role.trust["Statement"])
    guard = PolicyResource(role.arn, role.account, role.trust)
    context = _context(random, statement)
    question = _question(random, random.choice(found.roles), statement, role.arn, guard, context)
    services = listed(statement["Principal"].get("Service", [])) if isinstance(statement["Principal"], dict) else []
    if services and chance(random, 0.85):
        return replace(question, principal=random.choice(services), account=None, identity=())
    return replace(question, identity=(_FULL,)) if chance(random, 0.6) else question


def _question(
    random: Random,
    role: Role,
    statement: dict[str, Any],
    resource: str,
    guard: PolicyResource | None,
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
        owner=guard.owner if guard else role.account,
        identity=role.identity,
        resource_policy=guard.policy if guard else None,
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


def _endpoints(guard: PolicyResource) -> list[str]:
    for statement in guard.policy["Statement"]:
        for keys in statement.get("Condition", {}).values():
            if "aws:SourceVpce" in keys:
                return [str(each) for each in listed(keys["aws:SourceVpce"])]
    return []


def _guard_of(resource: str, found: Platform) -> PolicyResource | None:
    return next((each for each in found.guarded if resource == each.arn or resource.startswith(each.arn + "/")), None)


def _changed(random: Random, question: AuthorizationRequest, found: Platform) -> AuthorizationRequest:
    """One part of the question changed."""
    return random.choice(_CHANGES)(random, question, found)


def _without_key(random: Random, question: AuthorizationRequest, _: Platform) -> AuthorizationRequest:
    dropped = random.choice(sorted(question.context) or [""])
    return replace(question, context={key: value for key, value in question.context.items() if key != dropped})


def _with_other_value(random: Random, question: AuthorizationRequest, _: Platform) -> AuthorizationRequest:
    if not question.context:
        return question
    key = random.choice(sorted(question.context))
    value = question.context[key]
    changed = near(random, value) if isinstance(value, str) else [near(random, each) for each in value]
    return replace(question, context={**question.context, key: changed})


def _with_other_action(random: Random, question: AuthorizationRequest, _: Platform) -> AuthorizationRequest:
    return replace(
        question, action=random.choice((question.action + "x", question.action[:-1], question.action.upper()))
    )


def _with_other_resource(random: Random, question: AuthorizationRequest, _: Platform) -> AuthorizationRequest:
    head, separator, rest = question.resource.partition("arn:aws:")
    return replace(question, resource=head + separator + near(random, rest) if separator else question.resource)


def _with_other_caller(random: Random, question: AuthorizationRequest, found: Platform) -> AuthorizationRequest:
    role = random.choice(found.roles)
    return replace(question, principal=role.arn, account=role.account)


def _through_a_service(random: Random, question: AuthorizationRequest, _: Platform) -> AuthorizationRequest:
    return replace(question, context={**question.context, "aws:ViaAWSService": random.choice(("true", "false"))})


def _in_a_session(random: Random, question: AuthorizationRequest, found: Platform) -> AuthorizationRequest:
    documents = [role.identity[0] for role in found.roles if role.identity]
    return replace(question, session=random.choice([each for each in documents if len(json.dumps(each)) <= _SESSION]))


_CHANGES = (
    _without_key,
    _with_other_value,
    _with_other_action,
    _with_other_resource,
    _with_other_caller,
    _through_a_service,
    _in_a_session,
)
