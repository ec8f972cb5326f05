"""Cases of the rule in `policies/pack/rules/idle_shutdown.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN
from policies.pack.rules import idle_shutdown
from tests.policies.pack.pack_factories import at
from tests.policies.pack.resources.services import domain
from tests.policies.pack.resources.studio import studio
from tests.policies.pack.rule_cases import Cases, on

IDLE = "defaultUserSettings.codeEditorAppSettings.appLifecycleManagement.idleSettings.lifecycleManagement"
CASES = Cases(
    rule=idle_shutdown.RULE,
    passes=[on(studio())],
    violations=[
        (on(domain()), "jupyterLabAppSettings has no idle shutdown"),
        (on(at(studio(), IDLE, "DISABLED")), "codeEditorAppSettings has no idle shutdown"),
    ],
    unknown=[(on(at(studio(), IDLE, UNKNOWN)), f"{IDLE} of studio")],
)
