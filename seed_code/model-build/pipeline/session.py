"""The SDK's session, quiet and offline: defining a pipeline calls nothing."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlparse

# Settings of the SDK, given here so that neither files in a home directory nor defaults add to a definition,
# and so that no usage data leaves the account.
SDK_CONFIG: dict[str, Any] = {
    "SchemaVersion": "1.0",
    "SageMaker": {"PythonSDK": {"Modules": {"TelemetryOptOut": True}}},
}


def prepare_sdk(region: str) -> None:
    """Set what the SDK reads when it is imported; call this before anything imports it.

    sagemaker 3.27 creates a client while it is imported (ai_registry/air_hub.py), and needs a region.
    """
    os.environ.setdefault("AWS_DEFAULT_REGION", region)
    # The roles are the platform's and are checked by its own tests; the SDK would ask IAM about them.
    os.environ["SAGEMAKER_VALIDATE_ROLE"] = "false"
    warnings.filterwarnings("ignore", module=r"sagemaker\..*")
    warnings.filterwarnings("ignore", message="Running within a PipelineSession")
    for name in ("sagemaker", "sagemaker.config", "botocore"):
        logging.getLogger(name).setLevel(logging.ERROR)


@contextmanager
def without_instance_metadata() -> Iterator[None]:
    """Keep the SDK's clients, which a definition never uses, from asking the machine for credentials."""
    name = "AWS_EC2_METADATA_DISABLED"
    before = os.environ.get(name)
    os.environ[name] = "true"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def pipeline_session(region: str, artifacts_uri: str) -> Any:
    """A PipelineSession that captures requests instead of sending them."""
    import boto3
    from sagemaker.core.workflow.pipeline_context import PipelineSession

    return PipelineSession(
        boto_session=boto3.Session(region_name=region),
        default_bucket=urlparse(artifacts_uri).netloc,
        sagemaker_config=SDK_CONFIG,
    )


@contextmanager
def config_checked_once() -> Iterator[None]:
    """Keep the SDK from checking SDK_CONFIG against its JSON schema at every look-up.

    The session has checked it. With sagemaker 3.27 the 40 further checks take 5 of 6 seconds of a definition.
    """
    from sagemaker.core.config.config_manager import SageMakerConfig

    check = SageMakerConfig.validate_sagemaker_config
    SageMakerConfig.validate_sagemaker_config = staticmethod(lambda *_, **__: None)
    try:
        yield
    finally:
        SageMakerConfig.validate_sagemaker_config = staticmethod(check)
