"""What serves where by the registry alone: the short entries of the release recorder, for whoever reads no records."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from operate.errors import refused
from operate.project import Project
from operate.releases import BACK, ENDED, FAILED_TO, SERVES, Line, by_place

_KEY = re.compile(r"release\.([a-z]+)\.(\d{12})")
# As the recorder writes them (`functions/release_recorder/registry.py`: `entries`).
_FORMS = {
    SERVES: re.compile(r"serves since (?P<since>\S+)(?: approved by (?P<by>\S+))?(?P<why>.*)"),
    ENDED: re.compile(r"served from (?P<since>\S+) to (?P<until>\S+)(?: approved by (?P<by>\S+))?\s*(?P<why>.*)"),
    FAILED_TO: re.compile(r"failed at (?P<since>\S+): (?P<why>.*)"),
    BACK: re.compile(r"rolled back at (?P<since>\S+): (?P<why>.*)"),
}


def from_registry(project: Project, sagemaker: Any, stage: str | None, account: str | None) -> list[Line]:
    """A line for each version and place that a package's metadata tell of. Raises OperateError."""
    found: list[Line] = []
    try:
        pages = sagemaker.get_paginator("list_model_packages").paginate(ModelPackageGroupName=project.names.group())
        for page in pages:
            for summary in page["ModelPackageSummaryList"]:
                described = sagemaker.describe_model_package(ModelPackageName=summary["ModelPackageArn"])
                found += _lines(project, described)
    except (ClientError, BotoCoreError) as error:
        raise refused(error, f"registry of {project.id}") from None
    return by_place(line for line in found if stage in (None, line.stage) and account in (None, line.account))


def _lines(project: Project, described: Mapping[str, Any]) -> list[Line]:
    version = str(described["ModelPackageArn"]).rpartition("/")[2]
    found = []
    for key, text in (described.get("CustomerMetadataProperties") or {}).items():
        place = _KEY.fullmatch(key)
        for state, form in _FORMS.items() if place else ():
            if place and (told := form.fullmatch(text)):
                values = told.groupdict()
                found.append(
                    Line(
                        project=project.id,
                        stage=place[1],
                        account=place[2],
                        region=project.scope.region,
                        version=version,
                        state=state,
                        since=values["since"],
                        until=values.get("until") or "",
                        approved_by=values.get("by") or "",
                        replaced="",
                        why=(values["why"] or "").strip(),
                    )
                )
    return found
