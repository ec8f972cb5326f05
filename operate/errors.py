"""What a command cannot do, told to whoever called it."""

from __future__ import annotations

from typing import Any


class OperateError(Exception):
    """A command that is refused or cannot go on: what, why, and what to do."""


def refused(error: Any, what: str, hint: str = "") -> OperateError:
    """A refusal by AWS (botocore's ClientError or BotoCoreError), as one sentence."""
    # Errors of botocore for connections have the attribute too, with nothing in it.
    answer = (getattr(error, "response", None) or {}).get("Error", {})
    text = " ".join(str(answer.get("Message") or error).split())
    code = f" ({answer['Code']})" if answer.get("Code") else ""
    return OperateError(f"{what}: {text}{code}{f'; {hint}' if hint else ''}")
