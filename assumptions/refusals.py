"""What probes share that read AWS's refusals, or wait until what they made is known everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from botocore.exceptions import ClientError

from assumptions.assumption import ProbedStack

# How long a new role, or a new policy of one, may be unknown to other services: "changes that I make are not always
# immediately visible" (IAM User Guide, "Troubleshoot IAM"), without a figure.
TRIES = 24
SECONDS = 5

Made = TypeVar("Made")


def patiently(stack: ProbedStack, attempt: Callable[[], Made], *passing: str, tries: int = TRIES) -> Made:
    """What an attempt gives, tried again while AWS's refusal has one of these words, since it may pass.

    Raises ClientError: any other refusal at once, one that may pass after the last try.
    """
    for _ in range(tries - 1):
        try:
            return attempt()
        except ClientError as error:
            if not any(word in refusal(error) for word in passing):
                raise
        stack.pause(SECONDS)
    return attempt()


def ended(stack: ProbedStack, look: Callable[[], Made], goes_on: Callable[[Made], bool], tries: int = TRIES) -> Made:
    """What is seen once it goes on no longer, or at the last look."""
    for _ in range(tries - 1):
        stack.pause(SECONDS)
        found = look()
        if not goes_on(found):
            return found
    stack.pause(SECONDS)
    return look()


def refusal(error: ClientError) -> str:
    """AWS's code and message."""
    found = error.response["Error"]
    return f"{found.get('Code', '')}: {found.get('Message', '')}"
