"""Macie. Actions and condition keys: Service Authorization Reference, "Amazon Macie"."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from rehearsal.service_model.emulator import ServiceRecords, timestamp
from rehearsal.service_model.required_action import Operations, arn_template, on_each, requires, tag_actions
from rehearsal.service_model.resource_type import ApiCall, ReadCall, ResourceType
from rehearsal.service_model.sample import Sample
from rehearsal.service_model.service import AwsService

MACIE = ResourceType(
    type="aws:macie2/account:Account",
    read_after_create=False,
    create=ApiCall(operation="EnableMacie"),
    id="{account}",
    read=ReadCall(operation="GetMacieSession"),
    update=(ApiCall(operation="UpdateMacieSession"),),
    delete=(ApiCall(operation="DisableMacie"),),
    sample=Sample({"status": "ENABLED"}, update={"findingPublishingFrequency": "ONE_HOUR"}),
)

_WEEKLY = {"weeklySchedule": "weeklySchedule.dayOfWeek", "monthlySchedule": "monthlySchedule.dayOfMonth"}

MACIE_JOB = ResourceType(
    type="aws:macie2/classificationJob:ClassificationJob",
    read_after_create=False,
    create=ApiCall(
        operation="CreateClassificationJob",
        members={f"scheduleFrequency.{name}": path for name, path in _WEEKLY.items()},
    ),
    id="jobId",
    name="name",
    read=ReadCall(
        operation="DescribeClassificationJob",
        parameters={"jobId": "{id}"},
        deleted_when="jobStatus=='CANCELLED'",
        outputs={
            "scheduleFrequency": "scheduleFrequency && {weeklySchedule: scheduleFrequency.weeklySchedule.dayOfWeek}"
        },
    ),
    # A job cannot be deleted: the provider cancels it.
    delete=(ApiCall(operation="UpdateClassificationJob", parameters={"jobId": "{id}", "jobStatus": "CANCELLED"}),),
    outputs={"jobArn": "jobArn"},
    sample=Sample(
        {
            "name": "sample-job",
            "jobType": "SCHEDULED",
            "scheduleFrequency": {"weeklySchedule": "SUNDAY"},
            "s3JobDefinition": {
                "bucketDefinitions": [{"accountId": "${AWS::AccountId}", "buckets": ["sample-bucket"]}]
            },
        },
        depends_on=("aws:macie2/account:Account",),
    ),
)

_JOB = arn_template("macie2", "classification-job/{jobId}")

OPERATIONS: Operations = {
    **on_each("macie2", "*", "DisableMacie", "EnableMacie", "GetMacieSession", "UpdateMacieSession"),
    **on_each("macie2", _JOB, "DescribeClassificationJob", "UpdateClassificationJob"),
    **tag_actions("macie2", "{resourceArn}", "tagKeys", tags="tags"),
    "CreateClassificationJob": requires(
        "macie2:CreateClassificationJob", arn_template("macie2", "classification-job/*"), tags="tags"
    ),
}


def _enable_macie(records: ServiceRecords, given: Mapping[str, Any]) -> dict[str, Any]:
    records.all("session")["macie"] = {**given, "createdAt": timestamp(), "updatedAt": timestamp()}
    return {}


def _create_job(records: ServiceRecords, given: Mapping[str, Any]) -> dict[str, Any]:
    records.get("session", "macie")
    identity = uuid.uuid4().hex
    arn = records.arn("macie2", f"classification-job/{identity}")
    records.all("job")[identity] = {**given, "jobId": identity, "jobArn": arn, "jobStatus": "RUNNING"}
    return {"jobArn": arn, "jobId": identity}


SERVICE = AwsService(
    name="macie2",
    operations=OPERATIONS,
    resource_types=(
        MACIE,
        MACIE_JOB,
    ),
    emulated={
        "EnableMacie": _enable_macie,
        "GetMacieSession": lambda records, _: records.get("session", "macie"),
        "UpdateMacieSession": lambda records, given: records.update("session", "macie", given),
        "DisableMacie": lambda records, _: records.delete("session", "macie"),
        "CreateClassificationJob": _create_job,
        "DescribeClassificationJob": lambda records, given: records.get("job", given["jobId"]),
        "UpdateClassificationJob": lambda records, given: records.update("job", given["jobId"], given),
    },
)
