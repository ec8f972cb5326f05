"""Whether a rule's input may carry values of a pipeline's variables."""

from __future__ import annotations

import json
import time
from typing import Any
from uuid import uuid4

from assumptions.assumption import Assumption, Probe, ProbedStack, ProbeResult

_VARIABLE = "SourceVersion"
_SECONDS = 120


def _run(stack: ProbedStack) -> tuple[ProbeResult, str]:
    """Start the build pipeline by a rule of its own, with the variable and with a source version that is not there.

    The run fails at its source, so that nothing is built; only its variables are read.
    """
    events, pipeline, token = stack.client("events"), stack.output("buildPipeline"), uuid4().hex
    rule, source = f"{pipeline}-probe", f"probe.{token}"
    (target,) = events.list_targets_by_rule(Rule=pipeline)["Targets"]
    missing = {"actionName": "Source", "revisionType": "S3_OBJECT_VERSION_ID", "revisionValue": token}
    given = {"variables": [{"name": _VARIABLE, "value": token}], "sourceRevisions": [missing]}
    arn = events.put_rule(Name=rule, EventPattern=json.dumps({"source": [source]}))["RuleArn"]
    try:
        sent = {"Id": "probe", "Arn": target["Arn"], "RoleArn": target["RoleArn"], "Input": json.dumps(given)}
        events.put_targets(Rule=rule, Targets=[sent])
        values = _started(stack.client("codepipeline"), events, pipeline, arn, source)
    finally:
        events.remove_targets(Rule=rule, Ids=["probe"])
        events.delete_rule(Name=rule)
    if values is None:
        return ProbeResult.UNCLEAR, f"the rule started no execution within {_SECONDS} s"
    found = values.get(_VARIABLE, "no value")
    answer = ProbeResult.HOLDS if found == token else ProbeResult.FAILS
    return answer, f"{_VARIABLE} was given by the event and is {'as given' if found == token else found}"


def _started(codepipeline: Any, events: Any, pipeline: str, rule_arn: str, source: str) -> dict[str, str] | None:
    """The variables of the run that the rule started, None if it started none. A new rule may miss a first event."""
    entry = {"Source": source, "DetailType": "probe", "Detail": "{}"}
    end = time.monotonic() + _SECONDS
    while time.monotonic() < end:
        events.put_events(Entries=[entry])
        for _ in range(10):
            time.sleep(1)
            for each in codepipeline.list_pipeline_executions(pipelineName=pipeline)["pipelineExecutionSummaries"]:
                if each.get("trigger", {}).get("triggerDetail") != rule_arn:
                    continue
                execution = codepipeline.get_pipeline_execution(
                    pipelineName=pipeline, pipelineExecutionId=each["pipelineExecutionId"]
                )["pipelineExecution"]
                return {value["name"]: value["resolvedValue"] for value in execution.get("variables", ())}
    return None


ASSUMPTION = Assumption(
    name="pipeline-variables-from-events",
    question="May the input of an EventBridge rule's target carry `variables` for StartPipelineExecution, as it may "
    "carry `sourceRevisions`?",
    if_it_holds="A run that an event starts has the event's package (or source version) as its variable.",
    if_it_fails="EventBridge starts the pipeline without the variable, which then has its default.",
    design="nothing is trained or deployed by an event: a run without its variable skips every stage after its source, "
    "so that never another model than the approved one is deployed. Whoever may start the pipeline gives the variable "
    "by hand.",
    holds_both_ways=False,
    leans_on=("components/pipelines.py:EventVariable",),
    sources=(
        'CodePipeline User Guide, "Start a pipeline with a source revision override": input transformers carry '
        "sourceRevisions",
        'CodePipeline User Guide, "Variables reference": values are given when an execution starts',
        'CodePipeline API Reference, "StartPipelineExecution": variables beside sourceRevisions',
    ),
    probe=Probe(
        run=_run,
        kinds=("project",),
        price=0.01,
        minutes=3,
        needs=(
            "codepipeline:GetPipelineExecution",
            "codepipeline:ListPipelineExecutions",
            "events:PutEvents",
            "iam:PassRole",
        ),
    ),
)
