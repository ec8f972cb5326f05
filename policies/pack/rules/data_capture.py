"""SM-09: captured requests are encrypted."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.encryption import has_customer_managed_key
from policies.pack.model import NotApplicable, Rule, Severity, StackResource


def check(config: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """Where capture is on, it writes with a customer managed key."""
    if config.get("dataCaptureConfig.enableCapture") is not True:
        raise NotApplicable("it captures nothing")
    named = has_customer_managed_key(config, "dataCaptureConfig.kmsKeyId")
    return [] if named else ["captured data is not encrypted with a customer managed key"]


RULE = Rule(
    id="SM-09",
    name="sagemaker-capture-key",
    title="Captured requests are encrypted with a customer managed key",
    why="Captured requests are personal data as they came in, with the answers.",
    fix="Set dataCaptureConfig.kmsKeyId.",
    severity=Severity.HIGH,
    types=("aws:sagemaker/endpointConfiguration:EndpointConfiguration",),
    check=check,
)
