"""The theorems that can speak of an estate, and why others cannot."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from policies.access.graph.purposes import endpoint_ids, resources_with_purpose
from policies.access.inventory import readers
from policies.access.inventory.entries import PURPOSES
from policies.access.inventory.estate import Estate
from policies.access.inventory.outsiders import providers_listed, services_without_source
from policies.access.inventory.reach import escalation
from policies.access.proofs import all as platform
from policies.access.proofs.theorem import ProofOutcome

# Says why a theorem cannot speak of an estate; None where it can.
Silent = Callable[[Estate], str | None]
# Takes an outcome in the light of an inventory.
Judging = Callable[[Estate, ProofOutcome], ProofOutcome]
_PLATFORM = {theorem.id: theorem for theorem in platform.THEOREMS}
# Findings that an estate lacks what the platform always has: an inventory names what there is.
_OF_THE_PLATFORM = "of the data science account is for"


@dataclass(frozen=True, kw_only=True)
class EstateTheorem:
    """A statement about all requests to an estate. `silent` says why there is nothing for it to speak of."""

    id: str
    statement: str
    prove: Callable[[Estate], ProofOutcome]
    silent: Silent = lambda _: None


def _shared(
    name: str, statement: str, silent: Silent = lambda _: None, judging: Judging = lambda _, outcome: outcome
) -> EstateTheorem:
    """A theorem of the platform that holds of any estate too, in a sentence about estates."""
    prove = _PLATFORM[name].prove
    return EstateTheorem(
        id=name,
        statement=statement,
        prove=lambda estate: judging(estate, _in_words_of_estates(prove(estate.graph))),
        silent=silent,
    )


def _in_words_of_estates(outcome: ProofOutcome) -> ProofOutcome:
    findings = [
        replace(one, title=one.title.replace("the platform's", "the estate's"))
        for one in outcome.findings
        if _OF_THE_PLATFORM not in one.title
    ]
    return replace(outcome, findings=findings)


def _buckets(*purposes: str, endpoint: str = "") -> Silent:
    return lambda estate: _without(estate, "bucket", purposes, endpoint)


def _keys(*purposes: str, endpoint: str = "") -> Silent:
    return lambda estate: _without(estate, "key", purposes, endpoint)


def _without(estate: Estate, kind: str, purposes: Sequence[str], service: str) -> str | None:
    if not resources_with_purpose(estate.graph, kind, *purposes):
        return f"it speaks of {kind}s of {' or '.join(purposes)}; none are named"
    if service and not endpoint_ids(estate.graph, service):
        return f"it speaks of VPC endpoints of {service}; the exports hold none, and endpoints.{service} names none"
    return None


def _endpoints(estate: Estate) -> str | None:
    return None if estate.graph.endpoints else "it speaks of VPC endpoints; the exports hold none"


def _marked(estate: Estate) -> str | None:
    named = estate.marked() or any(estate.readers.values()) or any(estate.writers.values())
    return None if named else "it speaks of roles that are reserved; roles, readers and writers name none"


THEOREMS: tuple[EstateTheorem, ...] = (
    EstateTheorem(
        id="listed-readers",
        statement="Of all roles and users that the exports hold, only the printed ones read objects of a purpose.",
        prove=readers.readers,
        silent=_buckets(*PURPOSES),
    ),
    EstateTheorem(
        id="listed-writers",
        statement="Of all roles and users that the exports hold, only the printed ones write or delete such objects.",
        prove=readers.writers,
        silent=_buckets(*PURPOSES),
    ),
    EstateTheorem(
        id="listed-key-users",
        statement="Only those who read or write a purpose decrypt with its keys directly.",
        prove=readers.key_users,
        silent=_keys(*PURPOSES),
    ),
    _shared(
        "no-strangers",
        "Nobody outside the estate's accounts, but whom the inventory trusts, has access to anything in it.",
        judging=providers_listed,
    ),
    EstateTheorem(
        id="no-escalation",
        statement="Nobody but deployers comes, by any sequence of steps, to act as a role that the inventory marks or "
        "lists, or to rights that nothing limits.",
        prove=escalation,
        silent=_marked,
    ),
    _shared("policies-stay", "No role but the printed deployers changes who may use buckets, keys or anything else."),
    _shared(
        "services-from-home",
        "AWS services act here on behalf of the estate's accounts alone, save the printed ones that do not say for "
        "whom.",
        judging=services_without_source,
    ),
    _shared(
        "configuration-stays-home",
        "Every account, bucket, key, VPC and resource that any property names, policies apart, is the estate's or "
        "trusted; hosts and addresses are printed.",
    ),
    _shared("no-users", "People and machines sign in to roles for a limited time: there is no IAM user."),
    _shared("nothing-in-plain-text", "No bucket, topic or queue takes or gives anything over a plain connection."),
    _shared(
        "evidence-whole",
        "Trails record every change and every access to the estate's objects, what they and the logs write arrives, "
        "and it is kept as long as it must be; the printed accounts have no trail.",
        _buckets("trail"),
    ),
    _shared(
        "objects-through-endpoints",
        "Objects of data and models are touched through the estate's own VPC endpoints alone.",
        _buckets("data", "models", endpoint="s3"),
    ),
    _shared(
        "keys-through-endpoints",
        "Keys of data, models and captures are used directly through the estate's own VPC endpoints alone.",
        _keys("data", "models", "capture", endpoint="kms"),
    ),
    _shared(
        "objects-under-their-key",
        "Objects of data, models, artifacts and captures are stored under their bucket's key, whatever is asked for.",
        _buckets("data", "models", "artifacts", "capture"),
    ),
    _shared(
        "endpoints-lead-home",
        "Through the VPC endpoints nobody reaches what belongs to others, or comes with others' credentials.",
        _endpoints,
    ),
)
# Theorems of the platform that speak of what an inventory has no words for.
_PROJECTS = "it speaks of projects; an inventory names none"
_RELEASES = "it speaks of how this program's pipelines release models"
_FOUNDATION = "it speaks of the permissions boundaries of this program's foundation"
_KINDS = "it speaks of this program's kinds of roles"
UNSPEAKING: Mapping[str, str] = {
    "models-readers": f"{_KINDS}; listed-readers, listed-writers and listed-key-users say it of the inventory's",
    "models-own-prefix": _PROJECTS,
    "models-key-for-models": "it speaks of accounts that serve models for another; an inventory names none",
    "project-walls": _PROJECTS,
    "scientists-decide-nothing": f"{_KINDS}; no-escalation says whom the inventory's reach",
    "publishing-has-a-name": _PROJECTS,
    "approvers-are-told-what-is-so": _RELEASES,
    "approvers-only-approve": _RELEASES,
    "administration-role": _PROJECTS,
    "declared-as-catalogued": f"{_KINDS}, and of what the catalogue calls them",
    "delivery-walls": _PROJECTS,
    "production-doors": _RELEASES,
    "way-to-production": _RELEASES,
    "runs-with-its-own-role": _KINDS,
    "inputs-written": _RELEASES,
    "own-inputs": _RELEASES,
    "guards-awake": "it speaks of this program's remediator and alarms",
    "guards-stay": f"{_KINDS}, and of what they may silence",
    "change-sets-only-ask": _PROJECTS,
    "duties-apart": f"{_KINDS}; no-escalation says whom the inventory's reach",
    "across-accounts-as-listed": f"{_KINDS}; no-strangers says whom other accounts' callers reach",
    "roles-entered-as-listed": f"{_KINDS}, and of who enters each",
    "policies-let-in-as-listed": "it speaks of the services that this program's policies let in",
    "previews-only-look": "it speaks of this program's previewers",
    "boundaries-hold": _FOUNDATION,
    "compute-inside": _FOUNDATION,
    "tags-stay": "it speaks of tags by which policies tell projects apart; an inventory names no projects",
}
