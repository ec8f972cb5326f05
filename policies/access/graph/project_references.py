"""What resources of one project name of another's: a function, a rule, a role, a bucket's object or a parameter.

A resource belongs to the project in its tag `project`; one without tags, such as an event target, to that of the
resources that its component made, or else to that of its whole stack. Policies apart: theorems about roles read those.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from policies.access.graph.references import Reference, property_texts
from policies.access.graph.stack_resources import identifiers, tags_of
from policies.pack.captured import CapturedStack
from policies.pack.model import StackResource

# What a name may be written in: a path, an ARN, a list, a pattern of events.
_NAME = re.compile(r"[\w.:/-]+")


def project_references(stacks: Sequence[CapturedStack]) -> Iterator[Reference]:
    """Each name of another project's resource that a property of a project's resource holds, once for each property."""
    owners = _names(stacks)
    for stack in stacks:
        projects = _projects(stack)
        for resource in stack.with_outputs:
            project = projects.get(resource.urn)
            if not project:
                continue
            for path, text in property_texts(resource):
                for name in sorted({text, *_NAME.findall(text)}):
                    owner = owners.get(name, project)
                    if owner != project:
                        what = f"{name} of project {owner}, in one of project {project}"
                        yield Reference(kind="project", name=what, stack=stack.stack, urn=resource.urn, path=path)


def _names(stacks: Iterable[CapturedStack]) -> Mapping[str, str]:
    """Name, id, ARN and URL of each project's own resources -> the project; names that several projects have are left
    out."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for stack in stacks:
        for resource in stack.with_outputs:
            if project := tags_of(resource).get("project"):
                for name in identifiers(resource):
                    found[name].add(project)
    return {name: next(iter(projects)) for name, projects in found.items() if len(projects) == 1}


def _projects(stack: CapturedStack) -> Mapping[str, str]:
    """URN -> project, of the resources that belong to one."""
    tagged = {one.urn: tags_of(one).get("project") for one in stack.with_outputs if one.custom}
    of_parent: defaultdict[str, set[str | None]] = defaultdict(set)
    for one in stack.with_outputs:
        if one.custom and _carries_tags(one):
            of_parent[str(one.opts.get("parent"))].add(tagged[one.urn])
    of_stack = set().union(*of_parent.values()) if of_parent else set()
    found: dict[str, str] = {}
    for one in stack.with_outputs:
        siblings = of_parent.get(str(one.opts.get("parent")), set())
        (project,) = siblings if len(siblings) == 1 else of_stack if len(of_stack) == 1 else (None,)
        own = tagged.get(one.urn) or (project if not _carries_tags(one) else None)
        if own:
            found[one.urn] = own
    return found


def _carries_tags(resource: StackResource) -> bool:
    return bool(tags_of(resource))
