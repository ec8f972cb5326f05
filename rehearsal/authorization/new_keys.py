"""Keys whose tags and aliases do not count yet."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from policies.access.authorization import AuthorizationRequest
from rehearsal.aws.recorder import Recorded
from rehearsal.service_model.aws_behavior import aws_behavior

_LATE = ("aws:ResourceTag/", "kms:ResourceAliases")


class NewKeys:
    """Tells which keys were made in a request's own phase, such as one `pulumi up`: their tags do not count yet."""

    def __init__(self, existing: Collection[str] = ()) -> None:
        """`existing` are ARNs of keys that were there before any stack."""
        self._existing = existing
        self._making: set[str] = set()
        self._first: dict[str, str] = {}

    def see(self, line: Recorded) -> None:
        """Take note of a request, in the order in which they were made."""
        if line.operation == "CreateKey":
            self._making.add(line.phase)

    def are_of(self, phase: str, key: str) -> bool:
        """Whether a key, an ARN, was made in a phase: nobody spoke of it before, and some key was made."""
        is_new = key not in self._existing and self._first.setdefault(key, phase) == phase
        return is_new and phase in self._making


@aws_behavior('AWS KMS Developer Guide, "ABAC for AWS KMS": up to five minutes for tag and alias changes')
def late_key_tags(question: AuthorizationRequest) -> AuthorizationRequest:
    """Tags and aliases of a key count in its authorization up to five minutes late: not while its stack comes up."""
    return replace(
        question,
        context={key: value for key, value in question.context.items() if not key.startswith(_LATE)},
    )
