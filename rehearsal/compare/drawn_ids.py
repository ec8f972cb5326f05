"""Ids that AWS draws by lot, such as `vpc-3cdfd3fb68058f868`: each is replaced by the resource that it belongs to.

Two rehearsals of the same settings differ in nothing else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

# Forms of drawn ids: EC2's, UUIDs (keys), IAM's unique ids, SageMaker domains.
_DRAWN = re.compile(
    r"\b(?:[a-z]{1,14}-[0-9a-f]{17}|[a-z]{1,14}-[0-9a-f]{8}"
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|A(?:ROA|NPA|IDA|GPA)[A-Z0-9]{12,20}|d-[a-z0-9]{8,20})\b"
)
# How the words for a drawn id begin.
DRAWN = "<"


@dataclass(frozen=True)
class DrawnIds:
    """Drawn id -> the words for it."""

    words: Mapping[str, str]

    @staticmethod
    def of(records: Iterable[Mapping[str, Any]]) -> DrawnIds:
        """The ids that these resources were given: in their id or outputs, and in no input of their own."""
        found: dict[str, str] = {}
        for record in sorted(records, key=lambda each: str(each["urn"])):
            given = set(_DRAWN.findall(json.dumps(record.get("inputs") or {})))
            for text, words in _named(record):
                for drawn in _DRAWN.findall(text):
                    if drawn not in given:
                        found.setdefault(drawn, words)
        return DrawnIds(found)

    def masked(self, value: Any) -> Any:
        """A value with every drawn id replaced."""
        if isinstance(value, str):
            return _DRAWN.sub(lambda match: self.words.get(match[0], match[0]), value)
        if isinstance(value, Mapping):
            return {key: self.masked(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self.masked(each) for each in value]
        return value


def own_words(stack: str, name: str) -> str:
    """The words for a resource's own drawn id."""
    return f"{DRAWN}id of {name} in {stack}>"


def _named(record: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Texts with drawn ids, the resource's own id first."""
    own = own_words(record["stack"], record["name"])
    yield str(record.get("id") or ""), own
    outputs = record.get("outputs") or {}
    for key in sorted(outputs):
        words = own if key in ("id", "arn", "keyId") else f"{DRAWN}{key} of {record['name']} in {record['stack']}>"
        yield json.dumps(outputs[key]), words
