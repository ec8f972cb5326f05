"""Mutations of what carries no policy: pipelines, builds, rules, alarms, trails; and of the walls that hold people."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

from tests.policies.access.mutations.mutation import (
    Edit,
    Mutation,
    Record,
    changed,
    checks,
    condition,
    lacking,
    listed,
    more,
    setting,
)


def nested(name: str, change: Callable[[Any], Any]) -> Edit:
    """A property edited in place, or replaced by what the change gives back."""

    def edit(record: Record) -> None:
        value = copy.deepcopy(record["inputs"][name])
        found = change(value)
        setting(**{name: value if found is None else found})(record)

    return edit


def pattern(change: Callable[[dict[str, Any]], Any]) -> Edit:
    """An event pattern edited in place."""

    def edit(text: str) -> str:
        content = json.loads(text)
        change(content)
        return json.dumps(content)

    return nested("eventPattern", edit)


def stage(stages: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """A pipeline's stage by its name."""
    return next(one for one in stages if one["name"] == name)


_ALWAYS = {
    "name": "Hotfix",
    "ruleTypeId": {"category": "Rule", "owner": "AWS", "provider": "VariableCheck", "version": "1"},
    "configuration": {"Variable": "#{ChangesStaging.CHANGES}", "Operator": "NE", "Value": "hotfix"},
}

MUTATIONS = (
    Mutation(
        id="nobody-asked",
        what="Releases reach production without anybody's approval.",
        stack="project-diabetes",
        type="Pipeline",
        name="deploy-pipeline-pipeline",
        edit=nested("stages", lambda stages: stages.remove(stage(stages, "Approve"))),
        noticed_by=checks("proof:way-to-production"),
    ),
    Mutation(
        id="tested-last",
        what="Staging is tested when production has the release already.",
        stack="project-diabetes",
        type="Pipeline",
        name="deploy-pipeline-pipeline",
        edit=nested(
            "stages",
            lambda stages: [one for one in stages if one["name"] != "TestStaging"] + [stage(stages, "TestStaging")],
        ),
        noticed_by=checks("proof:way-to-production"),
    ),
    Mutation(
        id="question-skipped",
        what="A build's word skips the question that a person is asked.",
        stack="project-screening",
        type="Pipeline",
        name="deploy-pipeline-pipeline",
        edit=nested(
            "stages", lambda stages: stage(stages, "Approve")["beforeEntry"]["condition"]["rules"].append(_ALWAYS)
        ),
        noticed_by=checks("proof:way-to-production"),
    ),
    Mutation(
        id="source-chosen-at-start",
        what="Whoever starts the deploy pipeline says which object it runs.",
        stack="project-diabetes",
        type="Pipeline",
        name="deploy-pipeline-pipeline",
        edit=nested(
            "stages",
            lambda stages: stages[0]["actions"][0]["configuration"].update(AllowOverrideForS3ObjectKey="true"),
        ),
        noticed_by=checks("proof:own-inputs"),
    ),
    Mutation(
        id="image-of-somebody",
        what="The test of staging runs in an image of Docker Hub.",
        stack="project-diabetes",
        type="Project",
        name="deploy-test-build",
        edit=nested("environment", lambda environment: environment.update(image="library/python:3.11")),
        noticed_by=checks("proof:own-inputs"),
    ),
    Mutation(
        id="any-status-deploys",
        what="A model of whichever status starts the deploy pipeline.",
        stack="project-diabetes",
        type="EventRule",
        name="deploy-pipeline-trigger",
        edit=pattern(lambda content: content["detail"].pop("ModelApprovalStatus")),
        noticed_by=checks("proof:own-inputs"),
    ),
    Mutation(
        id="guard-off",
        what="The rule that tells the remediator of calls is off.",
        stack="foundation",
        type="EventRule",
        name="guard-calls",
        edit=setting(state="DISABLED"),
        noticed_by=checks("proof:guards-awake"),
    ),
    Mutation(
        id="guard-hears-less",
        what="Nobody hears of training jobs.",
        stack="foundation",
        type="EventRule",
        name="guard-states",
        edit=pattern(lambda content: content["detail-type"].remove("SageMaker Training Job State Change")),
        noticed_by=checks("proof:guards-awake"),
    ),
    Mutation(
        id="alarm-too-high",
        what="The alarm for lost events comes when a thousand were lost.",
        stack="foundation",
        type="MetricAlarm",
        name="dead-letters-alarm",
        edit=setting(threshold=1000),
        noticed_by=checks("proof:guards-awake"),
    ),
    Mutation(
        id="trail-passes-data-over",
        what="Reads and writes of the data bucket are not recorded.",
        stack="foundation",
        type="Trail",
        name="trail-trail",
        edit=nested(
            "advancedEventSelectors",
            lambda selectors: selectors[1]["fieldSelectors"][2]["notStartsWiths"].append(
                "arn:aws:s3:::mlops-dev-data-"
            ),
        ),
        noticed_by=checks("proof:evidence-whole"),
    ),
    Mutation(
        id="evidence-ends-early",
        what="What the trail wrote is gone after a month.",
        stack="foundation",
        type="BucketLifecycleConfiguration",
        name="trail-lifecycle",
        edit=nested("rules", lambda rules: rules[0].update(expiration={"days": 30})),
        noticed_by=checks("proof:evidence-whole"),
    ),
    Mutation(
        id="administrators-silence-records",
        what="Administrators switch the rules off that write releases down and tell of failures.",
        stack="foundation",
        type="RolePolicy",
        name="administrator-policy",
        edit=listed("SilenceTriggers", "Resource", more("arn:aws:events:*:111111111111:rule/mlops-*")),
        noticed_by=checks("proof:guards-stay"),
    ),
    Mutation(
        id="jobs-of-others-seen",
        what="A scientist sees the jobs of every project.",
        stack="dev",
        type="RolePolicy",
        name="scientist-alice-policy",
        edit=changed("SeeJobsOfOwnProjects", Condition=None),
        noticed_by=checks("proof:project-walls"),
    ),
    Mutation(
        id="jobs-of-others-stopped",
        what="A project's pipeline stops the jobs of every project.",
        stack="project-diabetes",
        type="RolePolicy",
        name="role-pipeline-policy",
        edit=condition("StopOwnJobs", lacking("aws:ResourceTag/project")),
        noticed_by=checks("proof:project-walls"),
    ),
)
