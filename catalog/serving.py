"""Shapes of serving: how a model answers, and what AWS offers of each.

Sources: botocore, service model of sagemaker; SageMaker Developer Guide, "Deployment guardrails for updating models in
production", "Capture data".
"""

from __future__ import annotations

from enum import StrEnum


class ServingShape(StrEnum):
    """Shapes of serving, in the words of the SageMaker Developer Guide where it has one."""

    SINGLE = "single"
    AB_TEST = "abTest"
    SHADOW = "shadow"
    MULTI_MODEL = "multiModel"
    PIPELINE = "inferencePipeline"
    SERVERLESS = "serverless"
    ASYNCHRONOUS = "asynchronous"
    BATCH = "batchTransform"


# An update of these moves traffic in steps; the others are updated at once, or have no traffic.
SHIFTED = frozenset({ServingShape.SINGLE, ServingShape.AB_TEST, ServingShape.SHADOW, ServingShape.PIPELINE})
# Two models are served beside each other.
COMPARED = frozenset({ServingShape.AB_TEST, ServingShape.SHADOW})
# SageMaker captures nothing of a serverless endpoint; of multi-model and asynchronous ones no page says that it does
# (an asynchronous endpoint's requests and answers are objects anyway), and a batch has no endpoint.
CAPTURED = frozenset({ServingShape.SINGLE, ServingShape.AB_TEST, ServingShape.SHADOW, ServingShape.PIPELINE})
# Whoever calls the endpoint gets an answer, and names no model.
ANSWERING_ONE = SHIFTED | {ServingShape.SERVERLESS}
# Fleets that scale on requests a minute and instance; an asynchronous one scales on its backlog.
SCALED = SHIFTED | {ServingShape.MULTI_MODEL, ServingShape.ASYNCHRONOUS}
