"""The order of a model's way through one project."""

from __future__ import annotations

from rehearsal.environment import RehearsalEnvironment
from rehearsal.journey.inputs import JourneyInputs
from rehearsal.journey.journey import Journey
from rehearsal.journey.steps import StepRecorder
from rehearsal.plan import PlannedStack
from rehearsal.report import RehearsalReport
from rehearsal.runtime import Runtime


def run_journey(
    environment: RehearsalEnvironment,
    runtime: Runtime,
    project: PlannedStack,
    inputs: JourneyInputs,
    report: RehearsalReport,
) -> Journey:
    """Run the journey of one project, step by step, into the report."""
    journey = Journey(environment, project, inputs, runtime.suite)
    runtime.on_approval = journey.request_approval
    journey.gateway = runtime.apigateway
    steps = StepRecorder(environment.progress, report)
    with environment.cloud.recorder.during("journey"):
        steps.run("Find new pipelines quiet", journey.start_quietly)
        steps.run("Build, scan and pin the model image", journey.build_image)
        if journey.has_apis:
            steps.run("Build the functions of APIs", journey.build_functions)
        steps.run("Hand over data", journey.hand_over_data)
        steps.run("Hand over code", journey.hand_over_code)
        steps.run("Build, train, evaluate, gate, register", journey.build)
        steps.run("Find the registered model", journey.find_registered)
        steps.run("Approve the model", journey.approve)
        for title, step in zip(journey.release_titles(), (journey.stage, journey.release), strict=False):
            steps.run(title, step)
        if journey.has("production"):
            steps.run("Ask production", lambda: journey.predict(report))
        steps.run("Read what was released", journey.recorded)
        if steps.caught:
            steps.run_after_catch("Look for what the sabotage reached", journey.nothing_left)
    return journey
