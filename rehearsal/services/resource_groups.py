"""Resource Groups. Actions: Service Authorization Reference, "AWS Resource Groups"."""

from __future__ import annotations

import json

from rehearsal.service_model.required_action import Operations, arn_template, on_each, requires
from rehearsal.service_model.resource_type import ApiCall, ReadCall, ResourceType
from rehearsal.service_model.sample import Sample
from rehearsal.service_model.service import AwsService
from rehearsal.service_model.tagging import TagOperations

GROUP = ResourceType(
    type="aws:resourcegroups/group:Group",
    create=ApiCall(
        operation="CreateGroup",
        members={"configurations": "Configuration"},
        defaults={"resourceQuery.type": "TAG_FILTERS_1_0"},
    ),
    id="{name}",
    name="name",
    read=ReadCall(operation="GetGroup", parameters={"GroupName": "{name}"}, path="Group"),
    more_reads=(
        ReadCall(
            operation="GetGroupQuery",
            parameters={"GroupName": "{name}"},
            path="GroupQuery",
            outputs={"resourceQuery": "ResourceQuery"},
            only_outputs=True,
        ),
    ),
    update=(
        ApiCall(operation="UpdateGroup", properties=("description",), parameters={"GroupName": "{name}"}),
        ApiCall(
            operation="UpdateGroupQuery",
            properties=("resourceQuery",),
            parameters={"GroupName": "{name}"},
            defaults={"resourceQuery.type": "TAG_FILTERS_1_0"},
        ),
    ),
    delete=(ApiCall(operation="DeleteGroup", parameters={"GroupName": "{name}"}),),
    sample=Sample(
        {
            "name": "sample-group",
            "resourceQuery": {
                "query": json.dumps(
                    {
                        "ResourceTypeFilters": ["AWS::AllSupported"],
                        "TagFilters": [{"Key": "owner", "Values": ["sample"]}],
                    }
                )
            },
        },
        update={"description": "A sample"},
    ),
)

_GROUP_ARN = arn_template("resource-groups", "group/{GroupName}")

OPERATIONS: Operations = {
    **on_each(
        "resource-groups",
        _GROUP_ARN,
        "DeleteGroup",
        "GetGroup",
        "GetGroupConfiguration",
        "GetGroupQuery",
        "UpdateGroup",
        "UpdateGroupQuery",
    ),
    "CreateGroup": requires("resource-groups:CreateGroup", tags="Tags"),
    "GetTags": requires("resource-groups:GetTags", "{Arn}"),
    "Tag": requires("resource-groups:Tag", "{Arn}", tags="Tags"),
    "Untag": requires("resource-groups:Untag", "{Arn}"),
}

SERVICE = AwsService(
    name="resource-groups",
    operations=OPERATIONS,
    resource_types=(GROUP,),
    tagging=TagOperations(tag="Tag", untag="Untag", parameters={"Arn": "{arn}"}),
)
