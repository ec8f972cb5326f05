"""STS. Actions and condition keys: Service Authorization Reference, "AWS Security Token Service"."""

from __future__ import annotations

from typing import Any

from rehearsal.service_model.required_action import ApiRequest, Operations, RequiredAction, Right
from rehearsal.service_model.resource_type import Send, Values
from rehearsal.service_model.service import AwsService

_SESSION = {
    "sts:ExternalId": "ExternalId",
    "sts:RoleSessionName": "RoleSessionName",
    "sts:SourceIdentity": "SourceIdentity",
}


def _assuming(request: ApiRequest) -> list[Right]:
    """Session tags and a source identity are rights of their own (IAM User Guide, "Pass session tags in AWS STS",
    "Monitor and control actions taken with assumed roles")."""
    role = "{RoleArn}"
    found = [
        *RequiredAction(action="sts:AssumeRole", resource=role, context_keys=_SESSION, tags="Tags").rights(request)
    ]
    found += RequiredAction(
        action="sts:SetSourceIdentity", resource=role, context_keys=_SESSION, tags="Tags", when="SourceIdentity"
    ).rights(request)
    transitive = {**_SESSION, "sts:TransitiveTagKeys": "TransitiveTagKeys"}
    tagging = RequiredAction(action="sts:TagSession", resource=role, context_keys=transitive, tags="Tags", when="Tags")
    return [*found, *tagging.rights(request)]


OPERATIONS: Operations = {
    "AssumeRole": (_assuming,),
    # No policy can take it away (OPERATIONS API_GetCallerIdentity).
    "GetCallerIdentity": (),
}


def _caller_identity(send: Send, _region: str, _arguments: Values) -> dict[str, Any]:
    answer = send("GetCallerIdentity", {})
    return {"id": answer["Account"], "accountId": answer["Account"], "arn": answer["Arn"], "userId": answer["UserId"]}


SERVICE = AwsService(
    name="sts",
    operations=OPERATIONS,
    data_sources={"aws:index/getCallerIdentity:getCallerIdentity": _caller_identity},
)
