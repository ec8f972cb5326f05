"""Whether events of model packages say which fields changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from assumptions import images
from assumptions.assumption import Assumption, Probe, ProbedStack, ProbeResult, probe_name
from assumptions.queues import queue_of_rule, received, rule

_FIELD = "UpdatedModelPackageFields"


def _run(stack: ProbedStack) -> tuple[ProbeResult, str]:
    """Approve a package in a group of the probe's own, whose events go to a queue."""
    if unknown := images.no_image(stack.region):
        return ProbeResult.UNCLEAR, unknown
    sagemaker, name = stack.client("sagemaker"), probe_name(stack)
    pattern = {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Model Package State Change"],
        "detail": {"ModelPackageGroupName": [name]},
    }
    with ExitStack() as made:
        rule_arn = made.enter_context(rule(stack, name, pattern))
        url, arn = made.enter_context(queue_of_rule(stack, name, rule_arn))
        stack.client("events").put_targets(Rule=name, Targets=[{"Id": "probe", "Arn": arn}])
        stack.pause(60)
        package = made.enter_context(_package(sagemaker, name, stack))
        sagemaker.update_model_package(ModelPackageArn=package, ModelApprovalStatus="Approved")
        event = received(stack, url, lambda each: each["detail"].get("ModelApprovalStatus") == "Approved")
    if event is None:
        return ProbeResult.UNCLEAR, "no event of the approval arrived"
    fields = event["detail"].get(_FIELD)
    return (ProbeResult.HOLDS if fields else ProbeResult.FAILS), f"{_FIELD} of the approval's event is {fields}"


@contextmanager
def _package(sagemaker: Any, group: str, stack: ProbedStack) -> Iterator[str]:
    """A pending package in a group of its own while the context lasts: its ARN."""
    sagemaker.create_model_package_group(ModelPackageGroupName=group)
    try:
        package = sagemaker.create_model_package(
            ModelPackageGroupName=group,
            ModelApprovalStatus="PendingManualApproval",
            InferenceSpecification={
                "Containers": [{"Image": images.image(stack.region)}],
                "SupportedContentTypes": ["text/csv"],
                "SupportedResponseMIMETypes": ["text/csv"],
            },
        )["ModelPackageArn"]
        try:
            yield str(package)
        finally:
            sagemaker.delete_model_package(ModelPackageName=package)
    finally:
        sagemaker.delete_model_package_group(ModelPackageGroupName=group)


ASSUMPTION = Assumption(
    name="updated-model-package-fields",
    question="Does every event of a model package that was updated hold `UpdatedModelPackageFields`?",
    if_it_holds="A rule tells an approval from any other change of an approved package.",
    if_it_fails="An approval's event has no such field, and neither has that of any other change.",
    design="The rule takes events with the field that name the approval status, and events without the field. In the "
    "other case a change of an approved package's metadata deploys that package again: only approvers may make it, "
    "staging and the question to production come first, and a stack that has the package already is left as it is.",
    leans_on=("components/pipeline_events.py:model_approved",),
    sources=(
        'SageMaker Developer Guide, "Events that Amazon SageMaker AI sends to Amazon EventBridge": the field stands '
        "in one example and in no description",
    ),
    probe=Probe(
        run=_run,
        kinds=("foundation",),
        price=0.01,
        minutes=5,
        needs=("sagemaker:CreateModelPackage", "sagemaker:UpdateModelPackage", "events:PutRule", "sqs:CreateQueue"),
    ),
)
