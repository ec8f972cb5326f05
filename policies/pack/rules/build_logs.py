"""CB-02: a build logs to a group of the platform."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import SECURITY_HUB, Rule, Severity, StackResource


def check(project: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """CloudWatch logs are on, in a named group: one that CodeBuild makes has neither key nor end."""
    found = []
    if project.text("logsConfig.cloudwatchLogs.status") == "DISABLED":
        found.append("the build's CloudWatch logs are off")
    elif not project.present("logsConfig.cloudwatchLogs.groupName"):
        found.append("the build names no log group")
    if project.get("logsConfig.s3Logs.encryptionDisabled") is True:
        found.append("the build's logs in S3 are not encrypted")
    return found


RULE = Rule(
    id="CB-02",
    name="codebuild-logs",
    title="Builds log to a log group of the platform",
    why="A log group that CodeBuild makes by itself is kept for ever, under no key of ours.",
    fix="Set logsConfig.cloudwatchLogs.groupName; leave s3Logs.encryptionDisabled off.",
    severity=Severity.MEDIUM,
    frameworks=(
        "FSBP CodeBuild.3",
        "FSBP CodeBuild.4",
        "NIST 800-53 AU-12",
    ),
    sources=(SECURITY_HUB.format("codebuild"),),
    types=("aws:codebuild/project:Project",),
    check=check,
)
