"""What AWS publishes of the things that stacks make, held against what they made.

CloudFormation's resource schemas, as cfn-lint carries them, say of most properties which texts and numbers AWS takes.
A property of Pulumi's that has the same name there, but for its first letter, is held against them. What is sent to
AWS's API is held against botocore's models by the rehearsal already.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic_core import SchemaError

from policies.access.package_data import data_file
from settings.patterns import matcher

Schema = Mapping[str, Any]
# Pulumi's modules and CloudFormation's services, where they differ by more than case.
_SERVICES = {
    "cfg": "Config",
    "cloudwatch": "CloudWatch",
    "vpc": "EC2",
    "lambda": "Lambda",
    "lb": "ElasticLoadBalancing",
}
_TYPES = {
    "aws:cloudwatch/eventRule:EventRule": "AWS::Events::Rule",
    "aws:cloudwatch/eventBus:EventBus": "AWS::Events::EventBus",
    "aws:cloudwatch/logGroup:LogGroup": "AWS::Logs::LogGroup",
    "aws:cloudwatch/metricAlarm:MetricAlarm": "AWS::CloudWatch::Alarm",
    "aws:iam/policy:Policy": "AWS::IAM::ManagedPolicy",
    "aws:ec2/vpc:Vpc": "AWS::EC2::VPC",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "AWS::EC2::VPCEndpoint",
}
# Names of Pulumi's for a property that CloudFormation calls otherwise.
_NAMES = {
    "AWS::IAM::Role": {"name": "RoleName"},
    "AWS::IAM::ManagedPolicy": {"name": "ManagedPolicyName"},
    "AWS::S3::Bucket": {"bucket": "BucketName"},
    "AWS::ECR::Repository": {"name": "RepositoryName"},
    "AWS::Lambda::Function": {"name": "FunctionName"},
    "AWS::Logs::LogGroup": {"name": "LogGroupName"},
    "AWS::CloudWatch::Alarm": {"name": "AlarmName"},
    "AWS::SNS::Topic": {"name": "TopicName"},
    "AWS::SQS::Queue": {"name": "QueueName"},
    "AWS::KMS::Alias": {"name": "AliasName"},
    "AWS::SSM::Parameter": {"name": "Name"},
    "AWS::CloudTrail::Trail": {"name": "TrailName"},
}
# Where Pulumi's argument of the same name is another thing, or a schema is narrower than the API that Pulumi calls.
_NOT_COMPARED = {
    # The schema has CloudFormation's own form of it.
    "AWS::Lambda::Function": ("Code", "Runtime"),
}


def broken_laws(resources: Path) -> list[str]:
    """What AWS would not take of the resources that were captured in a file."""
    made = json.loads(resources.read_text(encoding="utf-8"))
    return [*_outside_schemas(made), *_made_twice(made)]


def _outside_schemas(made: list[dict[str, Any]]) -> Iterator[str]:
    for resource in made:
        type_name = cloudformation_type(resource["type"])
        if type_name is None or not resource["custom"]:
            continue
        schema = _schema(type_name)
        for name, value in resource["inputs"].items():
            own = _NAMES.get(type_name, {}).get(name, name[:1].upper() + name[1:])
            if own in schema["properties"] and own not in _NOT_COMPARED.get(type_name, ()):
                for fault in _faults(value, schema["properties"][own], schema, own):
                    yield f"{resource['urn'].rsplit('::', 1)[-1]} in {resource['stack']}: {type_name} {fault}"


def _made_twice(made: list[dict[str, Any]]) -> Iterator[str]:
    """Two resources of a type with one id in an account and region; a bucket's name is one in the whole partition."""
    seen: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for resource in made:
        # What belongs to another thing has that thing's id, or one that the provider makes up.
        if resource["custom"] and resource["type"] in _NAMED_ONCE and resource["id"]:
            where = () if "bucket" in resource["type"] else (resource["account"], resource["region"])
            seen[resource["type"], *where, str(resource["id"]).lower()].append(
                f"{resource['stack']}/{resource['name']}"
            )
    for key, names in seen.items():
        if len(names) > 1:
            yield f"{' and '.join(names)} are one and the same {key[0]}: {key[-1]}"


_NAMED_ONCE = (
    *("aws:iam/role:Role", "aws:iam/policy:Policy", "aws:s3/bucket:Bucket", "aws:ssm/parameter:Parameter"),
    *("aws:kms/alias:Alias", "aws:lambda/function:Function", "aws:cloudwatch/logGroup:LogGroup"),
    *("aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/eventRule:EventRule", "aws:sqs/queue:Queue"),
    *("aws:sns/topic:Topic", "aws:codepipeline/pipeline:Pipeline", "aws:codebuild/project:Project"),
    *("aws:ecr/repository:Repository", "aws:sagemaker/modelPackageGroup:ModelPackageGroup"),
)


@cache
def cloudformation_type(token: str) -> str | None:
    """CloudFormation's name of a type of Pulumi's; None where it has none of that name."""
    if token in _TYPES:
        return _TYPES[token]
    found = re.fullmatch(r"aws:(\w+)/\w+:(\w+)", token)
    if not found:
        return None
    service = _SERVICES.get(found[1], found[1]).lower()
    return next((name for name in _index() if name.lower() == f"aws::{service}::{found[2].lower()}"), None)


@cache
def _index() -> dict[str, str]:
    found: dict[str, str] = json.loads(data_file("cfnlint", "data/schemas/providers/us-east-1.json").read_text())
    return found


@cache
def _schema(type_name: str) -> Schema:
    text = data_file("cfnlint", f"data/schemas/resources/{_index()[type_name]}.json").read_text()
    found: Schema = json.loads(text)
    return found


def _faults(value: Any, schema: Schema, whole: Schema, path: str) -> Iterator[str]:
    """What a schema does not allow of a value, as far as the value is of the schema's type."""
    schema = _followed(schema, whole)
    if isinstance(value, str):
        yield from _of_text(value, schema, path)
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, int | float):
        least, most = schema.get("minimum"), schema.get("maximum")
        if (least is not None and value < least) or (most is not None and value > most):
            yield f"{path} = {value} is outside {least} to {most}"
    elif isinstance(value, list):
        least, most = schema.get("minItems", 0), schema.get("maxItems", len(value))
        if schema.get("type") == "array" and not least <= len(value) <= most:
            yield f"{path} has {len(value)} entries, and {least} to {most} are allowed"
        for index, inner in enumerate(value):
            yield from _faults(inner, schema.get("items", {}), whole, f"{path}[{index}]")
    elif isinstance(value, dict):
        for key, inner in value.items():
            own = key[:1].upper() + key[1:]
            if own in schema.get("properties", {}):
                yield from _faults(inner, schema["properties"][own], whole, f"{path}.{own}")


def _followed(schema: Schema, whole: Schema) -> Schema:
    while "$ref" in schema:
        found: Any = whole
        for step in str(schema["$ref"]).removeprefix("#/").split("/"):
            found = found[step]
        schema = found
    return schema


def _of_text(value: str, schema: Schema, path: str) -> Iterator[str]:
    if "string" not in str(schema.get("type", "")):
        return
    least, most = schema.get("minLength", 0), schema.get("maxLength", len(value))
    if not least <= len(value) <= most:
        yield f"{path} = {value[:80]!r} has {len(value)} characters, and {least} to {most} are allowed"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path} = {value!r} is none of {', '.join(map(str, schema['enum']))}"
    if "pattern" in schema and not _matches(str(schema["pattern"]), value):
        yield f"{path} = {value[:80]!r} does not match {schema['pattern']}"


@cache
def _readable(pattern: str) -> bool:
    try:
        matcher(pattern)
    except (re.error, SchemaError):
        return False
    return True


def _matches(pattern: str, value: str) -> bool:
    """A schema's pattern may stand anywhere in a text, unless it says otherwise."""
    start = "" if pattern.startswith("^") else "[\\s\\S]*"
    end = "" if pattern.endswith("$") else "[\\s\\S]*"
    whole = f"{start}(?:{pattern.removeprefix('^').removesuffix('$')}){end}"
    return matcher(whole)(value) if _readable(whole) else True
