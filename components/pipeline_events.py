"""What starts a pipeline or a function of a project: patterns of EventBridge events."""

from __future__ import annotations

import json
from collections.abc import Sequence

# Of the event that the release recorder puts (`functions/release_recorder/recorder.py`).
SERVED_MODEL_REJECTED = "Served model rejected"


def object_created(bucket: str, key: str) -> str:
    """Event pattern: an object was written (its bucket sends events to EventBridge)."""
    return json.dumps(
        {
            "source": ["aws.s3"],
            "detail-type": ["Object Created"],
            "detail": {"bucket": {"name": [bucket]}, "object": {"key": [key]}},
        }
    )


def approval_waits(pipeline: str, stage: str) -> str:
    """Event pattern: an approval of the pipeline began to wait (CodePipeline User Guide, "Monitoring CodePipeline
    events")."""
    return json.dumps(
        {
            "source": ["aws.codepipeline"],
            "detail-type": ["CodePipeline Action Execution State Change"],
            "detail": {
                "pipeline": [pipeline],
                "stage": [stage],
                "state": ["STARTED"],
                "type": {"category": ["Approval"]},
            },
        }
    )


def model_approved(group: str) -> str:
    """Event pattern: a model of the group became Approved.

    Changes of other fields carry the old status: hence the updated field (SageMaker Developer Guide, "Events that
    Amazon SageMaker AI sends to Amazon EventBridge"). Whether every event has it is an assumption
    (docs/assumptions.md); an event without it counts as an approval, since only approvers change an approved model.
    """
    updated = "UpdatedModelPackageFields"
    return json.dumps(
        {
            "source": ["aws.sagemaker"],
            "detail-type": ["SageMaker Model Package State Change"],
            "detail": {
                "ModelPackageGroupName": [group],
                "ModelApprovalStatus": ["Approved"],
                "$or": [{updated: ["ModelApprovalStatus"]}, {updated: [{"exists": False}]}],
            },
        }
    )


def deliveries_ended(pipelines: Sequence[str]) -> str:
    """Event pattern: an action that brings a StackSet up to date ended, well or not.

    Source: CodePipeline User Guide, "Monitoring CodePipeline events".
    """
    return json.dumps(
        {
            "source": ["aws.codepipeline"],
            "detail-type": ["CodePipeline Action Execution State Change"],
            "detail": {
                "pipeline": list(pipelines),
                "state": ["SUCCEEDED", "FAILED", "CANCELED", "ABANDONED"],
                "type": {"category": ["Deploy"], "provider": ["CloudFormationStackSet"]},
            },
        }
    )


def model_decided(group: str) -> str:
    """Event pattern: a model of the group was registered, approved or rejected, or changed otherwise.

    Which field changed is not asked: whoever hears of it looks at the model, and writes down what is new.
    """
    return json.dumps(
        {
            "source": ["aws.sagemaker"],
            "detail-type": ["SageMaker Model Package State Change"],
            "detail": {"ModelPackageGroupName": [group]},
        }
    )


def served_model_rejected(source: str) -> str:
    """Event pattern: somebody rejected the version that production serves, as the project's recorder found."""
    return json.dumps({"source": [source], "detail-type": [SERVED_MODEL_REJECTED]})
