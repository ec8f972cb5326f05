"""SageMaker's endpoints as they are called. Actions: Service Authorization Reference, "Amazon SageMaker AI"."""

from __future__ import annotations

from collections.abc import Mapping

from rehearsal.service_model.required_action import Operations, RequiredAction, arn_template
from rehearsal.service_model.service import AwsService


def _endpoint(action: str, context_keys: Mapping[str, str] | None = None) -> RequiredAction:
    resource = arn_template("sagemaker", "endpoint/{EndpointName}")
    return RequiredAction(action=f"sagemaker:{action}", resource=resource, context_keys=context_keys or {})


OPERATIONS: Operations = {
    "InvokeEndpoint": (_endpoint("InvokeEndpoint", context_keys={"sagemaker:TargetModel": "TargetModel"}),),
    "InvokeEndpointAsync": (_endpoint("InvokeEndpointAsync"),),
}

SERVICE = AwsService(
    name="sagemaker-runtime",
    operations=OPERATIONS,
    vpc_endpoint="sagemaker.runtime",
)
