"""How each service's tags are set on what exists already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Tagging:
    """`tag` adds tags and `untag` takes them away by key; `whole` services replace the complete set with `tag`.

    `fills` names the resource where spelling does not tell. Operations of services that name the kind (`TagRole`)
    are written with "{noun}".
    """

    tag: str = "TagResource"
    untag: str = "UntagResource"
    fills: Mapping[str, Any] = field(default_factory=dict)
    whole: bool = False
    places: Mapping[str, str] = field(default_factory=dict)


BY_SERVICE: Mapping[str, Tagging] = {
    "ec2": Tagging(tag="CreateTags", untag="DeleteTags", fills={"Resources": ["{id}"]}),
    "iam": Tagging(tag="Tag{noun}", untag="Untag{noun}"),
    "kms": Tagging(fills={"KeyId": "{keyId}"}),
    "s3": Tagging(tag="PutBucketTagging", untag="DeleteBucketTagging", whole=True, places={"tags": "Tagging.TagSet"}),
    "logs": Tagging(fills={"resourceArn": "{arn}"}),
    "cloudwatch": Tagging(fills={"ResourceARN": "{arn}"}),
    "events": Tagging(fills={"ResourceARN": "{arn}"}),
    "sns": Tagging(fills={"ResourceArn": "{arn}"}),
    "sqs": Tagging(tag="TagQueue", untag="UntagQueue", fills={"QueueUrl": "{id}"}),
    "ssm": Tagging(
        tag="AddTagsToResource",
        untag="RemoveTagsFromResource",
        fills={"ResourceType": "Parameter", "ResourceId": "{id}"},
    ),
    "resource-groups": Tagging(tag="Tag", untag="Untag", fills={"Arn": "{arn}"}),
    "ecr": Tagging(fills={"resourceArn": "{arn}"}),
    "sagemaker": Tagging(tag="AddTags", untag="DeleteTags", fills={"ResourceArn": "{arn}"}),
    "lambda": Tagging(fills={"Resource": "{arn}"}),
    "codebuild": Tagging(tag="UpdateProject", untag="UpdateProject", fills={"name": "{name}"}, whole=True),
    "codepipeline": Tagging(fills={"resourceArn": "{arn}"}),
}
