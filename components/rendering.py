"""Documents of values that are not all known yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi


def rendered(render: Callable[..., str], **inputs: pulumi.Input[Any]) -> pulumi.Output[str]:
    """`render` called with the resolved inputs; unknown in a preview while one of them is."""
    return pulumi.Output.all(**inputs).apply(lambda values: render(**values))
