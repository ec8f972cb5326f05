"""LAM-01: a function runs on a runtime that AWS patches."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import SECURITY_HUB, NotApplicable, Rule, Severity, StackResource

# AWS Lambda Developer Guide, "Lambda runtimes": deprecated in 2027 at the earliest, as seen in November 2026.
SUPPORTED = (
    "dotnet10",
    "java21",
    "java25",
    "nodejs22.x",
    "nodejs24.x",
    "provided.al2023",
    "python3.12",
    "python3.13",
    "python3.14",
    "ruby3.3",
    "ruby3.4",
    "ruby4.0",
)


def check(function: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """The runtime is one of those above; an image brings its own."""
    if function.text("packageType") == "Image":
        raise NotApplicable("its runtime is in its image")
    runtime = function.text("runtime")
    return [] if runtime in SUPPORTED else [f"runtime is {runtime or 'none'}, allowed are {', '.join(SUPPORTED)}"]


RULE = Rule(
    id="LAM-01",
    name="lambda-supported-runtime",
    title="Functions run on supported runtimes",
    why="A deprecated runtime gets no patches, and one day no updates of the function.",
    fix="Choose a supported runtime, or an image.",
    severity=Severity.MEDIUM,
    frameworks=(
        "FSBP Lambda.2",
        "NIST 800-53 SI-2",
    ),
    sources=(SECURITY_HUB.format("lambda"),),
    types=("aws:lambda/function:Function",),
    check=check,
)
