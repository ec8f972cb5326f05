"""What is left in an account at the end of the platform's life."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Leftover:
    """A thing that is there and was not before. `kept` says why it stays; empty where it should have gone."""

    account: str
    service: str
    kind: str
    name: str
    kept: str


def table(found: Sequence[Leftover]) -> list[str]:
    """Lines for people: one for each account, service and kind, with names and why they stay."""
    groups: dict[tuple[str, str, str, str], list[str]] = {}
    for each in found:
        groups.setdefault((each.account, each.service, each.kind, each.kept), []).append(each.name)
    lines = []
    for (account, service, kind, kept), names in sorted(groups.items()):
        shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        lines.append(f"{account}  {service:<12} {len(names):>3} {kind}: {shown}: {kept or 'LEFT BEHIND'}")
    return lines
