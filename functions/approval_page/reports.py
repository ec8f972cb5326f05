"""What the deploy pipeline wrote down of the change that is to be decided on."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from functions.approval_page.config import Project

_EXECUTION = re.compile(r"[0-9a-fA-F-]{8,64}")
_MOST_BYTES = 1_000_000


def change_report(s3: Any, project: Project, execution: str) -> Mapping[str, Any] | None:
    """The report of an execution's change in production; None where there is none, or it is not readable."""
    if not _EXECUTION.fullmatch(execution):
        return None
    try:
        found = s3.get_object(Bucket=project.bucket, Key=f"{project.changes}/{execution}/production.json")
    except s3.exceptions.ClientError as error:
        # S3 says AccessDenied of what is not there to whoever may not list the bucket.
        if error.response["Error"]["Code"] in ("NoSuchKey", "AccessDenied"):
            return None
        raise
    body = found["Body"].read(_MOST_BYTES + 1)
    if len(body) > _MOST_BYTES:
        return None
    try:
        document = json.loads(body)
    except ValueError:
        return None
    return document if isinstance(document, dict) and isinstance(document.get("accounts"), list) else None


def same_person(publisher: str, approver: str) -> bool:
    """Whether two identities share a name: of an ARN the session's, of an address the part before the @ too."""
    return bool(_names(publisher) & _names(approver))


def _names(identity: str) -> set[str]:
    name = identity.rpartition("/")[2].strip().lower()
    return {name, name.partition("@")[0]} - {""}
