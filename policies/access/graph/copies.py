"""Copies of roles and resources with other ids in every text of theirs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, Generic, TypeVar

from policies.access.graph.model import PolicyResource, Role, Runner, VpcEndpoint

Thing = TypeVar("Thing", Role, PolicyResource, Runner, VpcEndpoint)
# Same in all of an account's roles, so copied once for all of them.
_SHARED = "boundary"
# A name of AWS's own in which a stack's name may stand: buckets of image layers (ECR userguide, vpc-endpoints).
_OF_AWS = r"prod-[a-z0-9-]+-starport-layer-bucket"


@dataclass(frozen=True)
class Template(Generic[Thing]):
    """Something that was built, and the ids in it that a copy has others for."""

    original: Thing
    ids: frozenset[str]

    @cached_property
    def _pieces(self) -> list[str]:
        """The text, cut at the ids: every second piece is one."""
        text = json.dumps(
            {field.name: getattr(self.original, field.name) for field in fields(self.original) if field.name != _SHARED}
        )
        return whole(self.ids).split(text)

    def copied(self, to: Mapping[str, str], **changes: Any) -> Thing:
        """A copy with these ids, and `changes` on top."""
        pieces = self._pieces.copy()
        for place in range(1, len(pieces), 2):
            pieces[place] = to.get(pieces[place], pieces[place])
        found = json.loads("".join(pieces))
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in found.items()
        }
        return replace(self.original, **{**values, **changes})


def whole(ids: Iterable[str]) -> re.Pattern[str]:
    """Any of the ids, not as a part of a longer word, and names of AWS's own, which have no other."""
    alternatives = "|".join([_OF_AWS, *sorted(map(re.escape, ids), key=len, reverse=True)])
    return re.compile(rf"(?<![A-Za-z0-9])({alternatives})(?![A-Za-z0-9])")
