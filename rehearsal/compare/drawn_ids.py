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
# How the words for a drawn id begin; no other value of a resource has the sign.
DRAWN = "<"


@dataclass(frozen=True)
class DrawnIds:
    """Drawn id -> the words for it."""

    words: Mapping[str, str]

    @staticmethod
    def of(records: Iterable[Mapping[str, Any]]) -> DrawnIds:
        """The ids that these resources were given: in their id or outputs, and in no input of their own."""
        found: dict[str, str] = {}
        ordered = sorted(records, key=lambda each: str(each["urn"]))
        # Whose id it is comes before whose output names it: a NAT gateway tells the id of its VPC too.
        for named in (_own, _others):
            for record in ordered:
                given = set(_DRAWN.findall(json.dumps(record.get("inputs") or {})))
                for text, words in named(record):
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


def _own(record: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Texts with the resource's own id."""
    outputs = record.get("outputs") or {}
    texts = (record.get("id"), *(outputs.get(key) for key in ("id", "arn", "keyId")))
    return [(str(text), own_words(record["stack"], record["name"])) for text in texts if text]


def _others(record: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Texts with ids of what AWS made along with the resource, such as the default security group of a VPC."""
    outputs = record.get("outputs") or {}
    return [
        (json.dumps(outputs[key]), f"{DRAWN}{key} of {record['name']} in {record['stack']}>") for key in sorted(outputs)
    ]
