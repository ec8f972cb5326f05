"""When a theorem may find nothing to speak of: the graph itself says that there is nothing of that kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from catalog.roles import RoleKind
from policies.access.graph import PolicyGraph
from policies.access.graph.purposes import resources_with_purpose, roles_of_kind

_K = RoleKind
# What the stack of the data science account makes, whoever brought its buckets and keys.
_OF_DATA_SCIENCE = (_K.STUDIO_DEFAULT, _K.SCIENTIST, _K.APPROVER, _K.IMAGE_BUILD, _K.ACCOUNT_CLEANER)
_ITS_STORAGE = ("data", "models", "artifacts")


@dataclass(frozen=True, kw_only=True)
class Emptiness:
    """`allowed` says of which graphs a theorem may find nothing to speak of, for `reason`, the end of a sentence."""

    reason: str
    allowed: Callable[[PolicyGraph], bool]


def has_data_science(graph: PolicyGraph) -> bool:
    """Whether anything of the data science account's stack, or of a project in it, is there."""
    storage = [one for kind in ("bucket", "key") for one in resources_with_purpose(graph, kind, *_ITS_STORAGE)]
    return bool(storage or roles_of_kind(graph, *_OF_DATA_SCIENCE) or graph.resources("group"))


def without_roles(reason: str, *kinds: RoleKind) -> Emptiness:
    """No stack made a role of the kinds."""
    return Emptiness(reason=reason, allowed=lambda graph: not roles_of_kind(graph, *kinds))


NOTHING_BUILT = Emptiness(
    reason="nothing was built", allowed=lambda graph: not (graph.roles or graph.policy_resources or graph.endpoints)
)
NO_DATA_SCIENCE = Emptiness(
    reason="no stack of a data science account is there", allowed=lambda graph: not has_data_science(graph)
)
NO_STORAGE = Emptiness(
    reason="no stack of a data science or workload account is there",
    allowed=lambda graph: not has_data_science(graph) and not graph.stages,
)
NO_OTHER_ACCOUNT = Emptiness(
    reason="no account but that of the models is there",
    allowed=lambda graph: not has_data_science(graph) or len(graph.accounts()) == 1,
)
ONE_PROJECT = Emptiness(reason="there are not two projects", allowed=lambda graph: len(graph.projects) <= 1)
NO_SERVED_PROJECT = Emptiness(
    reason="no project has an account that serves it", allowed=lambda graph: not graph.stages or not graph.projects
)
NO_DELIVERY = Emptiness(
    reason="no project is delivered to another account",
    allowed=lambda graph: not graph.stages or not roles_of_kind(graph, _K.DEPLOY_PIPELINE, _K.STACK_SET_ADMINISTRATION),
)
NO_KNOWN_ENDPOINT = Emptiness(
    reason="no stack made a VPC endpoint, or others answer for all",
    allowed=lambda graph: (
        all(endpoint.existing or endpoint.exempted for endpoint in graph.endpoints.values())
        if graph.endpoints
        else NO_STORAGE.allowed(graph)
    ),
)
