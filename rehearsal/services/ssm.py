"""Systems Manager parameters. Actions: Service Authorization Reference, "AWS Systems Manager"."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.service_model.patches import Patches
from rehearsal.service_model.required_action import (
    ApiRequest,
    Operations,
    RequiredAction,
    Right,
    RightsFunction,
    requires,
    values,
)
from rehearsal.service_model.resource_type import ApiCall, ReadCall, ResourceType, Values, filled
from rehearsal.service_model.sample import Sample
from rehearsal.service_model.service import AwsService
from rehearsal.service_model.tagging import TagOperations


def _parameter_arn(resource: Values) -> str:
    """A name's own slash is the ARN's (Service Authorization Reference, "AWS Systems Manager")."""
    prefix = filled("arn:{partition}:ssm:{region}:{account}:parameter/", resource)
    return f"{prefix}{str(resource['name']).removeprefix('/')}"


PARAMETER = ResourceType(
    type="aws:ssm/parameter:Parameter",
    read_after_create=False,
    create=ApiCall(operation="PutParameter", members={"insecureValue": "Value"}),
    id="{name}",
    name="name",
    read=ReadCall(
        operation="GetParameter",
        parameters={"Name": "{name}", "WithDecryption": True},
        path="Parameter",
        outputs={"arn": "ARN"},
    ),
    update=(ApiCall(operation="PutParameter", members={"insecureValue": "Value"}, parameters={"Overwrite": True}),),
    replace_on=("name",),
    delete=(ApiCall(operation="DeleteParameter"),),
    outputs={"arn": _parameter_arn},
    sample=Sample({"name": "/sample/parameter", "type": "String", "value": "before"}, update={"value": "after"}),
)


def _parameter(action: str, member: str, **arguments: Any) -> RightsFunction:
    """A parameter's ARN has its name without the slash at the beginning."""

    def rights(request: ApiRequest) -> list[Right]:
        names = [name.removeprefix("/") for name in values(request.parameters, member)] or ["*"]
        base = f"arn:{request.partition}:ssm:{request.region}:{request.account}:parameter/"
        required = RequiredAction(action=f"ssm:{action}", **arguments)
        return [
            Right(action=right.action, resource=base + name, context=right.context)
            for name in names
            for right in required.rights(request)
        ]

    return rights


OPERATIONS: Operations = {
    "AddTagsToResource": (_parameter("AddTagsToResource", "ResourceId", tags="Tags"),),
    "DeleteParameter": (_parameter("DeleteParameter", "Name"),),
    "DeleteParameters": (_parameter("DeleteParameters", "Names"),),
    "DescribeParameters": requires("ssm:DescribeParameters"),
    "GetParameter": (_parameter("GetParameter", "Name"),),
    "GetParameters": (_parameter("GetParameters", "Names"),),
    "GetParametersByPath": (_parameter("GetParametersByPath", "Path", context_keys={"ssm:Recursive": "Recursive"}),),
    "ListTagsForResource": (_parameter("ListTagsForResource", "ResourceId"),),
    "PutParameter": (
        _parameter("PutParameter", "Name", tags="Tags", context_keys={"ssm:Overwrite": "Overwrite"}),
        _parameter("AddTagsToResource", "Name", tags="Tags", when="Tags"),
    ),
    "RemoveTagsFromResource": (_parameter("RemoveTagsFromResource", "ResourceId"),),
}


def _patch(patches: Patches) -> None:
    from moto.ssm.models import SimpleSystemManagerBackend

    patches.wrap(SimpleSystemManagerBackend, "put_parameter", parameter_keeps_its_type)


@aws_behavior("botocore, service model of ssm, HierarchyTypeMismatchException of PutParameter")
def parameter_keeps_its_type(original: Callable[..., Any], backend: Any, *arguments: Any, **named: Any) -> Any:
    """Overwriting a parameter cannot change its type; it is deleted and made again."""
    from moto.core.exceptions import JsonRESTError

    given = inspect.signature(original).bind(backend, *arguments, **named).arguments
    existing = backend.get_parameter(given["name"]) if given.get("overwrite") else None
    if existing is not None and given.get("parameter_type") not in (None, existing.parameter_type):
        raise JsonRESTError(
            "HierarchyTypeMismatchException",
            f"Parameter {given['name']} is a {existing.parameter_type} and cannot become a {given['parameter_type']}.",
        )
    return original(backend, *arguments, **named)


SERVICE = AwsService(
    name="ssm",
    operations=OPERATIONS,
    resource_types=(PARAMETER,),
    tagging=TagOperations(
        tag="AddTagsToResource",
        untag="RemoveTagsFromResource",
        parameters={"ResourceType": "Parameter", "ResourceId": "{id}"},
    ),
    patch=_patch,
)
