"""What delivers a model may make its StackSets, ask for approval on an encrypted topic, and no more than that."""

from __future__ import annotations

import json

import pytest

from policies.access.evaluator import decide
from policies.access.question import Question
from policies.documents import keys, project_roles, workload_roles
from tests.policies.documents.asked import ACCOUNT, REGION, arn, may, role
from tests.policies.documents.places import project_place, workload_place

TOPIC = arn("sns", "mlops-dev-alarms")
RUNNER = role("mlops/projects/screening/mlops-screening-deploy-pipeline")
PIPELINE = project_roles.deploy_pipeline(
    project_place("screening"),
    build_projects=["mlops-screening-deploy"],
    stack_sets=["mlops-screening-staging"],
    administration_role=role("mlops/delivery/administration"),
    topic=TOPIC,
)
KEY = json.loads(
    keys.operations_key(
        keys.Place(partition="aws", account=ACCOUNT, region=REGION),
        log_groups=[arn("logs", "log-group:/mlops/*")],
        topics=[arn("sns", "mlops-*")],
        publishers=[role("mlops/projects/*/mlops-*-deploy-pipeline")],
    )
)


def test_a_stack_set_that_does_not_exist_yet_can_be_made_and_others_are_not_touched() -> None:
    assert may(PIPELINE, "cloudformation:CreateStackSet", "*")
    for action in ("UpdateStackSet", "CreateStackInstances"):
        assert may(PIPELINE, f"cloudformation:{action}", arn("cloudformation", "stackset/mlops-screening-staging:1"))
        assert not may(PIPELINE, f"cloudformation:{action}", arn("cloudformation", "stackset/mlops-diabetes-staging:1"))


@pytest.mark.parametrize(
    ("principal", "service", "topic", "allowed"),
    [
        (RUNNER, "sns", TOPIC, True),
        (RUNNER, "s3", TOPIC, False),
        (RUNNER, "sns", arn("sns", "others"), False),
        (role("mlops/projects/screening/mlops-screening-build"), "sns", TOPIC, False),
    ],
)
def test_only_who_asks_for_approval_uses_the_topics_key_and_only_through_the_topic(
    principal: str, service: str, topic: str, allowed: bool
) -> None:
    asked = Question(
        id="publish",
        principal=principal,
        account=ACCOUNT,
        action="kms:GenerateDataKey",
        resource=arn("kms", "key/k"),
        owner=ACCOUNT,
        identity=[json.loads(PIPELINE)],
        resource_policy=KEY,
        context={
            "kms:ViaService": f"{service}.{REGION}.amazonaws.com",
            "kms:EncryptionContext:aws:sns:topicArn": topic,
        },
    )
    assert decide(asked).allowed is allowed


def test_what_delivers_makes_alarms_of_the_platform_alone() -> None:
    document = workload_roles.stack_set_execution(workload_place(), role("mlops/projects/*/model", "222222222222"))
    base = f"arn:aws:cloudwatch:{REGION}:222222222222:alarm:"
    assert may(document, "cloudwatch:PutMetricAlarm", f"{base}mlops-screening-staging-EndpointConfig-1-latency")
    assert not may(document, "cloudwatch:PutMetricAlarm", f"{base}payroll-latency")
