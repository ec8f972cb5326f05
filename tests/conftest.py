"""What holds for all tests."""

from __future__ import annotations

from hypothesis import settings

# A machine that is busy with something else makes no property false.
settings.register_profile("platform", deadline=None)
settings.load_profile("platform")
