"""What runs with which role: builds, pipelines, functions and Studio, each with a role that is meant for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from catalog.roles import ROLES, RoleKind
from policies.access.graph import PolicyGraph, Runner
from policies.access.graph.declared import DOMAIN, PROFILE
from policies.access.proofs.emptiness import Emptiness
from policies.access.proofs.theorem import Finding, ProofOutcome, Theorem

# Kind of runner -> who assumes the roles that are meant for it, as the catalogue says.
_ASSUMED_BY: Mapping[str, str] = {
    "build": "codebuild",
    "domain": "sagemaker",
    "function": "lambda",
    "notebook": "sagemaker",
    "pipeline": "codepipeline",
    "profile": "sagemaker",
    "rule": "events",
    "stack": "cloudformation",
    "stack set": "cloudformation",
    "state machine": "states",
    "training pipeline": "sagemaker",
}
# Studio is for people, jobs have roles of their own; a domain's roles are for whoever was given none.
_STUDIO: Mapping[str, RoleKind] = {"domain": RoleKind.STUDIO_DEFAULT, "profile": RoleKind.SCIENTIST}
# What Studio's apps run, or mount, besides AWS's own images. Source: botocore sagemaker UserSettings.
_BROUGHT = frozenset(
    {"codeRepositories", "customFileSystemConfigs", "customImages", "lifecycleConfigArn", "lifecycleConfigArns"}
)


def running(graph: PolicyGraph) -> ProofOutcome:
    """Nothing runs with a role of another stack, of a kind that is not meant for it, or of another person."""
    found = sorted(problem for runner in graph.runners.values() for problem in _misplaced(graph, runner))
    for settings in (*graph.declared_of(DOMAIN), *graph.declared_of(PROFILE)):
        found += [f"{settings.urn} brings {what} of its own into Studio" for what in _brought(settings.props)]
    return ProofOutcome(findings=[Finding(title=problem) for problem in found], queries=len(graph.runners))


def _brought(value: object) -> Iterator[str]:
    """Members anywhere in the settings that make Studio's apps run or mount something, and hold anything."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key in _BROUGHT and inner:
                yield key
            else:
                yield from _brought(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _brought(inner)


def _misplaced(graph: PolicyGraph, runner: Runner) -> Iterator[str]:
    role, what = graph.roles.get(runner.role_arn), f"{runner.kind} {runner.name} of {runner.stack}"
    if role is None:
        yield f"{what} runs with {runner.role_arn}, which no stack here made"
        return
    if role.stack != runner.stack:
        yield f"{what} runs with {role.arn}, a role of {role.stack}"
    if ROLES[role.kind].assumed_by != _ASSUMED_BY.get(runner.kind):
        yield f"{what} runs with {role.arn}, which is not for a {runner.kind}"
    elif runner.kind in _STUDIO and role.kind is not _STUDIO[runner.kind]:
        yield f"{what} runs with {role.arn}, which is not for people in Studio"
    elif runner.kind == "profile" and role.user != runner.name.rpartition("/")[2]:
        yield f"{what} runs with {role.arn}, which is {role.user}'s"


THEOREMS = (
    Theorem(
        id="runs-with-its-own-role",
        statement="Every build, pipeline and function, and Studio, runs with a role of its own stack, of a kind that "
        "is meant for it and, in Studio, of the person it belongs to; Studio runs nothing but AWS's images.",
        prove=running,
        may_be_empty=Emptiness(reason="nothing runs with a role", allowed=lambda graph: not graph.runners),
    ),
)
