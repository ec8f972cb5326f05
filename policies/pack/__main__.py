"""Serves the policy pack to the Pulumi CLI, until the CLI ends it. Building the pack starts its server.

The CLI runs this with `policies/pack` as working directory and first on `sys.path`, so the root goes there.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from pulumi_policy import EnforcementLevel, PolicyPack

from policies.pack.adapter import policy
from policies.pack.rules import RULES

PolicyPack(
    name="mlops-platform",
    enforcement_level=EnforcementLevel.MANDATORY,
    policies=[policy(rule) for rule in RULES],
)
