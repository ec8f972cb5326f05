"""Whether who makes, reads, changes and removes a resource may do what the handlers of its type call."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from policies.access.evaluator import decide
from policies.access.graph import PolicyGraph
from policies.access.published.delivered_apis import delivered_apis
from policies.access.published.delivered_resources import delivered_resources
from policies.access.published.deployed_resources import deployed_resources, unmapped_tokens
from policies.access.published.handled_resources import HandledResources
from policies.access.published.resource_schemas import handler_permissions
from policies.access.published.reviewed_permissions import REVIEWED, ReviewedPermissions
from policies.pack.captured import CapturedStack


@dataclass(frozen=True, kw_only=True)
class DeniedPermission:
    """An action that a handler calls and its role may not do, on one resource."""

    type_name: str
    handler: str
    action: str
    role: str
    kind: str
    resource: str
    because: str

    def __str__(self) -> str:
        return (
            f"{self.role} may not {self.action} on {self.resource}, which {self.type_name} calls to {self.handler}: "
            f"{self.because}; grant it, or say in policies/access/published/reviewed_permissions.py why it cannot arise"
        )


@dataclass(frozen=True, kw_only=True)
class HandlerReview:
    """What was decided: `asked` pairs of type and action, `excused` of them by the reviewed list; what is wrong."""

    asked: int
    excused: int
    denied: Sequence[DeniedPermission]
    stale: Sequence[str]
    unmapped: Sequence[str]

    @property
    def problems(self) -> list[str]:
        """Everything that is wrong."""
        unmapped = [
            f"{token} is declared and policies/access/published/cloudformation_types.py knows no type for it"
            for token in self.unmapped
        ]
        return [*map(str, self.denied), *self.stale, *unmapped]

    def sentence(self) -> str:
        """One line of counts."""
        return (
            f"{self.asked:,} permissions of handlers decided, {self.excused} cannot arise by the reviewed list, "
            f"{len(self.denied)} missing"
        )


def review_handlers(
    graph: PolicyGraph, stacks: Sequence[CapturedStack], reviewed: Sequence[ReviewedPermissions] = REVIEWED
) -> HandlerReview:
    """Decide every permission of every handler, for the delivered template and for what stacks declare."""
    handled = [*delivered_resources(graph), *delivered_apis(graph), *deployed_resources(graph, stacks)]
    # Where some resources of a type name a role or a key, those that name none need no right on one.
    named = {
        (each.role.kind, each.type_name, action) for each in handled for action in _actions(each) if each.known(action)
    }
    denied = [found for each in handled for found in _denied(graph, each, named)]
    excused = {(found.kind, found.type_name, found.action) for found in denied if _excuse(found, reviewed)}
    return HandlerReview(
        asked=len({(each.role.kind, each.type_name, action) for each in handled for action in _actions(each)}),
        excused=len(excused),
        denied=_first_of_each(found for found in denied if not _excuse(found, reviewed)),
        stale=list(_stale(reviewed, denied, handled)),
        unmapped=unmapped_tokens(each.type for stack in _of_deployers(graph, stacks) for each in stack.with_outputs),
    )


def _of_deployers(graph: PolicyGraph, stacks: Iterable[CapturedStack]) -> Iterator[CapturedStack]:
    """Stacks that a deployer brings up: all but those that make one."""
    foundations = {role.stack for role in graph.roles.values() if role.kind == "deployer"}
    return (stack for stack in stacks if stack.stack not in foundations)


def _actions(handled: HandledResources) -> set[str]:
    return {action for actions in handler_permissions(handled.type_name).values() for action in actions}


def _denied(
    graph: PolicyGraph, handled: HandledResources, named: Collection[tuple[str, str, str]]
) -> Iterator[DeniedPermission]:
    for handler, actions in handler_permissions(handled.type_name).items():
        for action in actions:
            if (handled.role.kind, handled.type_name, action) in named and not handled.known(action):
                continue
            for request in handled.requests(graph, handler, action):
                decision = decide(request)
                if not decision.allowed:
                    yield DeniedPermission(
                        type_name=handled.type_name,
                        handler=handler,
                        action=action,
                        role=f"{handled.role.name} ({handled.role.account})",
                        kind=handled.role.kind,
                        resource=request.resource,
                        because=decision.because,
                    )


def _excuse(found: DeniedPermission, reviewed: Sequence[ReviewedPermissions]) -> ReviewedPermissions | None:
    return next((each for each in reviewed if each.covers(found.kind, found.type_name, found.action)), None)


def _first_of_each(found: Iterable[DeniedPermission]) -> list[DeniedPermission]:
    first: dict[tuple[str, str, str, str], DeniedPermission] = {}
    for each in found:
        first.setdefault((each.type_name, each.handler, each.action, each.role), each)
    return list(first.values())


def _stale(
    reviewed: Sequence[ReviewedPermissions], denied: Sequence[DeniedPermission], handled: Sequence[HandledResources]
) -> Iterator[str]:
    """Lines of the reviewed list that nothing needs any longer; of types that are not there nothing can be said."""
    needed = {(found.kind, found.type_name, found.action) for found in denied}
    there = {(each.role.kind, each.type_name) for each in handled}
    for each in reviewed:
        for type_name in each.types:
            if (each.role, type_name) not in there:
                continue
            for action in each.actions:
                if not any(
                    each.matches(action, of) for kind, name, of in needed if (kind, name) == (each.role, type_name)
                ):
                    yield (
                        f"policies/access/published/reviewed_permissions.py excuses {action} of {type_name} for "
                        f"{each.role}, which may do it or need not: take the line away"
                    )
