"""The roles that stacks make, by the names that `catalog` gives them, whatever else is wrong with a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from catalog.roles import ROLES, RoleKind, RoleName
from settings.document import KeyPath
from settings.load import StackFile
from settings.stack_files import StackFiles, sections_at, text_at, texts_at
from settings.values import StackKind


@dataclass(frozen=True)
class MadeRole:
    """A role that a stack makes in its account. `path` is the place in the file that the name comes from."""

    file: StackFile
    path: KeyPath
    account: str
    name: str
    kind: RoleKind
    project: str = ""


def made_roles(stack_files: StackFiles) -> Iterator[MadeRole]:
    """Every role of every stack whose account, prefix and names can be read."""
    for file in stack_files.of_kind(*StackKind):
        account, prefix = text_at(file, "account"), text_at(file, "prefix")
        if account is None or prefix is None:
            continue
        for kind, spec in ROLES.items():
            for path, values in _values(file, kind):
                name = spec.role_name(kind, prefix=prefix, environment=file.stack, **values)
                yield MadeRole(file, path, account, name, kind, values.get("project", ""))


def _values(file: StackFile, kind: RoleKind) -> Iterator[tuple[KeyPath, Mapping[str, str]]]:
    """What the names of the file's roles of a kind are made of; nothing if it makes none."""
    form = ROLES[kind].name
    if file.kind is StackKind.FOUNDATION and form in (RoleName.ACCOUNT, RoleName.REMEDIATOR):
        yield ("account",), {}
    elif file.kind is StackKind.PROJECT and form is RoleName.PROJECT and (identifier := text_at(file, "id")):
        yield ("id",), {"project": identifier}
    elif file.kind is StackKind.WORKLOAD and form is RoleName.STAGE and (stage := text_at(file, "stage")):
        for index, project in enumerate(texts_at(file, "projects")):
            yield ("projects", index), {"project": project, "stage": stage}
    elif _of_host(file, kind):
        yield ("kind",), {}
    elif file.kind is StackKind.DATA_SCIENCE and form is RoleName.SCIENTIST:
        for index, scientist in enumerate(sections_at(file, "studio", "scientists")):
            if isinstance(name := scientist.get("name"), str):
                yield ("studio", "scientists", index, "name"), {"user": name}


def _of_host(file: StackFile, kind: RoleKind) -> bool:
    """Whether the stack, which makes a network, has one role of the kind."""
    if file.kind is StackKind.WORKLOAD:
        return kind is RoleKind.FLOW_LOGS
    return file.kind is StackKind.DATA_SCIENCE and ROLES[kind].name in (RoleName.ENVIRONMENT, RoleName.STUDIO)
