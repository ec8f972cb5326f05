"""How many tags AWS takes."""

from __future__ import annotations

from rehearsal.service_model.aws_behavior import aws_behavior

_MOST = 50
_MOST_OF_OBJECTS = 10
_OBJECT = "aws:s3/bucketObjectv2:BucketObjectv2"


@aws_behavior(
    'Tagging AWS Resources User Guide, "Tag naming limits and requirements": 50 tags on a resource',
    'Amazon S3 User Guide, "Categorizing your objects using tags": 10 tags on an object',
)
def tags_at_most(type_name: str, tags: int) -> str:
    """A resource takes at most 50 tags, an object of S3 at most 10; gives AWS's refusal, empty where there is none."""
    most = _MOST_OF_OBJECTS if type_name == _OBJECT else _MOST
    return f"{tags} tags are given, at most {most} are allowed on {type_name}" if tags > most else ""
