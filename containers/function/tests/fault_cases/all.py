"""Every case."""

from __future__ import annotations

from tests.fault_cases import api, authorizer, hooks

CASES = [*api.CASES, *authorizer.CASES, *hooks.CASES]
