"""What leads out by a property that is no policy is found, in whichever property it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from policies.access.graph import read_graph
from policies.access.proofs.configuration import configuration

FOREIGN = "999999999999"
IMAGE = f"{FOREIGN}.dkr.ecr.eu-west-1.amazonaws.com/image"
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
    assert proof.named == ["arn:aws:iam::444444444444:role/screening-portal calls an API of a project"]
    assert proof.queries > 500


@pytest.mark.parametrize(
    ("type_", "changes", "named"),
    [
        ("aws:cloudwatch/metricAlarm:MetricAlarm", {"alarmActions": [f"arn:aws:sns:eu-west-1:{FOREIGN}:t"]}, FOREIGN),
        ("aws:cloudwatch/eventTarget:EventTarget", {"arn": f"arn:aws:events:eu-west-1:{FOREIGN}:event-bus/b"}, FOREIGN),
        ("aws:cloudwatch/logGroup:LogGroup", {"kmsKeyId": f"arn:aws:kms:eu-west-1:{FOREIGN}:key/k"}, FOREIGN),
        ("aws:s3/bucketLogging:BucketLogging", {"targetBucket": "of-somebody-else"}, "of-somebody-else"),
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
