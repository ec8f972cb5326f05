"""When a theorem may find nothing to speak of: the graph itself says that there is nothing of that kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from catalog.roles import RoleKind
from policies.access.graph import PolicyGraph
from policies.access.graph.purposes import resources_with_purpose, roles_of_kind

_K = RoleKind
# What the stack of the data science account makes, whoever brought its buckets and keys.
OF_DATA_SCIENCE = (_K.STUDIO_DEFAULT, _K.SCIENTIST, _K.APPROVER, _K.IMAGE_BUILD, _K.ACCOUNT_CLEANER)
_ITS_STORAGE = ("data", "models", "artifacts")


@dataclass(frozen=True, kw_only=True)
class Emptiness:
    """`allowed` says of which graphs a theorem may find nothing to speak of, for `reason`, the end of a sentence."""

    reason: str
    allowed: Callable[[PolicyGraph], bool]


def has_data_science(graph: PolicyGraph) -> bool:
    """Whether anything of the data science account's stack, or of a project in it, is there."""
    storage = [one for kind in ("bucket", "key") for one in resources_with_purpose(graph, kind, *_ITS_STORAGE)]
    return bool(storage or roles_of_kind(graph, *OF_DATA_SCIENCE) or graph.resources("group"))


def without_roles(reason: str, *kinds: RoleKind) -> Emptiness:
    """No stack made a role of the kinds."""
    return Emptiness(reason=reason, allowed=partial(_has_none, kinds))


def _has_none(kinds: tuple[RoleKind, ...], graph: PolicyGraph) -> bool:
    return not roles_of_kind(graph, *kinds)


def _nothing_built(graph: PolicyGraph) -> bool:
    return not (graph.roles or graph.policy_resources or graph.endpoints)


def _no_data_science(graph: PolicyGraph) -> bool:
    return not has_data_science(graph)


def _no_storage(graph: PolicyGraph) -> bool:
    return not has_data_science(graph) and not graph.stages


def _no_other_account(graph: PolicyGraph) -> bool:
    return not has_data_science(graph) or len(graph.accounts()) == 1


def _one_project(graph: PolicyGraph) -> bool:
    return len(graph.projects) <= 1


def _no_served_project(graph: PolicyGraph) -> bool:
    return not graph.stages or not graph.projects


def _no_delivery(graph: PolicyGraph) -> bool:
    delivering = roles_of_kind(graph, _K.DEPLOY_PIPELINE, _K.STACK_SET_ADMINISTRATION)
    return not graph.stages or not delivering or len(graph.accounts()) == 1


def _no_known_endpoint(graph: PolicyGraph) -> bool:
    if not graph.endpoints:
        return _no_storage(graph)
    return all(endpoint.existing or endpoint.exempted for endpoint in graph.endpoints.values())


def _no_reference(graph: PolicyGraph) -> bool:
    return not graph.references


NO_REFERENCE = Emptiness(reason="no property names an account, a bucket or a VPC", allowed=_no_reference)
NOTHING_BUILT = Emptiness(reason="nothing was built", allowed=_nothing_built)
NO_DATA_SCIENCE = Emptiness(reason="no stack of a data science account is there", allowed=_no_data_science)
NO_STORAGE = Emptiness(reason="no stack of a data science or workload account is there", allowed=_no_storage)
NO_OTHER_ACCOUNT = Emptiness(reason="no account but that of the models is there", allowed=_no_other_account)
ONE_PROJECT = Emptiness(reason="there are not two projects", allowed=_one_project)
NO_SERVED_PROJECT = Emptiness(reason="no project has an account that serves it", allowed=_no_served_project)
NO_DELIVERY = Emptiness(reason="no project is delivered to another account", allowed=_no_delivery)
NO_KNOWN_ENDPOINT = Emptiness(
    reason="no stack made a VPC endpoint, or others answer for all", allowed=_no_known_endpoint
)
