"""Serves the policy pack to the Pulumi CLI, until the CLI ends it. Building the pack starts its server.

The CLI runs this with `policies/pack` as working directory and first on `sys.path`, so the root goes there.
"""

from __future__ import annotations

import datetime
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from pulumi_policy import EnforcementLevel, PolicyPack

from policies.pack import exemptions
from policies.pack.adapter import ActiveExemptions, policies
from policies.pack.rules import RULES

today = datetime.datetime.now(tz=datetime.UTC).date()
try:
    exempted = exemptions.read(exemptions.PATH, RULES, today)
except exemptions.BadExemptions as bad:
    sys.exit("\n".join(f"error: {problem}" for problem in bad.problems))

PolicyPack(
    name="mlops-platform",
    enforcement_level=EnforcementLevel.MANDATORY,
    policies=policies(RULES, ActiveExemptions(exempted, today)),
)
