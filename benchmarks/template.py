"""Templates of roles, resources, endpoints and runners: copies with other ids in every text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, Generic, TypeVar

from policies.access.graph.model import IamRole, PolicyResource, Runner, VpcEndpoint

Element = TypeVar("Element", IamRole, PolicyResource, Runner, VpcEndpoint)
# Fields without ids: a boundary is copied once for all roles of an account, kind and purpose stay what they are.
_KEPT = frozenset({"boundary", "kind", "purpose"})
# A name of AWS's own in which a stack's name may stand: buckets of image layers. Source: Amazon ECR User Guide, page
# vpc-endpoints.
_AWS_BUCKET = r"prod-[a-z0-9-]+-starport-layer-bucket"


@dataclass(frozen=True)
class Template(Generic[Element]):
    """Something that was built, and the ids in it that a copy has others for."""

    original: Element
    ids: frozenset[str]

    @cached_property
    def _pieces(self) -> list[str]:
        """The text, cut at the ids: every second piece is one."""
        text = json.dumps(
            {
                field.name: getattr(self.original, field.name)
                for field in fields(self.original)
                if field.name not in _KEPT
            }
        )
        return _ids_pattern(self.ids).split(text)

    def copy(self, ids: Mapping[str, str], **changes: Any) -> Element:
        """A copy with other ids for its own, and `changes` on top."""
        pieces = self._pieces.copy()
        for index in range(1, len(pieces), 2):
            pieces[index] = ids.get(pieces[index], pieces[index])
        found = json.loads("".join(pieces))
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in found.items()
        }
        return replace(self.original, **{**values, **changes})


def _ids_pattern(ids: Iterable[str]) -> re.Pattern[str]:
    """Any of the ids, not as a part of a longer word, and names of AWS's own, which have no other."""
    alternatives = "|".join([_AWS_BUCKET, *sorted(map(re.escape, ids), key=len, reverse=True)])
    return re.compile(rf"(?<![A-Za-z0-9])({alternatives})(?![A-Za-z0-9])")
