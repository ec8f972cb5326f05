"""The rows that a version is checked with, and its own answers: what model-build wrote when it registered it."""

from __future__ import annotations

import hashlib
import json
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.endpoint_checker.fleets import ChecksAddress

# What model-build writes has at most 256 KiB; what is larger was not written by it.
_LARGEST = 1024 * 1024


class UnreadableChecks(ValueError):
    """Rows that a version should be checked with and that cannot be read, and why."""


@dataclass(frozen=True, kw_only=True)
class Checks:
    """Rows as the endpoint takes them, with the version's answers; `tolerance` is how far a number may be off."""

    content_type: str
    expected: Mapping[str, tuple[float, ...]]
    tolerance: float

    def right(self, row: str, answer: Sequence[float]) -> bool:
        """Whether an answer to one of the rows is the version's own. Both are 32-bit numbers, as models compute."""
        expected = self.expected[row]
        if len(answer) != len(expected):
            return False
        pairs = ((_float32(given), _float32(wanted)) for given, wanted in zip(answer, expected, strict=True))
        # Not a number is near to none.
        return all(abs(given - wanted) <= self.tolerance for given, wanted in pairs)


def read_checks(s3: Any, address: ChecksAddress) -> Checks:
    """The checks at an S3 address, as they were when the version was released. Raises UnreadableChecks."""
    uri = address.uri
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    try:
        body = s3.get_object(Bucket=bucket, Key=key)["Body"].read(_LARGEST + 1)
    except ClientError as error:
        problem = error.response["Error"]
        raise UnreadableChecks(f"{uri}: {problem['Code']}: {problem.get('Message', '')}") from None
    except BotoCoreError as error:
        raise UnreadableChecks(f"{uri}: {error}") from None
    if len(body) > _LARGEST:
        raise UnreadableChecks(f"{uri}: it is larger than {_LARGEST} bytes, which model-build never writes")
    if (digest := hashlib.sha256(body).hexdigest()) != address.sha256:
        raise UnreadableChecks(
            f"{uri}: its SHA-256 is {digest}, released was {address.sha256}: find out who changed it"
        )
    try:
        return _checks(json.loads(body))
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise UnreadableChecks(f"{uri}: not what model-build writes ({error!r})") from None


def _checks(document: Any) -> Checks:
    rows, answers = document["rows"], document["expected"]
    if not rows or not all(isinstance(row, str) for row in rows):
        raise ValueError("rows are texts, at least one")
    expected = {row: tuple(float(number) for number in answer) for row, answer in zip(rows, answers, strict=True)}
    if not all(answer and all(map(math.isfinite, answer)) for answer in expected.values()):
        raise ValueError("an answer is a list of finite numbers")
    for answer in expected.values():
        for number in answer:
            _float32(number)
    tolerance = float(document["tolerance"])
    if not 0 <= tolerance < math.inf:
        raise ValueError("tolerance is a number from 0")
    return Checks(content_type=str(document["contentType"]), expected=expected, tolerance=tolerance)


def _float32(number: float) -> float:
    return float(struct.unpack("<f", struct.pack("<f", number))[0])
