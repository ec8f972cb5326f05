"""Policy documents as statements, for the encoding only: JSON in, statements or `MalformedDocument` out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from policies.access.authorization import Document
from policies.access.document_cache import DocumentCache
from policies.access.encoding.grammar import Kind, defects

# Where ${...} is a variable; any other version, or none, leaves it as text.
# Source: IAM User Guide, "IAM policy elements: Variables and tags".
VARIABLES_VERSION = "2012-10-17"
VERSIONS = (VARIABLES_VERSION, "2008-10-17")


class MalformedDocument(Exception):
    """A document that AWS would refuse, or that nothing here can read; names the policy and statement."""


@dataclass(frozen=True, kw_only=True)
class ConditionTest:
    """One operator, key and its values. `quantifier` is `any`, `all` or empty; `key` is in lower case."""

    quantifier: str
    operator: str
    if_exists: bool
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class EncodedStatement:
    """One statement. `principals` and `resources` are None where the element is absent; `not_…` inverts an element."""

    where: str
    allow: bool
    principals: tuple[tuple[str, str], ...] | None
    not_principal: bool
    actions: tuple[str, ...]
    not_action: bool
    resources: tuple[str, ...] | None
    not_resource: bool
    tests: tuple[ConditionTest, ...]
    variables: bool


@dataclass(frozen=True, kw_only=True)
class EncodedPolicy:
    """A parsed document; `where` says which policy of the request it is."""

    where: str
    statements: tuple[EncodedStatement, ...]
    # Action -> the statements that speak of it, since requests repeat.
    by_action: dict[str, tuple[EncodedStatement, ...]] = field(default_factory=dict, compare=False, repr=False)


def parse(document: Document, where: str, kind: Kind) -> EncodedPolicy:
    """The statements of `document`, which is read once. Raises `MalformedDocument`."""
    return PARSED.of(document, where, lambda: _read(document, where, kind))


# Documents by where they stand, which their statements say.
PARSED: DocumentCache[EncodedPolicy] = DocumentCache()


def _read(document: Document, where: str, kind: Kind) -> EncodedPolicy:
    version = document.get("Version", VERSIONS[1])
    if version not in VERSIONS:
        raise MalformedDocument(f"{where}: Version {version!r} is neither of {', '.join(VERSIONS)}")
    found = document.get("Statement")
    entries = found if isinstance(found, list) else [found]
    statements = [
        _statement(entry, f"{where}, statement {number}", version == VARIABLES_VERSION)
        for number, entry in enumerate(entries, 1)
    ]
    defect = next(defects(document, kind), None)
    if defect is not None:
        raise MalformedDocument(f"{where}, {defect}")
    return EncodedPolicy(where=where, statements=tuple(statements))


def _statement(entry: Any, position: str, variables: bool) -> EncodedStatement:
    if not isinstance(entry, Mapping):
        raise MalformedDocument(f"{position} is not an object")
    where = f"{position} ({entry['Sid']})" if entry.get("Sid") else position
    if entry.get("Effect") not in {"Allow", "Deny"}:
        raise MalformedDocument(f"{where}: Effect {entry.get('Effect')!r} is neither Allow nor Deny")
    allow = entry["Effect"] == "Allow"
    if allow and "NotPrincipal" in entry:
        # Source: IAM User Guide, "AWS JSON policy elements: NotPrincipal": not supported with Allow.
        raise MalformedDocument(f"{where}: NotPrincipal needs Effect Deny")
    actions, not_action = _element(entry, "Action", where)
    resources, not_resource = _element(entry, "Resource", where)
    return EncodedStatement(
        where=where,
        allow=allow,
        principals=_principals(entry, where),
        not_principal="NotPrincipal" in entry,
        actions=actions or (),
        not_action=not_action,
        resources=resources,
        not_resource=not_resource,
        tests=_tests(entry.get("Condition", {}), where),
        variables=variables,
    )


def _element(entry: Mapping[str, Any], name: str, where: str) -> tuple[tuple[str, ...] | None, bool]:
    if name in entry and f"Not{name}" in entry:
        raise MalformedDocument(f"{where} has both {name} and Not{name}")
    inverted = f"Not{name}" in entry
    found = entry.get(f"Not{name}" if inverted else name)
    return (None if found is None else _texts(found, f"{where}: {name}")), inverted


def _principals(entry: Mapping[str, Any], where: str) -> tuple[tuple[str, str], ...] | None:
    if "Principal" in entry and "NotPrincipal" in entry:
        raise MalformedDocument(f"{where} has both Principal and NotPrincipal")
    found = entry.get("Principal", entry.get("NotPrincipal"))
    if found is None:
        return None
    if found == "*":
        return (("AWS", "*"),)
    if not isinstance(found, Mapping):
        raise MalformedDocument(f"{where}: a principal is '*' or an object, not {found!r}")
    return tuple((kind, name) for kind, names in found.items() for name in _texts(names, f"{where}: {kind}"))


def _tests(block: Any, where: str) -> tuple[ConditionTest, ...]:
    if not isinstance(block, Mapping) or not all(isinstance(keys, Mapping) for keys in block.values()):
        raise MalformedDocument(f"{where}: Condition is not an object of operators that hold keys")
    return tuple(
        _test(operator, key, _texts(values, f"{where}: {operator} {key}"))
        for operator, keys in block.items()
        for key, values in keys.items()
    )


def _test(operator: str, key: str, values: tuple[str, ...]) -> ConditionTest:
    quantifier = ""
    for prefix, name in (("ForAllValues:", "all"), ("ForAnyValue:", "any")):
        if operator.startswith(prefix):
            quantifier, operator = name, operator.removeprefix(prefix)
    return ConditionTest(
        quantifier=quantifier,
        operator=operator.removesuffix("IfExists"),
        if_exists=operator.endswith("IfExists"),
        key=key.lower(),
        values=values,
    )


def _texts(found: Any, where: str) -> tuple[str, ...]:
    entries = found if isinstance(found, list) else [found]
    return tuple(_text(entry, where) for entry in entries)


def _text(entry: Any, where: str) -> str:
    if isinstance(entry, bool):
        return "true" if entry else "false"
    if isinstance(entry, int | float):
        return str(entry)
    if isinstance(entry, str):
        return entry
    raise MalformedDocument(f"{where}: {entry!r} is not text")
