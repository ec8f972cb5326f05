"""In which order resources go, and which must not. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rehearsal.engine.state import Resource, StackFailed


def deletion_order(unseen: Mapping[str, Resource], replaced: Iterable[Resource]) -> list[Resource]:
    """Dependents first. A resource that was replaced is needed by whatever was replaced or dropped along with it."""
    old = {f"{r.urn}#{n}": r for n, r in enumerate(replaced)}
    nodes = {**unseen, **old}
    left_behind: dict[str, list[str]] = {}
    for key, resource in old.items():
        left_behind.setdefault(resource.urn, []).append(key)
    ordered: list[Resource] = []
    visited: set[str] = set()

    def visit(key: str) -> None:
        if key in visited:
            return
        visited.add(key)
        for urn in sorted(nodes[key].needs):
            for needed in [*left_behind.get(urn, []), *([urn] if urn in unseen else [])]:
                visit(needed)
        ordered.append(nodes[key])

    for key in nodes:
        visit(key)
    return ordered[::-1]


def refuse_protected(resources: Iterable[Resource]) -> None:
    """Raises StackFailed, naming every protected resource among those to be deleted."""
    urns = [resource.urn for resource in resources if resource.options.get("protect")]
    if urns:
        raise StackFailed(
            "\n".join(
                f'Unable to delete resource "{urn}" as it is currently marked for protection. To unprotect it, remove '
                "`protect` in the program and bring the stack up, then delete it."
                for urn in urns
            )
        )
