"""Files that `policies.check` reads: a rehearsal's capture and a stack's export."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

TAGS = {"owner": "ml-platform", "cost-centre": "4711", "data-class": "confidential"}
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"


def record(token: str, name: str, stack: str = "dev", **inputs: Any) -> dict[str, Any]:
    urn = f"urn:pulumi:{stack}::mlops-platform::{token}::{name}"
    given = {"tagsAll": TAGS, **inputs}
    return {"stack": stack, "urn": urn, "type": token, "name": name, "options": {}, "inputs": given, "outputs": {}}


def written(path: Path, content: Any) -> str:
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return str(path)


def exported(*records: dict[str, Any]) -> dict[str, Any]:
    """As `pulumi stack export` writes: neither stack nor name, which the URN holds."""
    resources = [{key: value for key, value in entry.items() if key not in {"stack", "name"}} for entry in records]
    return {"version": 3, "deployment": {"resources": resources}}
