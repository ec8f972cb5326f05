"""Whether a caller may invoke a method: signatures, identity policies, the API's policy, the VPC endpoint's.

Sources: Amazon API Gateway Developer Guide, "How API Gateway resource policies affect authorization workflow" and
"Private REST APIs in API Gateway".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from moto.ec2.models import ec2_backends
from moto.sts.models import sts_backends

from policies.access.authorization import AuthorizationRequest, Document
from policies.access.evaluator import BadPolicy, Explanation, explain
from rehearsal.apigateway.messages import Exchange, GatewayError, forbidden
from rehearsal.apigateway.routes import DeployedStage
from rehearsal.apigateway.signature import expired, require_scope, require_signature, signature_of, unknown_token
from rehearsal.authorization.external_principals import identity_of
from rehearsal.authorization.live_policies import document, live_question
from rehearsal.aws.actors import Actor
from rehearsal.aws.cloud import Cloud
from rehearsal.aws.requests import SignedRequest
from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.service_model.required_action import Right

INVOKE = "execute-api:Invoke"


def caller_context(exchange: Exchange) -> dict[str, str]:
    """The condition keys that the network tells."""
    request = exchange.request
    if request.endpoint is None:
        return {"aws:SourceIp": request.source_ip}
    vpc = request.vpc.vpc if request.vpc else ""
    return {"aws:SourceVpce": request.endpoint, "aws:SourceVpc": vpc, "aws:VpcSourceIp": request.source_ip}


def api_policy(stage: DeployedStage) -> Document | None:
    """The API's resource policy as it was deployed."""
    text = stage.snapshot.get("policy")
    return document(text) if text else None


# ---- the network


@aws_behavior(
    'Amazon API Gateway Developer Guide, "Private REST APIs in API Gateway": reached through interface endpoints for '
    "execute-api alone",
    'Amazon API Gateway Developer Guide, "API Gateway endpoint types": with private DNS, a VPC does not reach '
    "public APIs",
)
def require_way(kind: str, endpoint: str | None) -> None:
    """A private API answers only through an endpoint, a public one never does.

    What comes the other way meets no API at all. Raises GatewayError.
    """
    if (kind == "PRIVATE") != (endpoint is not None):
        raise forbidden()


def endpoint_policy(exchange: Exchange) -> Document | None:
    """The policy of the VPC endpoint that a request came through."""
    request = exchange.request
    if request.endpoint is None or request.vpc is None:
        return None
    endpoint = ec2_backends[request.vpc.account][request.vpc.region].vpc_end_points.get(request.endpoint)
    policy = getattr(endpoint, "policy_document", None)
    return document(policy) if policy else None


# ---- decisions


@aws_behavior(
    'Amazon API Gateway Developer Guide, "How API Gateway resource policies affect authorization workflow": with '
    "a policy and no authentication, only an explicit allow lets a caller in",
)
def require_anonymous(stage: DeployedStage, exchange: Exchange, arn: str) -> None:
    """A method without authentication is open, unless the API has a policy: then the policy must allow."""
    policy = api_policy(stage)
    if policy is None:
        return
    found = _explained(stage, exchange, arn, policy)
    if not found.allows or found.denies:
        raise denied("anonymous", arn, explicit=found.denies)


@aws_behavior(
    'Amazon API Gateway Developer Guide, "How API Gateway resource policies affect authorization workflow": a Lambda '
    "authorizer is called only where the policy has no explicit denial",
)
def require_no_denial(stage: DeployedStage, exchange: Exchange, arn: str) -> None:
    """Before an authorizer is called, the API's policy must not deny."""
    policy = api_policy(stage)
    if policy is not None and _explained(stage, exchange, arn, policy).denies:
        raise denied("anonymous", arn, explicit=True)


class PolicyOutcome:
    """What one policy says: whether a statement of it allows, and whether one denies."""

    def __init__(self, explanation: Explanation | None) -> None:
        steps = explanation.steps if explanation else ()
        self.allows = any(step.allows for step in steps)
        self.denies = any(step.denies for step in steps)


def outcome(policy: Document, arn: str, owner: str, context: Mapping[str, str], principal: str = "*") -> PolicyOutcome:
    """What a policy says of an anonymous caller; one that cannot be read allows nobody."""
    question = AuthorizationRequest(
        id=INVOKE,
        principal=principal,
        account=None,
        action=INVOKE,
        resource=arn,
        owner=owner,
        resource_policy=policy,
        context=context,
    )
    try:
        return PolicyOutcome(explain(question))
    except BadPolicy:
        return PolicyOutcome(None)


def _explained(stage: DeployedStage, exchange: Exchange, arn: str, policy: Document) -> PolicyOutcome:
    limit = endpoint_policy(exchange)
    found = outcome(policy, arn, stage.account, caller_context(exchange))
    if limit is not None:
        through = outcome(limit, arn, stage.account, caller_context(exchange))
        found.allows, found.denies = found.allows and through.allows, found.denies or through.denies
    return found


def denied(who: str, arn: str, *, explicit: bool) -> GatewayError:
    """The answer to a caller whom a policy does not let in; the owner's account is not told in full."""
    parts = arn.split(":")
    parts[4] = "********" + parts[4][8:]
    ending = " with an explicit deny" if explicit else ""
    message = f"User: {who} is not authorized to perform: {INVOKE} on resource: {':'.join(parts)}{ending}"
    return GatewayError("ACCESS_DENIED", 403, message, "AccessDeniedException")


# ---- signatures


class IamAuthorization:
    """Callers with signatures: who they are, and whether policies let them in."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def require(self, stage: DeployedStage, exchange: Exchange, arn: str) -> None:
        """Verify the signature, then decide by identity policies and the API's. Raises GatewayError."""
        request = exchange.request
        signature = signature_of(request)
        actor = self._cloud.adopt(signature.key)
        if actor is None:
            raise unknown_token()
        require_scope(signature, stage.region, datetime.now(UTC))
        session, now = _session(actor), datetime.now(UTC)
        require_token(actor, session, signature.token, now)
        require_signature(request, signature, actor.secret_key)
        limit = document(session.policy) if session is not None and session.policy else None
        self._decide(stage, exchange, arn, actor, limit)
        exchange.principal = _arn(actor)
        user = str(session.user_id) if session is not None else actor.session
        exchange.identity.update(
            accountId=actor.account, accessKey=actor.access_key, caller=user, user=user, userArn=exchange.principal
        )

    def _decide(
        self, stage: DeployedStage, exchange: Exchange, arn: str, actor: Actor, session_policy: Document | None
    ) -> None:
        context = {"aws:RequestedRegion": stage.region, **caller_context(exchange)}
        right = Right(action=INVOKE, resource=arn, context=context)
        policy, limit = api_policy(stage), endpoint_policy(exchange)
        question = live_question(actor, right, policy, limit)
        if question is None:
            question = AuthorizationRequest(
                id=INVOKE,
                principal=actor.role_arn,
                account=actor.account,
                identity=identity_of(actor.role_arn),
                resource_policy=policy,
                endpoint_policy=limit,
                action=INVOKE,
                resource=arn,
                owner=stage.account,
                context=context,
            )
        question = replace(question, session=session_policy)
        found = explain(question)
        if not found.allowed:
            raise denied(_arn(actor), arn, explicit=any(step.denies for step in found.steps))
        self._record(stage, actor, right, decided=explain(replace(question, resource_policy=None)).allowed)

    def _record(self, stage: DeployedStage, actor: Actor, right: Right, *, decided: bool) -> None:
        """Record the request; what the API's policy decided was decided here: no stack holds that policy."""
        asked = (right,) if decided and actor.account == stage.account and policyless(right) else ()
        question = SignedRequest("", stage.region, "execute-api", "Invoke", right.resource, {})
        self._cloud.recorder.add_rights(actor, question, asked)


def _arn(actor: Actor) -> str:
    return f"arn:aws:sts::{actor.account}:assumed-role/{actor.role_arn.rpartition('/')[2]}/{actor.session}"


def policyless(right: Right) -> bool:
    """Whether nothing but identity policies has to agree."""
    return "aws:SourceVpce" not in right.context


@aws_behavior(
    'IAM User Guide, "Use temporary credentials with AWS resources": the session token goes with each request',
)
def require_token(actor: Actor, session: Any, token: str, now: datetime) -> None:
    """Temporary credentials count with their session token and until they expire."""
    if token != actor.token:
        raise unknown_token()
    if session is not None and _aware(session.expiration) <= now:
        raise expired()


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _session(actor: Actor) -> Any:
    """STS's record of the session; None for one that STS did not open."""
    for account in sts_backends.values():
        for backend in account.values():
            found = backend.get_assumed_role_from_access_key(actor.access_key)
            if found is not None:
                return found
    return None
