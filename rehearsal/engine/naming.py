"""Which member of an AWS shape a Pulumi property names: one rule for all types, by spelling alone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z]+")


@cache
def normal(name: str) -> str:
    """A name without case and punctuation."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


@cache
def noun(operation: str) -> str:
    """What an operation is about: `Role` of `CreateRole`."""
    return re.sub(r"^[A-Z][a-z]+", "", operation)


@cache
def forms(name: str) -> frozenset[str]:
    """A normal name with its singular and plural."""
    plain = normal(name)
    found = {plain, plain + "s", plain + "es"}
    if plain.endswith("s"):
        found.add(plain[:-1])
    if plain.endswith("es"):
        found.add(plain[:-2])
    if plain.endswith("ies"):
        found.add(plain[:-3] + "y")
    if plain.endswith("y"):
        found.add(plain[:-1] + "ies")
    return frozenset(found)


def match(name: str, members: Iterable[str], about: str = "") -> str | None:
    """The member that a property names, None where none does.

    Tried in this order: the same name; its singular or plural; with the noun in front (`name` → `RoleName`); a
    policy as its document. Case and punctuation never count.
    """
    return _match(name, tuple(members), about)


@cache
def _match(name: str, members: tuple[str, ...], about: str) -> str | None:
    by_normal_name = {normal(member): member for member in members}
    plain = normal(name)
    if plain in by_normal_name:
        return by_normal_name[plain]
    for form in sorted(forms(name)):
        if form in by_normal_name:
            return by_normal_name[form]
    for prefix in _prefixes(about):
        if prefix + plain in by_normal_name:
            return by_normal_name[prefix + plain]
    if plain.endswith("policy") and plain + "document" in by_normal_name:
        return by_normal_name[plain + "document"]
    return None


@cache
def _prefixes(about: str) -> tuple[str, ...]:
    plain = normal(about)
    return (plain, plain[:-1]) if plain.endswith("s") else (plain,) if plain else ()


@cache
def camel(member: str) -> str:
    """A member's name as Pulumi spells properties: `KMSKeyId` → `kmsKeyId`."""
    first, *rest = _WORDS.findall(member) or [member]
    return str(first).lower() + "".join(word[0].upper() + word[1:].lower() for word in rest)
