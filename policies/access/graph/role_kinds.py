"""The kind of a role, as its tag tells it, checked against the catalogue of roles."""

from __future__ import annotations

import re

from catalog.roles import PURPOSE_TAG, ROLES, RoleKind
from policies.access.graph.stack_resources import tags_of
from policies.pack.model import StackResource


class UnknownRoleKind(ValueError):
    """A role whose kind cannot be told. The message ends a sentence that begins with the role."""


def role_kind(role: StackResource, prefix: str | None) -> RoleKind:
    """The kind of a role that a stack made. Raises UnknownRoleKind.

    Every role needs one: matrix and proofs would pass over a role that no expectation speaks of, and one under another
    path than its kind's would be missed by the policies that name the path. `prefix` begins the paths; None: any does.
    """
    tags = tags_of(role)
    purpose, project = tags.get(PURPOSE_TAG), tags.get("project", "")
    if not purpose:
        raise UnknownRoleKind(
            f"has no tag {PURPOSE_TAG}, which says its kind (catalog/roles.py): bring its stack up with this version"
        )
    try:
        kind = {str(each): each for each in ROLES}[purpose]
    except KeyError as error:
        kinds = ", ".join(sorted(ROLES))
        raise UnknownRoleKind(
            f"has the tag {PURPOSE_TAG} {purpose!r}, which is no kind in catalog/roles.py: {kinds}"
        ) from error
    if ROLES[kind].of_project and not project:
        raise UnknownRoleKind(
            f"has the tag {PURPOSE_TAG} {purpose!r} and no tag project, which roles of that kind have"
        )
    path, expected = str(role.props.get("path") or "/"), ROLES[kind].iam_path(prefix or "*", project)
    if not re.fullmatch("[^/]+".join(map(re.escape, expected.split("*"))), path):
        raise UnknownRoleKind(
            f"has the tag {PURPOSE_TAG} {purpose!r} and the path {path}: roles of that kind have the path {expected}"
        )
    return kind
