"""Every mistake, in the order in which they are read."""

from __future__ import annotations

from tests.policies.access.mutations import delivery, keeping, keys, perimeter, reading, resources, roles
from tests.policies.access.mutations.mistake import Mistake

MISTAKES: tuple[Mistake, ...] = (
    *perimeter.MISTAKES,
    *keys.MISTAKES,
    *reading.MISTAKES,
    *roles.MISTAKES,
    *keeping.MISTAKES,
    *delivery.MISTAKES,
    *resources.MISTAKES,
)
