"""Which settings a refused request comes from: those whose values it carries, and those that do not admit them.

A refusal is never mended by a wider boundary or policy: either a setting asks for something that another setting does
not admit, or the platform is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from catalog.roles import RoleKind
from policies.access.authorization import AuthorizationRequest, Document
from policies.access.evaluator import Explanation
from policies.access.graph import PolicyGraph
from settings.document import KeyPath, closest_line, dotted
from settings.load import StackFile
from settings.stack_files import StackFiles, read_stack_files, value_at
from settings.values import StackKind

DEFECT = (
    "no setting is known to cause this: it is a defect of the platform to report, with the request's entry in "
    "report.json (access.refusals); neither boundary nor policy is to be widened for it"
)
# Condition key of the statement that decided -> the setting that says which values it admits, and of whose file.
_ADMITTED_BY: Mapping[str, tuple[StackKind, tuple[str, ...]]] = {
    "sagemaker:instancetypes": (StackKind.FOUNDATION, ("prevention", "instanceTypes")),
    "aws:requestedregion": (StackKind.FOUNDATION, ("region",)),
}
# Who may sign in, by the kind of role: the setting in the file of the role's stack.
_SIGN_IN: Mapping[str, tuple[str, ...]] = {
    "approver": ("approvers",),
    "team-administrator": ("administrators",),
    "administrator": ("people", "administrators"),
    "auditor": ("people", "auditors"),
    "deployer": ("deployer", "trustedBy"),
    "previewer": ("previewer", "trustedBy"),
}


def settings_at_fault(
    question: AuthorizationRequest, explanation: Explanation, graph: PolicyGraph, folder: Path
) -> tuple[str, ...]:
    """Lines that say where to look in the stack files of a folder; or that nothing there is known to be the cause."""
    files = read_stack_files(folder)
    found = [
        *_by_condition(question, explanation, files),
        *_by_account(question, files, graph),
        *_by_name(question, files, graph),
        *_by_sign_in(question, files, graph),
    ]
    return tuple(dict.fromkeys(found)) or (DEFECT,)


def _by_condition(question: AuthorizationRequest, explanation: Explanation, files: StackFiles) -> Iterator[str]:
    """Values of the request that a condition of the deciding statement does not take."""
    given = {key.lower(): value for key, value in question.context.items()}
    for key in _condition_keys(question, explanation):
        admitted_by, value = _ADMITTED_BY.get(key), given.get(key)
        if admitted_by is None or value is None:
            continue
        kind, path = admitted_by
        for file in _of_account(files, kind, question.account):
            admitted = value_at(file, path)
            allowed = [str(one) for one in admitted] if isinstance(admitted, list) else [str(admitted)]
            refused = [one for one in _texts(value) if one not in allowed]
            asking = [line for one in refused for line in _holding(files, one)]
            if refused:
                yield from asking
                yield f"{_location(file, path)}, which admits {', '.join(allowed)} and not {', '.join(refused)}"


def _by_account(question: AuthorizationRequest, files: StackFiles, graph: PolicyGraph) -> Iterator[str]:
    """One account asks another's resource, and the settings do not admit it there."""
    if not question.account or question.account == question.owner:
        return
    stacks = [file.stack for file in _of_account(files, StackKind.WORKLOAD, question.account)]
    role = graph.roles.get(question.principal)
    for file in files.of_kind(StackKind.DATA_SCIENCE):
        admitted = [str(one) for one in _listed(value_at(file, ("workloads",)))]
        if stacks and question.owner == value_at(file, ("account",)) and not set(stacks) & set(admitted):
            yield f"{_location(file, ('workloads',))}, which does not list {' or '.join(sorted(stacks))}"
    for file in files.of_kind(StackKind.WORKLOAD):
        projects = [str(one) for one in _listed(value_at(file, ("projects",)))]
        concerned = value_at(file, ("account",)) in (question.account, question.owner)
        if concerned and role and role.project and role.project not in projects:
            yield f"{_location(file, ('projects',))}, which does not list {role.project}"
    if question.account not in graph.stacks.values():
        for line in _holding(files, question.account):
            yield f"{line}: an account that no stack here is in"


def _by_name(question: AuthorizationRequest, files: StackFiles, graph: PolicyGraph) -> Iterator[str]:
    """A name under a prefix that the settings of that stack have, and the platform's others do not."""
    for file in files.files:
        prefix = value_at(file, ("prefix",))
        if isinstance(prefix, str) and prefix != graph.prefix and f"{prefix}-" in question.resource:
            yield f"{_location(file, ('prefix',))} is {prefix}, the other stacks' is {graph.prefix}"


def _by_sign_in(question: AuthorizationRequest, files: StackFiles, graph: PolicyGraph) -> Iterator[str]:
    """Somebody from outside assumes a role whose trust the settings list."""
    role = graph.roles.get(question.resource)
    path = _SIGN_IN.get(role.kind.value) if role else None
    if role is not None and role.kind is RoleKind.TEAM_APPROVER:
        path = ("projectApprovers", role.project or "")
    if role is None or path is None or not question.action.startswith("sts:") or question.principal in graph.roles:
        return
    file = files.by_stack.get(role.stack)
    if file is not None and question.principal not in map(str, _listed(value_at(file, path))):
        yield f"{_location(file, path)}, which does not list {question.principal}"


def _condition_keys(question: AuthorizationRequest, explanation: Explanation) -> Iterator[str]:
    """Condition keys, in lower case, of the statements that denied, or that came nearest to allowing."""
    told = [*explanation.decisive, *(one.nearest or "" for one in explanation.missing)]
    labels = {text.removeprefix("Deny ").partition(" in ")[0] for text in told}
    documents = [
        *question.identity,
        *(one for one in (question.boundary, question.resource_policy, question.endpoint_policy) if one),
        *(document for level in question.scps for document in level),
    ]
    keys = (key for document in documents for statement in _statements(document, labels) for key in _keys(statement))
    yield from dict.fromkeys(keys)


def _statements(document: Document, labels: set[str]) -> Iterator[Mapping[str, Any]]:
    statements = document.get("Statement") or []
    for statement in statements if isinstance(statements, list) else [statements]:
        if statement.get("Sid") in labels:
            yield statement


def _keys(statement: Mapping[str, Any]) -> Iterator[str]:
    for keys in (statement.get("Condition") or {}).values():
        yield from (str(key).lower() for key in keys)


def _of_account(files: StackFiles, kind: StackKind, account: str | None) -> list[StackFile]:
    return [file for file in files.of_kind(kind) if value_at(file, ("account",)) == account]


def _holding(files: StackFiles, value: str) -> Iterator[str]:
    """Every place in the stack files that has a value, written or as a default."""
    for file in files.files:
        for path in _paths(file.valid_values, value, ()):
            yield f"{_location(file, path)} is {value}"


def _paths(node: object, value: str, path: KeyPath) -> Iterator[KeyPath]:
    if isinstance(node, Mapping):
        for key, inner in node.items():
            yield from _paths(inner, value, (*path, key))
    elif isinstance(node, list | tuple):
        for number, inner in enumerate(node):
            yield from _paths(inner, value, (*path, number))
    elif node == value:
        yield path


def _location(file: StackFile, path: KeyPath) -> str:
    line = closest_line(file.positions, path)
    return f"{file.name}{f':{line}' if line else ''}: {dotted(path)}"


def _texts(value: str | Sequence[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else []
