"""Which projects are asked about as other ones: of many that are alike, one stands for all."""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Sequence

from policies.access.graph import IamRole, PolicyGraph


class OtherProjects:
    """The other projects of each role.

    Whoever has no project is asked about every one: a policy may leave out any of them. Whoever has some is asked about
    one of each class of projects that have the same roles and, but for their ids, the same resource policies; about
    those whose ids could be taken for an own one; and about those that the role's own policies name.
    """

    def __init__(self, graph: PolicyGraph) -> None:
        self._projects = graph.projects
        self._classes = _classes(graph)
        ids = sorted(graph.projects, key=len, reverse=True)
        self._ids = re.compile("|".join(map(re.escape, ids)) or "(?!)")

    def of(self, own: Sequence[str], role: IamRole | None) -> tuple[str, ...]:
        """The projects to be asked about, sorted, for somebody with these projects."""
        if not own:
            return self._projects
        chosen = {next((project for project in members if project not in own), own[0]) for members in self._classes}
        chosen |= {project for project in self._projects for mine in own if project in mine or mine in project}
        if role:
            chosen |= set(self._ids.findall(json.dumps([role.inline, role.managed])))
        return tuple(sorted(chosen - set(own)))


def _classes(graph: PolicyGraph) -> list[list[str]]:
    consists_of: dict[str, set[Hashable]] = {project: set() for project in graph.projects}
    for role in graph.roles.values():
        if role.project:
            consists_of[role.project].add((role.kind, role.account))
    for resource in graph.policy_resources.values():
        if resource.project in consists_of:
            policy = json.dumps(resource.policy, sort_keys=True).replace(resource.project, "")
            consists_of[resource.project].add((resource.kind, resource.account, policy))
    classes: dict[frozenset[Hashable], list[str]] = {}
    for project, content in consists_of.items():
        classes.setdefault(frozenset(content), []).append(project)
    return list(classes.values())
