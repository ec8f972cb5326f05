"""Decides on an image by what the registry's scan found: findings stop it, unless somebody answers for them.

`python3 image_scan.py EXEMPTIONS REPOSITORY DIGEST SECONDS` waits at most that long for the scan. Exit status 1 names
each finding of a severity that stops and has no exemption that holds today. An exemption is a table `[[exemption]]` of
a TOML file: `name` (such as CVE-2026-1234), `reason`, `owner`, and `until`, the last day that it holds.
"""

from __future__ import annotations

import datetime
import json
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

STOPPING = ("CRITICAL", "HIGH")
# Amazon ECR API Reference, "ImageScanStatus". A scan is COMPLETE once under basic scanning, and ACTIVE, since it goes
# on, under enhanced scanning; each has its own list of findings ("ImageScanFindings").
_WAITING = {"PENDING", "IN_PROGRESS"}
_FINDINGS = {"COMPLETE": "findings", "ACTIVE": "enhancedFindings"}
_LONGEST_PAUSE = 15
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
    """Findings of one page that stop an image, in words. Raises ScanError for a scan that is not complete."""
    status = answer.get("imageScanStatus", {})
    listed = _FINDINGS.get(status.get("status"))
    if listed is None:
        raise ScanError(f"the scan is {status.get('status')}: {status.get('description', 'no reason given')}")
    scan = answer.get("imageScanFindings", {})
    if not scan.get("imageScanCompletedAt") or listed not in scan:
        raise ScanError(
            f"the scan is {status['status']}, and says not when it ended (imageScanCompletedAt) or {listed}"
        )
    found = [_described(finding) for finding in scan[listed] if finding.get("status") != "CLOSED"]
    return [
        f"{name} ({severity}): {address}"
        for name, severity, address in found
        if severity in STOPPING and name not in exempt
    ]


def _described(finding: Mapping[str, Any]) -> tuple[str, str, str]:
    """Name, severity and address of a finding of either list."""
    package = finding.get("packageVulnerabilityDetails", {})
    name = finding.get("name") or package.get("vulnerabilityId") or finding.get("title") or "unnamed"
    address = finding.get("uri") or package.get("sourceUrl") or finding.get("findingArn") or ""
    return str(name), str(finding["severity"]), str(address)


# Asks for a page, the first one without a token; None where the registry knows no scan of the image.
Ask = Callable[[str | None], Mapping[str, Any] | None]


def pages(ask: Ask, seconds: float) -> Iterator[Mapping[str, Any]]:
    """The answer's pages, once the scan has ended. Raises ScanError where that takes longer.

    A scan is not there yet right after a push, so that the AWS CLI's `wait`, which ends at that, is no help.
    """
    until, pause = time.monotonic() + seconds, 1
    while (answer := ask(None)) is None or answer.get("imageScanStatus", {}).get("status") in _WAITING:
        if time.monotonic() + pause > until:
            known = answer.get("imageScanStatus", {}).get("status") if answer else "not there: does the registry scan?"
            raise ScanError(f"after {seconds:g} s the scan is {known}")
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)
    yield answer
    while answer and (token := answer.get("nextToken")):
        answer = ask(str(token))
        if answer is None:
            raise ScanError("the scan went away while its findings were read")
        yield answer


def registry(repository: str, digest: str) -> Ask:
    """Asks ECR through the AWS CLI. Raises ScanError for what it refuses."""

    def ask(token: str | None) -> Mapping[str, Any] | None:
        command = ["aws", "ecr", "describe-image-scan-findings", "--no-paginate", "--output", "json"]
        command += ["--repository-name", repository, "--image-id", f"imageDigest={digest}"]
        ran = subprocess.run(
            [*command, *(["--next-token", token] if token else [])], capture_output=True, text=True, check=False
        )
        if ran.returncode and "ScanNotFoundException" in ran.stderr:
            return None
        if ran.returncode:
            raise ScanError(ran.stderr.strip() or f"aws ends with {ran.returncode}")
        answer: Mapping[str, Any] = json.loads(ran.stdout)
        return answer

    return ask


def main(arguments: Sequence[str], connect: Callable[[str, str], Ask] = registry) -> int:
    """Decide, print; the process's exit status."""
    path, repository, digest, seconds = arguments
    today = datetime.datetime.now(datetime.UTC).date()
    try:
        exempt = exempted(Path(path).read_text(encoding="utf-8"), today)
        found = [line for page in pages(connect(repository, digest), float(seconds)) for line in stopping(page, exempt)]
    except (ScanError, OSError, ValueError, KeyError) as error:
        print(f"The image is not pinned: {error}")
        return 1
    for line in found:
        print(f"The image is not pinned: {line}")
    if found:
        print(f"Rebuild on a base without them, or let somebody answer for each in {path}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
