"""The theorems that can speak of an estate, and why others cannot."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from policies.access.graph import PolicyGraph
from policies.access.graph.purposes import endpoint_ids, resources_with_purpose
from policies.access.inventory import readers
from policies.access.inventory.entries import PURPOSES
from policies.access.inventory.estate import Estate
from policies.access.inventory.reach import escalation
from policies.access.proofs import boundaries, configuration, encryption, evidence, perimeter, premises
from policies.access.proofs.theorem import ProofOutcome

# Says why a theorem cannot speak of an estate; None where it can.
Silent = Callable[[Estate], str | None]


@dataclass(frozen=True, kw_only=True)
class EstateTheorem:
    """A statement about all requests to an estate. `silent` says why there is nothing for it to speak of."""

    id: str
    statement: str
    prove: Callable[[Estate], ProofOutcome]
    silent: Silent = lambda _: None


def _of_graph(prove: Callable[[PolicyGraph], ProofOutcome]) -> Callable[[Estate], ProofOutcome]:
    return lambda estate: prove(estate.graph)


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
    EstateTheorem(
        id="no-strangers",
        statement="Nobody outside the estate's accounts, but whom the inventory trusts, has access to anything in it.",
        prove=_of_graph(perimeter.foreign_callers),
    ),
    EstateTheorem(
        id="no-escalation",
        statement="Nobody but deployers comes, by any sequence of steps, to act as a role that the inventory marks or "
        "lists, or to rights that nothing limits.",
        prove=escalation,
        silent=_marked,
    ),
    EstateTheorem(
        id="policies-stay",
        statement="No role but the printed deployers changes who may use buckets, keys or whatever has a policy.",
        prove=_of_graph(premises.resource_policies),
    ),
    EstateTheorem(
        id="services-from-home",
        statement="AWS services act here on behalf of the estate's accounts alone, save the printed ones that do not "
        "say for whom.",
        prove=_of_graph(premises.confused_deputy),
    ),
    EstateTheorem(
        id="configuration-stays-home",
        statement="Every account, bucket and VPC that a property of a resource names is the estate's or trusted.",
        prove=_of_graph(configuration.configuration),
    ),
    EstateTheorem(
        id="no-users",
        statement="People and machines sign in to roles for a limited time: there is no IAM user.",
        prove=_of_graph(configuration.no_users),
    ),
    EstateTheorem(
        id="evidence-whole",
        statement="Trails record every change and every access to the estate's objects, what they and the logs write "
        "arrives, and it is kept as long as it must be; the printed accounts have no trail.",
        prove=_of_graph(evidence.written_down),
        silent=_buckets("trail"),
    ),
    EstateTheorem(
        id="objects-through-endpoints",
        statement="Objects of data and models are touched through the estate's own VPC endpoints alone.",
        prove=_of_graph(perimeter.objects),
        silent=_buckets("data", "models", endpoint="s3"),
    ),
    EstateTheorem(
        id="keys-through-endpoints",
        statement="Keys of data, models and captures are used directly through the estate's own VPC endpoints alone.",
        prove=_of_graph(perimeter.keys),
        silent=_keys("data", "models", "capture", endpoint="kms"),
    ),
    EstateTheorem(
        id="objects-under-their-key",
        statement="Objects of data, models, artifacts and captures are written under their bucket's key alone.",
        prove=_of_graph(encryption.encrypted),
        silent=_buckets("data", "models", "artifacts", "capture"),
    ),
    EstateTheorem(
        id="endpoints-lead-home",
        statement="Through the VPC endpoints nobody reaches what belongs to others, or comes with others' credentials.",
        prove=_of_graph(boundaries.endpoints),
        silent=_endpoints,
    ),
)
# Theorems of the platform that speak of what an inventory has no words for.
_PROJECTS = "it speaks of projects; an inventory names none"
_RELEASES = "it speaks of how this program's pipelines release models"
_FOUNDATION = "it speaks of the permissions boundaries of this program's foundation"
UNSPEAKING: Mapping[str, str] = {
    "models-readers": "it speaks of this program's kinds of roles; listed-readers, listed-writers and listed-key-users "
    "say it of the inventory's",
    "models-own-prefix": _PROJECTS,
    "models-key-for-models": "it speaks of accounts that serve models for another; an inventory names none",
    "project-walls": _PROJECTS,
    "scientists-decide-nothing": "it speaks of what this program's scientists are for; no-escalation says whom the "
    "inventory's reach",
    "publishing-has-a-name": _PROJECTS,
    "approvers-only-approve": _RELEASES,
    "administration-role": _PROJECTS,
    "delivery-walls": _PROJECTS,
    "production-doors": _RELEASES,
    "way-to-production": _RELEASES,
    "own-inputs": _RELEASES,
    "guards-awake": "it speaks of this program's remediator and alarms",
    "change-sets-only-ask": _PROJECTS,
    "duties-apart": "it speaks of this program's kinds of roles; no-escalation says whom the inventory's reach",
    "previews-only-look": "it speaks of this program's previewers",
    "boundaries-hold": _FOUNDATION,
    "compute-inside": _FOUNDATION,
    "tags-stay": "it speaks of tags by which policies tell projects apart; an inventory names no projects",
}
