"""GuardDuty: an update of one feature leaves the others as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.guardduty.models import Detector

from rehearsal.aws.gaps.keeping import wrap


def install() -> None:
    """Complete the service."""
    wrap(Detector, "update", _update)


def _update(original: Callable[..., Any], this: Any, enable: Any, frequency: Any, sources: Any, features: Any) -> None:
    before = {feature["name"]: feature for feature in this.features}
    original(this, enable, frequency, sources, None)
    this.features = list({**before, **{feature["name"]: feature for feature in features or ()}}.values())
