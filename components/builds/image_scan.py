"""Decides on an image by what the registry's scan found: findings stop it, unless somebody answers for them.

`python3 image_scan.py EXEMPTIONS` reads DescribeImageScanFindings' answer from standard input. Exit status 1 names each
finding of a severity that stops and has no exemption that holds today. An exemption is a table `[[exemption]]` of a
TOML file: `name` (such as CVE-2026-1234), `reason`, `owner`, and `until`, the last day that it holds.
"""

from __future__ import annotations

import datetime
import json
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

STOPPING = ("CRITICAL", "HIGH")
_FIELDS = {"name", "reason", "owner", "until"}


class ScanError(Exception):
    """The scan or the exemptions cannot be read; the text says what is wrong."""


def exempted(text: str, today: datetime.date) -> set[str]:
    """Names of findings with an exemption that holds today. Raises ScanError for one that is incomplete."""
    names = set()
    try:
        entries = tomllib.loads(text).get("exemption", [])
    except tomllib.TOMLDecodeError as error:
        raise ScanError(f"exemptions: {error}") from None
    for entry in entries:
        if set(entry) != _FIELDS or not isinstance(entry["until"], datetime.date):
            raise ScanError(f"exemption {entry.get('name', '?')}: give {', '.join(sorted(_FIELDS))}, until as a date")
        if entry["until"] >= today:
            names.add(str(entry["name"]))
    return names


def stopping(answer: Mapping[str, Any], exempt: set[str]) -> list[str]:
    """Findings that stop an image, in words. Raises ScanError for a scan that is not complete."""
    status = answer.get("imageScanStatus", {})
    if status.get("status") != "COMPLETE":
        raise ScanError(f"the scan is {status.get('status')}: {status.get('description', 'no reason given')}")
    found = answer.get("imageScanFindings", {}).get("findings", [])
    return [
        f"{finding['name']} ({finding['severity']}): {finding.get('uri', '')}"
        for finding in found
        if finding["severity"] in STOPPING and finding["name"] not in exempt
    ]


def main(arguments: Sequence[str], answer: str) -> int:
    """Decide, print; the process's exit status."""
    (path,) = arguments
    today = datetime.datetime.now(datetime.UTC).date()
    try:
        found = stopping(json.loads(answer), exempted(Path(path).read_text(encoding="utf-8"), today))
    except (ScanError, OSError, ValueError) as error:
        print(f"The image is not pinned: {error}")
        return 1
    for line in found:
        print(f"The image is not pinned: {line}")
    if found:
        print(f"Rebuild on a base without them, or let somebody answer for each in {path}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], sys.stdin.read()))
