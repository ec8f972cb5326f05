"""URNs and provider references, as the real engine writes them."""

from __future__ import annotations

ROOT_TYPE = "pulumi:pulumi:Stack"


def urn_of(stack: str, project: str, parent: str, type_: str, name: str) -> str:
    """A resource's URN: its type is preceded by its parents' types, the stack's own left out."""
    above = qualified_type(parent) if parent else ""
    qualified = f"{above}${type_}" if above and above != ROOT_TYPE else type_
    return f"urn:pulumi:{stack}::{project}::{qualified}::{name}"


def qualified_type(urn: str) -> str:
    """`a:b:C$d:e:F` of a URN."""
    return urn.split("::")[2]


def provider_urn(reference: str) -> str:
    """The URN in a provider reference (`urn::id`)."""
    return reference.rpartition("::")[0]
