"""Equivalence classes of accounts and projects: of those whose documents differ in ids alone, two are looked at.

Policies tell accounts, projects and users apart by equality, and projects by hyphenated names too. So a theorem that
holds of two members of a class, and of every pair of projects whose ids could be taken for each other, holds of all.
What is compared is the text of every document: nothing counts as equivalent that is not equal to the letter.
"""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations, islice

from policies.access.graph.model import IamRole, PolicyGraph, PolicyResource

# Members of a class that are looked at: one alone, and one beside another of its kind.
MEMBERS = 2


@dataclass(frozen=True, kw_only=True)
class EquivalenceClasses:
    """A graph reduced to representatives, and how many accounts and projects each stands for.

    `related` are pairs of projects whose ids could be taken for each other.
    """

    graph: PolicyGraph
    accounts: Mapping[str, int]
    projects: Mapping[str, int]
    related: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        accounts, projects = sum(self.accounts.values()), sum(self.projects.values())
        return (
            f"{accounts} accounts in {len(self.accounts)} classes, {projects} projects in {len(self.projects)}, "
            f"{len(self.related)} pairs of related ids: {len(self.graph.roles)} roles are looked at"
        )


def equivalence_classes(graph: PolicyGraph) -> EquivalenceClasses:
    """The graph's classes. A graph without repetition is its own representative."""
    fingerprints = _Fingerprints(graph)
    by_account: dict[str, set[Hashable]] = {account: set() for account in graph.accounts()}
    by_project: dict[str, set[Hashable]] = {}
    everything: list[IamRole | PolicyResource] = [*graph.roles.values(), *graph.policy_resources.values()]
    for element in everything:
        fingerprint, project = fingerprints.of(element), element.project
        if project:
            by_project.setdefault(project, set()).add(fingerprint)
        by_account[element.account].add(fingerprint)
    accounts, projects = _grouped(by_account), _grouped(by_project)
    related = tuple(_related(by_project))
    chosen_accounts = {account for members in accounts for account in members[:MEMBERS]}
    chosen_projects = {project for pair in related for project in pair}
    for members in projects:
        looked_at = [project for project in members if project in chosen_projects]
        others = (project for project in members if project not in chosen_projects)
        chosen_projects |= set(islice(others, max(0, MEMBERS - len(looked_at))))
    return EquivalenceClasses(
        graph=_restricted(graph, chosen_accounts, chosen_projects),
        accounts={members[0]: len(members) for members in accounts},
        projects={members[0]: len(members) for members in projects},
        related=related,
    )


def _grouped(found: Mapping[str, set[Hashable]]) -> list[list[str]]:
    """Members by what they consist of, each class in the order of its names."""
    groups: dict[frozenset[Hashable], list[str]] = {}
    for name in sorted(found):
        groups.setdefault(frozenset(found[name]), []).append(name)
    return list(groups.values())


def _related(ids: Iterable[str]) -> Iterable[tuple[str, str]]:
    """Pairs of ids of which one is a part of the other between hyphens: `risk` and `risk-eu`."""
    all_ids = set(ids)
    for name in sorted(all_ids):
        parts = name.split("-")
        for start, end in combinations(range(len(parts) + 1), 2):
            inner = "-".join(parts[start:end])
            if inner != name and inner in all_ids:
                yield inner, name


def _restricted(graph: PolicyGraph, accounts: set[str], projects: set[str]) -> PolicyGraph:
    def kept(element: IamRole | PolicyResource) -> bool:
        return element.account in accounts and (element.project is None or element.project in projects)

    roles = {arn: role for arn, role in graph.roles.items() if kept(role)}
    stacks = {role.stack for role in roles.values()}
    return replace(
        graph,
        roles=roles,
        policy_resources={arn: one for arn, one in graph.policy_resources.items() if kept(one)},
        # Endpoints of every account stay: the perimeter is all of them together.
        runners={urn: one for urn, one in graph.runners.items() if one.role_arn in roles},
        stacks={stack: account for stack, account in graph.stacks.items() if account in accounts and stack in stacks},
        equivalent_accounts=graph.equivalent_accounts | (frozenset(graph.accounts()) - accounts),
    )


class _Fingerprints:
    """Numbers for the texts of roles and resources, with the ids of their own account, project and user left open."""

    def __init__(self, graph: PolicyGraph) -> None:
        self._labels = _labels(graph)
        # CodePipeline cuts folders by length: only the whole name of the pipeline says whose folder one is.
        self._folders: dict[str, list[tuple[str, str]]] = {}
        for runner in graph.runners.values():
            role = graph.roles.get(runner.role_arn)
            if runner.artifacts and role and role.project:
                project, folder = role.project, runner.artifacts.rstrip("/").rsplit("/", 1)[-1]
                name = f"«folder of {runner.name.removeprefix(project)}»"
                self._folders.setdefault(project, []).append((folder, name))
        # Of boundaries, which whole accounts share: by identity, since the graph keeps each.
        self._limits: dict[tuple[int, str], int] = {}
        self._texts: dict[str, str] = {}
        self._seen: dict[str, int] = {}

    def of(self, element: IamRole | PolicyResource) -> Hashable:
        """The fingerprint: equal for equal texts."""
        if isinstance(element, PolicyResource):
            return self._number(_resource_content(element), element)
        limit = id(element.boundary), element.account
        if limit not in self._limits:
            self._limits[limit] = self._number([element.boundary, element.boundary_arn], replace(element, tags={}))
        return self._number(_role_content(element), element), self._limits[limit]

    def _number(self, content: list[object], element: IamRole | PolicyResource) -> int:
        text = json.dumps(content, ensure_ascii=False)
        for folder, name in self._folders.get(element.project or "", ()):
            text = text.replace(f"/{folder}/", f"/{name}/")
        for tag, label in (("project", "«project»"), ("user", "«user»")):
            if element.tags.get(tag):
                text = _bounded(element.tags[tag]).sub(label, text)
        for pattern, name, label in self._labels.get(element.account, ()):
            if name in text:
                text = pattern.sub(label, text)
        text = text.replace(element.account, "«account»")
        if text not in self._texts:
            # Lists are sets to IAM, and were sorted by the names that stood there.
            self._texts[text] = json.dumps(_sorted(json.loads(text)), sort_keys=True)
        return self._seen.setdefault(self._texts[text], len(self._seen))


def _labels(graph: PolicyGraph) -> dict[str, list[tuple[re.Pattern[str], str, str]]]:
    """For each account: its own keys, endpoints and stacks, and what stands for them. Others' ids stay themselves."""
    found: dict[str, dict[str, str]] = {}
    for key in graph.resources("key"):
        found.setdefault(key.account, {})[key.name] = f"«key {key.purpose}»"
    for endpoint in graph.endpoints.values():
        ids = found.setdefault(endpoint.account, {})
        ids |= {endpoint.id: f"«{endpoint.service}»", endpoint.vpc: "«vpc»"}
    # A project's stack is called after the project, which is left open by itself.
    elements: list[IamRole | PolicyResource] = [*graph.roles.values(), *graph.policy_resources.values()]
    shared = {one.stack for one in elements if not one.project}
    for stack in sorted(shared, key=len, reverse=True):
        if stack in graph.stacks:
            found.setdefault(graph.stacks[stack], {})[stack] = "«stack»"
    return {account: [(_bounded(name), name, label) for name, label in own.items()] for account, own in found.items()}


def _sorted(value: object) -> object:
    """The same value with every list of texts in order."""
    if isinstance(value, dict):
        return {key: _sorted(inner) for key, inner in value.items()}
    if isinstance(value, list):
        inner = [_sorted(each) for each in value]
        return sorted(inner, key=str) if all(isinstance(each, str) for each in inner) else inner
    return value


@lru_cache(maxsize=65_536)
def _bounded(text: str) -> re.Pattern[str]:
    # The text stands first: searching for it is what makes this quick.
    plain = re.escape(text)
    return re.compile(rf"{plain}(?<![A-Za-z0-9]{plain})(?![A-Za-z0-9])")


def _role_content(role: IamRole) -> list[object]:
    tags = {key: value for key, value in role.tags.items() if key in ("project", "user", "platform")}
    return [role.kind.value, role.arn, role.trust, role.inline, role.managed, tags]


def _resource_content(resource: PolicyResource) -> list[object]:
    name: object = resource.aliases if resource.kind == "key" else resource.arn
    return [resource.kind, name, resource.policy, resource.key_arn]
