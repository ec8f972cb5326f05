"""CloudWatch Logs: a group's key after it was made."""

from __future__ import annotations

from typing import Any

from moto.logs.exceptions import ResourceNotFoundException
from moto.logs.responses import LogsResponse

from rehearsal.aws.gaps.keeping import add, parameters


def install() -> None:
    """Complete the service."""
    add(LogsResponse, associate_kms_key, disassociate_kms_key)


def associate_kms_key(this: Any) -> str:
    """AssociateKmsKey."""
    _group(this).kms_key_id = parameters(this)["kmsKeyId"]
    return ""


def disassociate_kms_key(this: Any) -> str:
    """DisassociateKmsKey."""
    _group(this).kms_key_id = None
    return ""


def _group(this: Any) -> Any:
    group = this.logs_backend.groups.get(parameters(this)["logGroupName"])
    if group is None:
        raise ResourceNotFoundException()
    return group
