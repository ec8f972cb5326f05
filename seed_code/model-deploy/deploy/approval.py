"""Four eyes: whoever handed over the code of a model does not decide on it.

The platform writes down who that was (`packages/<version>/registered.json` of the records), and who approved
it in the registry. Names are compared: that of the publisher, which Studio gave the session, with the name of
the approver's session and its source identity.
"""

import os
import re
from collections.abc import Mapping
from typing import Any

from deploy.change_report import NOT_NEEDED
from deploy.errors import DeployError
from deploy.records import Records

_HINT = "another approver decides"


def require_four_eyes(records: Records, description: Mapping[str, Any]) -> None:
    """Whoever approved the package in the registry is not its publisher. Raises `DeployError`."""
    arn = str(description["ModelPackageArn"])
    version = arn.rpartition("/")[2]
    approver = registry_approver(records, version, description)
    _compare(arn, published_by(records, version), approver, "approved it in the registry")


def require_another_approver(records: Records, codepipeline: Any, arn: str) -> str:
    """Whoever let the package into production in this run is not its publisher; gives who it was.

    Where the settings ask nobody about a change that takes nothing away, `APPROVAL` says that this is one:
    then the approval in the registry stands alone. Raises `DeployError`, also where nobody was asked else.
    """
    pipeline, execution = os.environ.get("PIPELINE", ""), os.environ.get("PIPELINE_EXECUTION", "")
    pages = codepipeline.get_paginator("list_action_executions").paginate(
        pipelineName=pipeline, filter={"pipelineExecutionId": execution}
    )
    approvals = [
        action
        for page in pages
        for action in page["actionExecutionDetails"]
        if (action.get("input") or {}).get("actionTypeId", {}).get("category") == "Approval"
        and action["status"] == "Succeeded"
    ]
    if not approvals and os.environ.get("APPROVAL") == NOT_NEEDED:
        return "the settings, which ask nobody about what takes nothing away"
    if not approvals:
        raise DeployError([f"execution {execution} of {pipeline} was let into production by nobody"])
    publisher = published_by(records, arn.rpartition("/")[2])
    for action in approvals:
        _compare(arn, publisher, (_decided_by(action),), "let it into production")
    return _decided_by(approvals[0])


def _decided_by(action: Mapping[str, Any]) -> str:
    """Who answered: by a link the person whom the approval page names in its summary, and not the page."""
    by = str(action.get("updatedBy") or "")
    result = (action.get("output") or {}).get("executionResult") or {}
    by_link = re.search(r"\bby (\S+) by link ", str(result.get("externalExecutionSummary") or ""))
    return by_link[1] if by_link and "-approval-page/" in by else by


def published_by(records: Records, version: str) -> str:
    """Who handed over the code of a version. Raises `DeployError` where nobody knows."""
    registered = records.document(f"{records.folder}/packages/{version}/registered.json")
    publisher = str((registered or {}).get("publisher", ""))
    if not publisher:
        raise DeployError(
            [
                f"version {version}: who handed its code over is not known, and so is not who is another; "
                "hand the code over again with the tag publisher; if it was registered just now, try again"
            ]
        )
    return publisher


def registry_approver(records: Records, version: str, description: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of who approved a package: who changed it last, or what was written down before that.

    The recorder itself changes packages, so AWS names it afterwards.
    """
    identity = (description.get("LastModifiedBy") or {}).get("IamIdentity") or {}
    arn = str(identity.get("Arn", ""))
    if arn and "-release-recorder/" not in arn:
        return arn, str(identity.get("SourceIdentity", ""))
    kept = [
        records.document(key) or {} for key in records.keys(f"{records.folder}/packages/{version}/approved-")
    ]
    if not kept:
        return ("",)
    last = max(kept, key=lambda each: str(each.get("at", "")))
    return str(last.get("by", "")), str(last.get("person", ""))


def _compare(arn: str, publisher: str, approver: tuple[str, ...], did: str) -> None:
    if not any(approver):
        raise DeployError([f"model package {arn}: AWS does not say who {did}; approve it again"])
    if _names(publisher) & {name for each in approver for name in _names(each)}:
        raise DeployError([f"model package {arn}: {publisher} handed its code over and {did}; {_HINT}"])


def _names(identity: str) -> set[str]:
    """Names in one identity: of an ARN the session's, of an address the part before the @ too."""
    name = identity.rpartition("/")[2].strip().lower()
    return {name, name.partition("@")[0]} - {""}
