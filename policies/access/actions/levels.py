"""The actions that somebody has looked at, with the access levels that AWS gives them.

`data/levels.json` is edited by hand: what a later version of AWS's list brings is added once it has been read about and
marked (`policies/access/actions/table.py`). A test compares it with `policies/documents/data/actions.json`, which is
what the installed packages know.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data" / "levels.json"
# Levels of actions that change nothing. Source: IAM User Guide, "Access levels in policy summaries".
READING = ("List", "Read")


@cache
def levels() -> Mapping[str, Mapping[str, str]]:
    """Service -> action in lower case -> its access level."""
    found: Mapping[str, Mapping[str, list[str]]] = json.loads(DATA.read_text(encoding="utf-8"))["levels"]
    return {
        service: {name.lower(): level for level, names in by_level.items() for name in names}
        for service, by_level in found.items()
    }
