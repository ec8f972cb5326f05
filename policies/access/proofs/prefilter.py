"""A cheap test before the solver is asked: whether any statement could speak of a resource at all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from policies.access.authorization import Document
from policies.access.document_cache import DocumentCache
from policies.access.graph import IamRole, PolicyResource
from policies.access.graph.policy_documents import as_list, statements

# Where the fixed text of a pattern ends: at a wildcard or a policy variable.
_OPEN = re.compile(r"[*?]|\$\{")
_RESOURCE_TEXTS: DocumentCache[tuple[tuple[str, bool], ...]] = DocumentCache()


def may_touch(role: IamRole, policy_resource: PolicyResource, service: str, *prefixes: str) -> bool:
    """Whether any Allow of a role or of a resource could speak of an ARN with one of the prefixes: False is certain.

    Compares fixed texts alone: those of actions with `service` (such as `s3:`), those of resources with `prefixes`
    (none: the whole resource).
    """
    wanted = prefixes or (policy_resource.arn,)
    texts = list(_resource_texts(role, policy_resource, service))
    return any(_meet(text, exact, prefix) for text, exact in texts for prefix in wanted)


def may_touch_beyond(role: IamRole, policy_resource: PolicyResource, service: str, prefix: str) -> bool:
    """The same, of anything in the resource that does not begin with `prefix`."""
    texts = _resource_texts(role, policy_resource, service)
    return any(_meet(text, exact, f"{policy_resource.arn}/") and not text.startswith(prefix) for text, exact in texts)


def _resource_texts(role: IamRole, policy_resource: PolicyResource, service: str) -> Iterator[tuple[str, bool]]:
    """Fixed beginnings of the resources of each Allow that could speak of the service, and whether that is all."""
    for document in (*role.identity, *([policy_resource.policy] if policy_resource.policy else [])):
        yield from _RESOURCE_TEXTS.of(document, service, partial(_texts_of, document, service))


def _texts_of(document: Document, service: str) -> tuple[tuple[str, bool], ...]:
    texts = [
        (_OPEN.split(pattern, maxsplit=1)[0], pattern)
        for statement in statements(document)
        if statement.get("Effect") == "Allow" and _speaks_of(statement, service)
        for pattern in as_list(statement.get("Resource", "*"))
    ]
    return tuple((text, text == pattern) for text, pattern in texts)


def _speaks_of(statement: Mapping[str, Any], service: str) -> bool:
    """Whether a statement's actions could be the service's, and its principal, where it has one, a role."""
    principal = statement.get("Principal")
    if isinstance(principal, Mapping) and set(principal) == {"Service"}:
        return False
    texts = [_OPEN.split(str(action).lower(), 1)[0] for action in as_list(statement.get("Action", "*"))]
    return any(text.startswith(service) or service.startswith(text) for text in texts)


def _meet(text: str, exact: bool, prefix: str) -> bool:
    """Whether an ARN could begin with both; of a text that is a whole ARN, whether that does."""
    return text.startswith(prefix) or (not exact and prefix.startswith(text))
