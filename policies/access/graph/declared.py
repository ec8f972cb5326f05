"""Resources that carry no policy and decide all the same: what theorems read of them are their properties themselves.

Pipelines, builds and rules decide what reaches production; trails, alarms and logs whether anybody would notice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from policies.pack.model import Unknown

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
BUCKET_LOGGING = "aws:s3/bucketLogging:BucketLogging"
BUILD = "aws:codebuild/project:Project"
DOMAIN = "aws:sagemaker/domain:Domain"
FLOW_LOG = "aws:ec2/flowLog:FlowLog"
FUNCTION = "aws:lambda/function:Function"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
PIPELINE = "aws:codepipeline/pipeline:Pipeline"
PROFILE = "aws:sagemaker/userProfile:UserProfile"
QUEUE = "aws:sqs/queue:Queue"
RULE = "aws:cloudwatch/eventRule:EventRule"
TARGET = "aws:cloudwatch/eventTarget:EventTarget"
TOPIC = "aws:sns/topic:Topic"
TRAIL = "aws:cloudtrail/trail:Trail"
VPC = "aws:ec2/vpc:Vpc"
# Types whose properties theorems read.
TYPES = (
    *(ALARM, BUCKET_LOGGING, BUILD, FLOW_LOG, FUNCTION, LIFECYCLE, LOG_GROUP, PIPELINE, QUEUE, RULE, TARGET),
    *(DOMAIN, PROFILE, TOPIC, TRAIL, VPC),
)


@dataclass(frozen=True, kw_only=True)
class DeclaredResource:
    """A resource with its properties. `key` tells it apart: account and Region, and the name that AWS knows it by."""

    type: str
    stack: str
    account: str
    region: str
    urn: str
    arn: str
    name: str
    props: Mapping[str, object] = field(hash=False)
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def project(self) -> str:
        """Id of the project that it is tagged with; empty where there is none."""
        return self.tags.get("project", "")

    def get(self, path: str) -> object:
        """The value at a dotted path; None where there is none, `UNKNOWN` where it is not known."""
        value: object = self.props
        for step in path.split("."):
            if isinstance(value, Unknown):
                return value
            value = value.get(step) if isinstance(value, Mapping) else None
        return value

    def text(self, path: str) -> str:
        """The text at a dotted path; empty where there is none, or nobody knows it."""
        value = self.get(path)
        return value if isinstance(value, str) else ""

    def items(self, path: str) -> list[Mapping[str, object]]:
        """The objects of a list, or the one object, at a dotted path."""
        value = self.get(path)
        several = value if isinstance(value, list | tuple) else [value]
        return [one for one in several if isinstance(one, Mapping)]

    def texts(self, path: str) -> list[str]:
        """The texts of a list at a dotted path."""
        value = self.get(path)
        return [one for one in value if isinstance(one, str)] if isinstance(value, list | tuple) else []

    def is_set(self, path: str) -> bool:
        """Whether there is anything at a dotted path; what is not known counts as something."""
        return self.get(path) not in (None, "", False, [], {}, ())
