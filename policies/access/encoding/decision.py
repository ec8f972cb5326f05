"""Whether a request is allowed, as one formula: AWS's order of evaluation.

Source: IAM User Guide, reference_policies_evaluation-logic_policy-eval-denyallow and …-logic-cross-account;
Organizations User Guide, orgs_manage_policies_rcps; KMS Developer Guide, key-policy-default and grants.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import z3

from policies.access.authorization import AuthorizationRequest, Document, KmsGrant
from policies.access.encoding.callers import IN_ACCOUNT, Caller, CallerKind, Match, named
from policies.access.encoding.documents import BadDocument, Policy, parse
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
from policies.access.encoding.request import Request
from policies.access.encoding.statements import Reader

# The services whose requests resource control policies bind.
# Source: Organizations User Guide, orgs_manage_policies_rcps, list of services that support RCPs.
RCP_SERVICES = (
    *("s3", "sts", "kms", "sqs", "secretsmanager", "ecr", "dynamodb", "logs", "events"),
    *("codebuild", "codecommit", "codepipeline", "codeartifact", "xray"),
)
_ROLE_ARN, _KEY_ARN = "arn:*:iam::*:role/*", "arn:*:kms:*:*:key/*"
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
    identity: tuple[Policy, ...] = ()
    resource: Policy | None = None
    endpoint: Policy | None = None
    boundary: Policy | None = None
    session: Policy | None = None
    scps: tuple[tuple[Policy, ...], ...] = ()
    rcps: tuple[tuple[Policy, ...], ...] = ()
    grants: tuple[KmsGrant, ...] = ()

    @classmethod
    def of(cls, question: AuthorizationRequest) -> Policies:
        """The policies of `question`. Raises `BadDocument`."""
        return cls(
            owner=question.owner,
            identity=tuple(parse(found, f"identity policy {i}") for i, found in enumerate(question.identity, 1)),
            resource=_parsed(question.resource_policy, "resource policy"),
            endpoint=_parsed(question.endpoint_policy, "endpoint policy"),
            boundary=_parsed(question.boundary, "permissions boundary"),
            session=_parsed(question.session, "session policy"),
            scps=_levels(question.scps, "SCP"),
            rcps=_levels(question.rcps, "RCP"),
            grants=tuple(question.grants),
        )

    def each(self) -> Iterator[Policy]:
        """All of them."""
        yield from self.identity
        yield from (policy for policy in (self.resource, self.endpoint, self.boundary, self.session) if policy)
        for level in (*self.scps, *self.rcps):
            yield from level


def _parsed(document: Document | None, where: str) -> Policy | None:
    return None if document is None else parse(document, where)


def _levels(levels: Sequence[Sequence[Document]], name: str) -> tuple[tuple[Policy, ...], ...]:
    return tuple(
        tuple(parse(found, f"{name} {number} at level {level}") for number, found in enumerate(documents, 1))
        for level, documents in enumerate(levels, 1)
    )


def encode(policies: Policies, request: Request) -> z3.BoolRef:
    """The formula "`request` is allowed". Raises `BadDocument`, and `Unsupported` for a pattern without exact form."""
    reader = Reader(request, policies.owner, bounded=policies.boundary is not None)
    given = granted(policies, reader)
    # What nobody grants needs no denial, and most requests are of that kind.
    if given is False:
        return as_term(False)
    gates = [
        given,
        negation(denied(policies, reader)),
        either(beyond_rcps(reader), every_level(policies.rcps, reader)) if policies.rcps else True,
        either(beyond_scps(request.caller), every_level(policies.scps, reader)) if policies.scps else True,
        limit(policies.endpoint, reader),
    ]
    return as_term(conjunction(gates))


def denied(policies: Policies, reader: Reader) -> Formula:
    """Whether any policy that binds the caller denies explicitly."""
    own = [*policies.identity, policies.boundary, policies.session] if _has_policies(reader.request.caller) else []
    bound = [policy for policy in (*own, policies.resource, policies.endpoint) if policy is not None]
    rcps = disjunction(reader.denying(policy) for level in policies.rcps for policy in level)
    scps = disjunction(reader.denying(policy) for level in policies.scps for policy in level)
    return either(
        disjunction(reader.denying(policy) for policy in bound),
        both(rcps, negation(beyond_rcps(reader))) if policies.rcps else False,
        both(negation(beyond_scps(reader.request.caller)), scps),
    )


def beyond_rcps(reader: Reader) -> Formula:
    """Resource control policies bind every caller, AWS services too, but for service-linked roles.

    Nor do they bind requests to services outside their list, nor the retirement of grants.
    Source: Organizations User Guide, orgs_manage_policies_rcps, and …_rcps_examples, which deny service principals.
    """
    covered = disjunction(reader.action_is(f"{service}:*") for service in RCP_SERVICES)
    retired = reader.action_is("kms:RetireGrant")
    return either(reader.request.caller.service_linked(), negation(covered), retired)


def beyond_scps(caller: Caller) -> Formula:
    """Service control policies bind the users and roles of an account, save service-linked roles."""
    return caller.service_linked() if caller.kind in IN_ACCOUNT else True


def every_level(levels: Sequence[Sequence[Policy]], reader: Reader) -> Formula:
    """Each level must allow, by any of its policies. No level: no organization."""
    return conjunction(disjunction(reader.allowing(policy).at_all() for policy in level) for level in levels)


def limit(policy: Policy | None, reader: Reader) -> Formula:
    """A policy that can only limit: it must allow if it exists."""
    return True if policy is None else reader.allowing(policy).at_all()


def granted(policies: Policies, reader: Reader) -> Formula:
    """Whether something allows: within the account, across accounts, or for a caller that has no account."""
    caller = reader.request.caller
    resource = reader.allowing(policies.resource) if policies.resource else Match()
    grants = of_grants(policies, reader)
    if caller.account is None:
        return either(resource.at_all(), grants.at_all())
    same = settled(caller.account == constant(policies.owner), caller.account)
    own = own_side(policies, reader)
    within = both(same, within_account(policies, reader, resource.joined(grants), own))
    across = either(alone(policies, reader, grants), across_accounts(own, resource.joined(grants)))
    return either(within, both(negation(same), across))


def own_side(policies: Policies, reader: Reader) -> Formula:
    """What the caller's own policies allow together; an account's root user needs none."""
    if not _has_policies(reader.request.caller):
        return True
    identity = disjunction(reader.allowing(policy).at_all() for policy in policies.identity)
    return both(identity, limit(policies.boundary, reader), limit(policies.session, reader))


def across_accounts(own: Formula, resource: Match) -> Formula:
    """Both sides must allow."""
    return both(own, resource.at_all())


def within_account(policies: Policies, reader: Reader, resource: Match, own: Formula) -> Formula:
    """What the resource's side gives alone, or the caller's own policies.

    Trust and key policies must themselves allow; elsewhere the caller's own policies are enough.
    """
    delegated = either(negation(guarded(reader)), resource.by_account)
    return either(alone(policies, reader, resource), both(delegated, own))


def alone(policies: Policies, reader: Reader, match: Match) -> Formula:
    """What needs no identity policy: a user, a session or `*` is named, or a role, which its limits still bind."""
    return either(
        match.directly, both(match.as_role, limit(policies.boundary, reader), limit(policies.session, reader))
    )


def guarded(reader: Reader) -> Formula:
    """Whether the resource is a role about to be assumed or a key, which nobody may use without its own policy."""
    assuming = both(reader.action_is("sts:*"), reader.resource_is(_ROLE_ARN))
    return either(assuming, both(reader.action_is("kms:*"), reader.resource_is(_KEY_ARN)))


def of_grants(policies: Policies, reader: Reader) -> Match:
    """How grants reach the caller: as a key policy's statement would, in the caller's own account and in another.

    Source: KMS Developer Guide, grants; that another account's identity policy is not needed is inferred from it.
    """
    if not policies.grants:
        return Match()
    on_key = reader.resource_is(_KEY_ARN)
    match = Match()
    for grant in policies.grants:
        match = match.joined(
            grantee(grant.grantee, reader.request.caller).where(both(on_key, operation(grant, reader)))
        )
    return match


def operation(grant: KmsGrant, reader: Reader) -> Formula:
    """One of the grant's operations; constraints bind those that take an encryption context.

    Source: KMS API Reference, CreateGrant (Constraints) and GrantConstraints.
    """
    met = conjunction(_constraint(kind, found, reader) for kind, found in grant.constraints.items())
    return disjunction(
        both(reader.action_is(f"kms:{name}"), met if name in _WITH_CONTEXT else True) for name in grant.operations
    )


def grantee(name: str, caller: Caller) -> Match:
    """How a grant to `name` reaches the caller. Grants to services need a constraint that `KmsGrant` cannot hold."""
    return named((("AWS", name),), caller)


def _constraint(kind: str, pairs: Mapping[str, str], reader: Reader) -> Formula:
    if kind not in {"EncryptionContextEquals", "EncryptionContextSubset"}:
        raise BadDocument(f"a grant: constraint {kind} is neither EncryptionContextEquals nor EncryptionContextSubset")
    wanted = {_CONTEXT_PREFIX + key.lower(): value for key, value in pairs.items()}
    parts = [
        disjunction(both(slot.present, settled(slot.text() == value, slot.text())) for slot in reader.slots(key))
        for key, value in wanted.items()
    ]
    if kind == "EncryptionContextEquals":
        others = (key for key in reader.request.keys if key.startswith(_CONTEXT_PREFIX) and key not in wanted)
        parts += [negation(slot.present) for key in others for slot in reader.slots(key)]
    return conjunction(parts)


def _has_policies(caller: Caller) -> bool:
    return caller.kind in IN_ACCOUNT and caller.kind is not CallerKind.ROOT
