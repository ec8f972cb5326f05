"""Whether a request is allowed, as one formula: AWS's order of evaluation.

Sources: IAM User Guide, "How AWS enforcement code logic evaluates requests to allow or deny access" and "Cross-account
policy evaluation logic"; AWS Organizations User Guide, "Resource control policies (RCPs)"; AWS KMS Developer Guide,
"Default key policy" and "Grants in AWS KMS".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import z3

from policies.access.authorization import AuthorizationRequest, Document, KmsGrant
from policies.access.encoding import grammar
from policies.access.encoding.callers import IN_ACCOUNT, CallerType, PrincipalMatch, SymbolicCaller, named
from policies.access.encoding.documents import EncodedPolicy, MalformedDocument, parse
from policies.access.encoding.grammar import Kind
from policies.access.encoding.logic import (
    Formula,
    as_term,
    both,
    conjunction,
    constant,
    disjunction,
    either,
    negation,
    settled,
)
from policies.access.encoding.request import SymbolicRequest
from policies.access.encoding.service_rules import (
    asks_who_it_is,
    mended_by_root,
    refused_to_caller,
    refused_to_other_accounts,
)
from policies.access.encoding.statements import StatementEncoder

# The services whose requests resource control policies bind.
# Source: AWS Organizations User Guide, "Resource control policies (RCPs)", "List of AWS services that support RCPs".
RCP_SERVICES = (
    *("aoss", "appconfig", "appstream", "autoscaling", "autoscaling-plans", "budgets", "clouddirectory"),
    *("cloudfront", "cloudsearch", "cloudtrail-data", "codeartifact", "codebuild", "codecommit", "codepipeline"),
    *("cognito-identity", "cognito-idp", "comprehend", "comprehendmedical", "compute-optimizer"),
    *("cost-optimization-hub", "dax", "dsql", "dynamodb", "ecr", "ecr-public", "events", "firehose", "fis", "fms"),
    *("gamelift", "health", "inspector-scan", "kendra", "kinesisvideo", "kms", "logs", "memorydb"),
    *("networkmonitor", "notifications", "opensearch", "pca-connector-ad", "personalize", "polly", "pricing"),
    *("resource-groups", "rolesanywhere", "s3", "secretsmanager", "servicediscovery", "signin", "sqs", "sts"),
    *("support", "swf", "textract", "timestream-influxdb", "transcribe", "transfer", "translate", "wafv2"),
    *("workspaces", "xray"),
)
_ROLE_ARN, _KEY_ARN = "arn:*:iam::*:role/*", "arn:*:kms:*:*:key/*"
_LINKED_ROLE_ARN = "arn:*:iam::*:role/aws-service-role/*"
# Operations of a grant that take an encryption context. Source: botocore, kms, operations with EncryptionContext.
_WITH_CONTEXT = frozenset(
    {
        *("Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext"),
        *("GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo"),
    }
)
_CONTEXT_PREFIX = "kms:encryptioncontext:"


@dataclass(frozen=True, kw_only=True)
class Policies:
    """Every policy that has a say, parsed; what is None does not exist, as in `AuthorizationRequest`."""

    owner: str
    identity: tuple[EncodedPolicy, ...] = ()
    resource: EncodedPolicy | None = None
    endpoint: EncodedPolicy | None = None
    boundary: EncodedPolicy | None = None
    session: EncodedPolicy | None = None
    scps: tuple[tuple[EncodedPolicy, ...], ...] = ()
    rcps: tuple[tuple[EncodedPolicy, ...], ...] = ()
    grants: tuple[KmsGrant, ...] = ()

    @classmethod
    def of(cls, request: AuthorizationRequest) -> Policies:
        """The policies of `request`. Raises `MalformedDocument`."""
        own = grammar.kind_of_resource_policy(request.action, request.resource)
        return cls(
            owner=request.owner,
            identity=tuple(
                parse(found, f"identity policy {i}", grammar.IDENTITY) for i, found in enumerate(request.identity, 1)
            ),
            resource=_parsed(request.resource_policy, own),
            endpoint=_parsed(request.endpoint_policy, grammar.ENDPOINT),
            boundary=_parsed(request.boundary, grammar.BOUNDARY),
            session=_parsed(request.session, grammar.SESSION),
            scps=_levels(request.scps, grammar.SCP),
            rcps=_levels(request.rcps, grammar.RCP),
            grants=tuple(request.grants),
        )

    def each(self) -> Iterator[EncodedPolicy]:
        """All of them."""
        yield from self.identity
        yield from (policy for policy in (self.resource, self.endpoint, self.boundary, self.session) if policy)
        for level in (*self.scps, *self.rcps):
            yield from level


def _parsed(document: Document | None, kind: Kind) -> EncodedPolicy | None:
    return None if document is None else parse(document, kind.name, kind)


def _levels(levels: Sequence[Sequence[Document]], kind: Kind) -> tuple[tuple[EncodedPolicy, ...], ...]:
    return tuple(
        tuple(parse(found, f"{kind.name} {number} at level {level}", kind) for number, found in enumerate(documents, 1))
        for level, documents in enumerate(levels, 1)
    )


def encode(policies: Policies, request: SymbolicRequest) -> z3.BoolRef:
    """The formula "`request` is allowed".

    While the action is open, the calls that no policy can deny (`asks_who_it_is`) are no part of it: a formula says
    what policies let pass. Raises `MalformedDocument`, and `Unsupported` for a pattern that has no exact formula.
    """
    encoder = StatementEncoder(request, policies.owner, bounded=policies.boundary is not None)
    if asks_who_it_is(encoder) is True:
        return as_term(True)
    given = granted(policies, encoder)
    # What nobody grants needs no denial, and most requests are of that kind.
    if given is False:
        return as_term(False)
    conditions = [
        given,
        negation(denied(policies, encoder)),
        negation(refused_to_caller(encoder)),
        either(exempt_from_scps(request.caller), every_level(policies.scps, encoder)) if policies.scps else True,
        limit_allows(policies.endpoint, encoder),
    ]
    return as_term(conjunction(conditions))


def denied(policies: Policies, encoder: StatementEncoder) -> Formula:
    """Whether any policy that binds the caller denies explicitly."""
    own = [*policies.identity, policies.boundary, policies.session] if _has_policies(encoder.request.caller) else []
    bound = [policy for policy in (*own, policies.endpoint) if policy is not None]
    resource = encoder.denying(policies.resource) if policies.resource is not None else False
    resource = both(resource, negation(retires_grant(encoder)))
    rcps = disjunction(encoder.denying(policy) for level in policies.rcps for policy in level)
    scps = disjunction(encoder.denying(policy) for level in policies.scps for policy in level)
    return either(
        disjunction(encoder.denying(policy) for policy in bound),
        both(resource, negation(mended_by_root(encoder, policies.owner))),
        both(rcps, negation(exempt_from_rcps(encoder))) if policies.rcps else False,
        both(negation(exempt_from_scps(encoder.request.caller)), scps),
    )


def exempt_from_rcps(encoder: StatementEncoder) -> Formula:
    """Resource control policies bind every caller, AWS services too, but for service-linked roles.

    Nor do they bind requests to services outside their list, the retirement of grants, nor a service that assumes a
    service-linked role. What they allow is no question: RCPFullAWSAccess stays attached at every level.
    Source: AWS Organizations User Guide, "Resource control policies (RCPs)" and "Resource control policy examples",
    which deny service principals.
    """
    covered = encoder.action_among(tuple(f"{service}:*" for service in RCP_SERVICES))
    retired = encoder.action_is("kms:RetireGrant")
    caller = encoder.request.caller
    assumed = both(caller.kind is CallerType.SERVICE, encoder.action_is("sts:*"), encoder.resource_is(_LINKED_ROLE_ARN))
    return either(caller.service_linked(), negation(covered), retired, assumed)


def exempt_from_scps(caller: SymbolicCaller) -> Formula:
    """Service control policies bind the users and roles of an account, save service-linked roles."""
    return caller.service_linked() if caller.kind in IN_ACCOUNT else True


def every_level(levels: Sequence[Sequence[EncodedPolicy]], encoder: StatementEncoder) -> Formula:
    """Each level must allow, by any of its policies. No level: no organization."""
    return conjunction(disjunction(encoder.allowing(policy).at_all() for policy in level) for level in levels)


def limit_allows(policy: EncodedPolicy | None, encoder: StatementEncoder) -> Formula:
    """A policy that can only limit: it must allow if it exists."""
    return True if policy is None else encoder.allowing(policy).at_all()


def granted(policies: Policies, encoder: StatementEncoder) -> Formula:
    """Whether something allows: within the account, across accounts, or for a caller that has no account."""
    caller = encoder.request.caller
    resource = encoder.allowing(policies.resource) if policies.resource else PrincipalMatch()
    resource = resource.where(negation(retires_grant(encoder)))
    grants = kms_grants_match(policies, encoder)
    if caller.account is None:
        return either(resource.at_all(), grants.at_all())
    same = settled(caller.account == constant(policies.owner), caller.account)
    identity = identity_side(policies, encoder)
    within = both(same, within_account(policies, encoder, resource.joined(grants), identity))
    across = either(
        granted_directly(policies, encoder, grants),
        across_accounts(identity, resource.joined(grants)),
    )
    if same is True or across is False:
        return within
    return either(within, both(negation(same), across, negation(refused_to_other_accounts(encoder))))


def identity_side(policies: Policies, encoder: StatementEncoder) -> Formula:
    """What the caller's own policies allow together; an account's root user needs none.

    A federated user without a session policy has none of its user's permissions.
    Source: AWS Security Token Service API Reference, "GetFederationToken".
    """
    if not _has_policies(encoder.request.caller):
        return True
    if encoder.request.caller.kind is CallerType.FEDERATED_USER and policies.session is None:
        return False
    identity = disjunction(encoder.allowing(policy).at_all() for policy in policies.identity)
    return both(identity, limit_allows(policies.boundary, encoder), limit_allows(policies.session, encoder))


def across_accounts(identity: Formula, resource: PrincipalMatch) -> Formula:
    """Both sides must allow."""
    return both(identity, resource.at_all())


def within_account(
    policies: Policies, encoder: StatementEncoder, resource: PrincipalMatch, identity: Formula
) -> Formula:
    """What the resource's side gives alone, or the caller's own policies.

    Trust and key policies must themselves allow; elsewhere the caller's own policies are enough.
    """
    delegated = either(negation(needs_resource_policy(encoder)), resource.by_account)
    return either(granted_directly(policies, encoder, resource), both(delegated, identity))


def granted_directly(policies: Policies, encoder: StatementEncoder, match: PrincipalMatch) -> Formula:
    """What needs no identity policy: a user, a session or `*` is named, or a role, which its limits still bind."""
    return either(
        match.directly,
        both(match.as_role, limit_allows(policies.boundary, encoder), limit_allows(policies.session, encoder)),
    )


def needs_resource_policy(encoder: StatementEncoder) -> Formula:
    """Whether the resource is a role about to be assumed or a key, which nobody may use without its own policy."""
    assuming = both(encoder.action_is("sts:*"), encoder.resource_is(_ROLE_ARN))
    used = both(encoder.action_is("kms:*"), encoder.resource_is(_KEY_ARN))
    return either(assuming, both(used, negation(retires_grant(encoder))))


def retires_grant(encoder: StatementEncoder) -> Formula:
    """The one operation on a key in which its key policy has no say, neither way.

    Source: AWS KMS Developer Guide, "Retiring and revoking grants".
    """
    return both(encoder.action_is("kms:RetireGrant"), encoder.resource_is(_KEY_ARN))


def kms_grants_match(policies: Policies, encoder: StatementEncoder) -> PrincipalMatch:
    """How grants reach the caller: as a key policy's statement would, in the caller's own account and in another.

    Source: AWS KMS Developer Guide, "Grants in AWS KMS"; that another account's identity policy is not needed is
    inferred from it.
    """
    if not policies.grants:
        return PrincipalMatch()
    on_key = encoder.resource_is(_KEY_ARN)
    match = PrincipalMatch()
    for grant in policies.grants:
        match = match.joined(
            grantee_match(grant.grantee, encoder.request.caller).where(
                both(on_key, grant_covers_action(grant, encoder))
            )
        )
        if grant.retiring_principal is not None:
            retires = grantee_match(grant.retiring_principal, encoder.request.caller)
            match = match.joined(retires.where(retires_grant(encoder)))
    return match


def grant_covers_action(grant: KmsGrant, encoder: StatementEncoder) -> Formula:
    """One of the grant's operations; constraints bind those that take an encryption context.

    Source: KMS API Reference, CreateGrant (Constraints) and GrantConstraints.
    """
    met = conjunction(_constraint(kind, found, encoder) for kind, found in grant.constraints.items())
    return disjunction(
        both(encoder.action_is(f"kms:{name}"), met if name in _WITH_CONTEXT else True) for name in grant.operations
    )


def grantee_match(name: str, caller: SymbolicCaller) -> PrincipalMatch:
    """How a grant to `name` reaches the caller. Grants to services need a constraint that `KmsGrant` cannot hold."""
    return named((("AWS", name),), caller)


def _constraint(kind: str, pairs: Mapping[str, str], encoder: StatementEncoder) -> Formula:
    if kind not in {"EncryptionContextEquals", "EncryptionContextSubset"}:
        raise MalformedDocument(
            f"a grant: constraint {kind} is neither EncryptionContextEquals nor EncryptionContextSubset"
        )
    wanted = {_CONTEXT_PREFIX + key.lower(): value for key, value in pairs.items()}
    parts = [
        disjunction(both(slot.present, settled(slot.text() == value, slot.text())) for slot in encoder.slots(key))
        for key, value in wanted.items()
    ]
    if kind == "EncryptionContextEquals":
        others = (key for key in encoder.request.keys if key.startswith(_CONTEXT_PREFIX) and key not in wanted)
        parts += [negation(slot.present) for key in others for slot in encoder.slots(key)]
    return conjunction(parts)


def _has_policies(caller: SymbolicCaller) -> bool:
    return caller.kind in IN_ACCOUNT and caller.kind is not CallerType.ROOT
