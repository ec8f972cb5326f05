"""What leads out by a property that is no policy is found, in whichever property it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from policies.access.graph import read_graph
from policies.access.proofs.configuration import configuration
from tests.policies.access.graph.records import graph_with, planted

FOREIGN = "999999999999"
IMAGE = f"{FOREIGN}.dkr.ecr.eu-west-1.amazonaws.com/image"
OURS = "arn:aws:{}:eu-west-1:111111111111"
QUEUE = f"https://sqs.eu-west-1.amazonaws.com/{FOREIGN}/queue"


def findings(tmp_path: Path, resources: Path, type_: str, **changes: Any) -> list[str]:
    """What is found after properties of the first resource of a type were changed, in inputs and outputs."""
    records = json.loads(resources.read_text())
    changed = next(one for one in records if one["type"] == type_)
    for place in ("inputs", "outputs"):
        changed[place] |= changes
    file = tmp_path / "resources.json"
    file.write_text(json.dumps(records))
    return [f"{found.title}\n{found.request}" for found in configuration(read_graph(file)).findings]


def test_the_example_platform_s_properties_name_nobody_else(resources: Path) -> None:
    proof = configuration(read_graph(resources))
    assert proof.findings == []
    assert [name for name in proof.named if "calls" in name] == [
        "arn:aws:iam::444444444444:role/screening-portal calls an API of a project"
    ]
    hosts = [name.split(" is a host")[0] for name in proof.named if " is a host that " in name]
    assert sorted({*hosts}) == ["public.ecr.aws", "pypi.org"]
    assert proof.queries > 500


@pytest.mark.parametrize(
    ("type_", "changes", "named"),
    [
        ("aws:cloudwatch/metricAlarm:MetricAlarm", {"alarmActions": [f"arn:aws:sns:eu-west-1:{FOREIGN}:t"]}, FOREIGN),
        ("aws:cloudwatch/eventTarget:EventTarget", {"arn": f"arn:aws:events:eu-west-1:{FOREIGN}:event-bus/b"}, FOREIGN),
        ("aws:cloudwatch/logGroup:LogGroup", {"kmsKeyId": f"arn:aws:kms:eu-west-1:{FOREIGN}:key/k"}, FOREIGN),
        ("aws:s3/bucketLogging:BucketLogging", {"targetBucket": "of-somebody-else"}, "of-somebody-else"),
        ("aws:cloudwatch/metricAlarm:MetricAlarm", {"alarmActions": [f"{OURS.format('sns')}:nobodys"]}, "nobodys"),
        ("aws:cloudwatch/eventTarget:EventTarget", {"deadLetterConfig": {"arn": f"{OURS.format('sqs')}:q"}}, "sqs"),
        ("aws:cloudwatch/eventRule:EventRule", {"eventBusName": "of-somebody-else"}, "of-somebody-else"),
        ("aws:cloudwatch/logGroup:LogGroup", {"kmsKeyId": "alias/of-somebody-else"}, "alias/of-somebody-else"),
        ("aws:sns/topic:Topic", {"kmsMasterKeyId": "11111111-2222-3333-4444-555555555555"}, "11111111-2222"),
        ("aws:codebuild/project:Project", {"environment": {"image": IMAGE.replace("9", "1")}}, "111111111111/image"),
        ("aws:lambda/function:Function", {"role": f"{OURS.format('iam').replace('eu-west-1', '')}:role/x"}, "role/x"),
        ("aws:cloudtrail/trail:Trail", {"s3BucketName": "of-somebody-else"}, "of-somebody-else"),
        ("aws:ec2/flowLog:FlowLog", {"logDestination": "arn:aws:s3:::of-somebody-else/flows"}, "of-somebody-else"),
        ("aws:codebuild/project:Project", {"environment": {"image": IMAGE}}, FOREIGN),
        ("aws:codebuild/project:Project", {"cache": {"location": "https://theirs.s3.amazonaws.com/x"}}, "theirs"),
        ("aws:ssm/parameter:Parameter", {"insecureValue": "s3://of-somebody-else/models"}, "of-somebody-else"),
        ("aws:ec2/securityGroup:SecurityGroup", {"vpcId": "vpc-0fffffffffffffff1"}, "vpc-0fffffffffffffff1"),
        ("aws:lambda/function:Function", {"what": {"deep": [QUEUE]}}, FOREIGN),
        ("aws:s3/bucketObjectv2:BucketObjectv2", {"content": f'"arn:aws:iam::{FOREIGN}:role/*"'}, FOREIGN),
    ],
)  # fmt: skip
def test_a_property_that_leads_out_is_found(
    tmp_path: Path, resources: Path, type_: str, changes: dict[str, Any], named: str
) -> None:
    (found,) = findings(tmp_path, resources, type_, **changes)
    assert named in found.splitlines()[0]
    assert next(iter(changes)) in found


@pytest.mark.parametrize(
    ("endpoint", "protocol"),
    [("https://elsewhere.example.com/in", "https"), ("eve@example.com", "email"), ("+491700000000", "sms")],
)
def test_who_else_is_told_is_printed(tmp_path: Path, resources: Path, endpoint: str, protocol: str) -> None:
    records = json.loads(resources.read_text())
    token, topic = "aws:sns/topicSubscription:TopicSubscription", "arn:aws:sns:eu-west-1:111111111111:mlops-dev-alarms"
    more = planted("dev", token, topic=topic, endpoint=endpoint, protocol=protocol)
    named = configuration(graph_with(tmp_path, records, more)).named
    assert f"{endpoint} is told by TopicSubscription, endpoint" in named


@pytest.mark.parametrize(
    ("token", "inputs"),
    [
        ("aws:ram/principalAssociation:PrincipalAssociation", {"principal": "arn:aws:organizations::1:organization/o"}),
        ("aws:ec2/vpcEndpointService:VpcEndpointService", {"allowedPrincipals": ["*"]}),
        (
            "aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple",
            {"principalArn": f"arn:aws:iam::{FOREIGN}:root"},
        ),
        ("aws:ec2/vpcPeeringConnection:VpcPeeringConnection", {"peerOwnerId": FOREIGN}),
        ("aws:ec2/vpcPeeringConnection:VpcPeeringConnection", {"peerVpcId": "vpc-0fffffffffffffff1"}),
        ("aws:ecr/replicationConfiguration:ReplicationConfiguration", {"a": [{"registryId": FOREIGN}]}),
        (
            "aws:s3/bucketNotification:BucketNotification",
            {"queues": [{"queueArn": QUEUE}]},
        ),
        (
            "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter",
            {"destinationArn": f"{OURS.format('kinesis')}:s/x"},
        ),
        ("aws:ram/resourceAssociation:ResourceAssociation", {"resourceArn": f"{OURS.format('sagemaker')}:x/y"}),
    ],
)
def test_what_shares_or_leads_out_by_a_type_of_its_own_is_found(
    tmp_path: Path, resources: Path, token: str, inputs: dict[str, Any]
) -> None:
    share = planted("dev", "aws:ram/resourceShare:ResourceShare", arn=f"{OURS.format('ram')}:resource-share/a")
    if token.startswith("aws:ram/"):
        inputs = {**inputs, "resourceShareArn": share["inputs"]["arn"]}
    bucket = {"bucket": "mlops-dev-data-111111111111-eu-west-1"} if "bucketNotification" in token else {}
    more = planted("dev", token, **inputs, **bucket)
    assert configuration(graph_with(tmp_path, json.loads(resources.read_text()), share, more)).findings


def test_copies_of_objects_stay_in_buckets_of_their_purpose(tmp_path: Path, resources: Path) -> None:
    other = "arn:aws:s3:::mlops-dev-artifacts-111111111111-eu-west-1"
    inputs = {"bucket": "mlops-dev-data-111111111111-eu-west-1", "rules": [{"destination": {"bucket": other}}]}
    more = planted("dev", "aws:s3/bucketReplicationConfig:BucketReplicationConfig", **inputs)
    (found,) = configuration(graph_with(tmp_path, json.loads(resources.read_text()), more)).findings
    assert "copies objects between buckets of other purposes" in found.title
