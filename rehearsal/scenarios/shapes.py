"""Staging serves in every shape: each answers, is captured where it can be, is tested, and leaves nothing behind."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from catalog.serving import ServingShape
from rehearsal.journey.inputs import JourneyInputs
from rehearsal.journey.steps import JourneyFailed
from rehearsal.plan import PlannedStack
from rehearsal.scenarios.releases import other_rows
from rehearsal.scenarios.scenario import Scenario, ScenarioRun
from rehearsal.scenarios.serving import ShapedProject, labelled_rows, with_labels_of_one_measure
from settings.foundation import FoundationSettings
from settings.model import WorkloadSettings

REQUESTS, SHADOWED = 800, 300
# One row of four is asked for, so that each is some five times.
EVERY = 4


def in_staging_alone(_: JourneyInputs) -> Mapping[str, str]:
    """The project has staging alone, as an A/B test."""
    return {
        "stages": json.dumps(["staging"]),
        "deployments": json.dumps({"staging": {"serving": {"shape": "abTest", "challengerPercent": 50}}}),
    }


def let_in(planned: Sequence[PlannedStack], inputs: JourneyInputs) -> Mapping[str, Mapping[str, str]]:
    """The staging account lets the project serve in every shape, its owner outside the VPC too."""
    found: dict[str, dict[str, str]] = {}
    accounts = set()
    shapes = [str(shape) for shape in ServingShape if shape is not ServingShape.SINGLE]
    for each in planned:
        if isinstance(each.settings, WorkloadSettings) and each.settings.stage == "staging":
            found[each.stack] = {"servingShapes": json.dumps({inputs.project: shapes})}
            accounts.add(each.settings.account)
    for each in planned:
        if isinstance(each.settings, FoundationSettings) and each.settings.account in accounts:
            prevention = each.settings.prevention.model_dump(mode="json", by_alias=True, exclude_unset=True)
            found[each.stack] = {"prevention": json.dumps({**prevention, "serverless": [inputs.project]})}
    return found


def run(scenario: ScenarioRun) -> None:
    """One shape after another, each tested by its release; then nothing is left."""
    project = ShapedProject(scenario)
    project.packages["first"] = scenario.journey.package
    steps = scenario.steps
    steps.run("Train a model much like it: the challenger", lambda: project.train("alike", other_rows))
    steps.run("Ask both", lambda: _ask_both(project, "alike"))
    steps.run("Train a model that learnt something else", lambda: project.train("worse", with_labels_of_one_measure))
    steps.run("Compare two that are alike", lambda: _compared(project, "no difference shown"))
    steps.run("Ask both again", lambda: _ask_both(project, "worse"))
    steps.run("Release the winner: it serves alone", lambda: project.release("first"))
    steps.run("Compare with the worse one", lambda: _compared(project, "worse"))
    steps.run("Serve with a shadow", lambda: project.serve_in({"shape": "shadow"}, "alike"))
    steps.run("Ask the one with a shadow", lambda: _ask_with_shadow(project))
    steps.run("Release it without", lambda: project.release("first"))
    steps.run("Compare it with its shadow", lambda: _compared(project, ""))
    for shape in ("inferencePipeline", "multiModel", "asynchronous", "serverless", "batchTransform"):
        steps.run(f"Serve as {shape}", lambda shape=shape: project.serve_in({"shape": shape}, "first"))  # type: ignore[misc]
    steps.run("Destroy the project: nothing serves", project.destroy)


def _ask_with_shadow(project: ShapedProject) -> str:
    """Only the first model answers."""
    rows, _ = labelled_rows(project.run.journey.data)
    variants = project.ask(rows, SHADOWED)
    if set(variants) != {"primary"}:
        raise JourneyFailed(f"a shadow answered: {variants}")
    return f"{variants} of {SHADOWED} requests"


def _ask_both(project: ShapedProject, challenger: str) -> str:
    """Single rows with their truth; both answer about as often as their weights say."""
    rows, labels = labelled_rows(project.run.journey.data)
    first = project.asked
    # Few enough for both to be asked for nearly all of them.
    variants = project.ask(rows[::EVERY], REQUESTS)
    project.tell_truth(labels[::EVERY], first)
    project.run.measured(f"shapes abTest {challenger}", variants)
    share = variants.get("challenger", 0) / REQUESTS
    sentence = f"{variants} of {REQUESTS} requests; version {project.version(challenger)} is the challenger"
    if not 0.4 < share < 0.6:
        raise JourneyFailed(f"{sentence}: not half of them each")
    return sentence


def _compared(project: ShapedProject, verdict: str) -> str:
    """What the newest release's comparison says: a verdict of an A/B test, or how often a shadow agrees."""
    wanted = f": {verdict}: " if verdict else "answers agree"
    lines = [line for line in project.log_of("Compare").splitlines() if "(abTest)" in line or "(shadow)" in line]
    if not lines or wanted not in lines[0]:
        raise JourneyFailed(f"the comparison should say {verdict}: {lines or 'nothing was compared'}")
    return lines[0]


SCENARIO = Scenario(
    summary="staging serves in every shape: each answers, is tested, and leaves nothing behind",
    run=run,
    settings=in_staging_alone,
    others=let_in,
)
