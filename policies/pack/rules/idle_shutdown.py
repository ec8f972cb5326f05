"""SM-12: Studio applications stop when nobody uses them."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import Rule, Severity, StackResource

APPLICATIONS = ("jupyterLabAppSettings", "codeEditorAppSettings")


def check(domain: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """Idle shutdown is on for JupyterLab and for Code Editor."""
    states = {
        name: domain.text(f"defaultUserSettings.{name}.appLifecycleManagement.idleSettings.lifecycleManagement")
        for name in APPLICATIONS
    }
    return [f"{name} has no idle shutdown" for name, state in states.items() if state != "ENABLED"]


RULE = Rule(
    id="SM-12",
    name="sagemaker-idle-shutdown",
    title="Studio applications shut down when idle",
    why="An instance left on over a weekend is paid for, and its session stays open.",
    fix="Set appLifecycleManagement.idleSettings with lifecycleManagement ENABLED.",
    severity=Severity.LOW,
    types=("aws:sagemaker/domain:Domain",),
    check=check,
)
