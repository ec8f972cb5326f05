"""The operations that tag what exists already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class TagOperations:
    """`tag` adds tags and `untag` takes them away by key; with `replaces_all` the complete set is sent with `tag`.

    `parameters` name the resource where spelling does not tell. Operations of services that name the kind (`TagRole`)
    are written with "{noun}".
    """

    tag: str = "TagResource"
    untag: str = "UntagResource"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    replaces_all: bool = False
    members: Mapping[str, str] = field(default_factory=dict)
