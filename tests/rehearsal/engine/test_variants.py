"""Forms of a type beside its sample: other members, other sources, names of the engine's making."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from rehearsal.aws.cloud import Cloud
from rehearsal.engine import Engine
from tests.rehearsal.engine.programs import ACCOUNT, REGION, STRICT, document, provider


def variants() -> None:
    """A gateway endpoint, rules by group and prefix list, a schedule, a key whose policy is a resource of its own."""
    options = pulumi.ResourceOptions(provider=provider())
    vpc = aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16", opts=options)
    zones = aws.get_availability_zones_output(state="available", opts=pulumi.InvokeOptions(provider=options.provider))
    aws.ec2.Subnet("a", vpc_id=vpc.id, cidr_block="10.0.0.0/24", availability_zone=zones.names[0], opts=options)
    table = aws.ec2.RouteTable("private", vpc_id=vpc.id, opts=options)
    group = aws.ec2.SecurityGroup("group", description="Workloads", vpc_id=vpc.id, opts=options)
    s3 = aws.ec2.VpcEndpoint(
        "s3",
        vpc_id=vpc.id,
        service_name=f"com.amazonaws.{REGION}.s3",
        vpc_endpoint_type="Gateway",
        route_table_ids=[table.id],
        policy=document("s3:GetObject", principal="*"),
        opts=options,
    )
    aws.vpc.SecurityGroupIngressRule(
        "https",
        security_group_id=group.id,
        referenced_security_group_id=group.id,
        description="HTTPS among workloads",
        ip_protocol="tcp",
        from_port=443,
        to_port=443,
        opts=options,
    )
    aws.vpc.SecurityGroupEgressRule(
        "s3",
        security_group_id=group.id,
        prefix_list_id=s3.prefix_list_id,
        description="S3 through the gateway endpoint",
        ip_protocol="tcp",
        from_port=443,
        to_port=443,
        opts=options,
    )
    aws.cloudwatch.EventRule("nightly", schedule_expression="rate(1 day)", state="ENABLED", opts=options)
    existing = aws.kms.Key("existing", deletion_window_in_days=7, opts=options)
    owner = document("kms:*", principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
    aws.kms.KeyPolicy("existing", key_id=existing.key_id, policy=owner, opts=options)
    aws.kms.Alias("existing", target_key_id=existing.key_id, opts=options)
    aws.sqs.Queue("ordered", fifo_queue=True, opts=options)
    aws.s3.Bucket("Data", opts=options)


def test_they_stand_as_they_were_asked_for_and_go(engine: Engine, cloud: Cloud) -> None:
    stack = engine.up("dev", variants, STRICT)
    assert engine.refresh("dev") == []
    with cloud.recorder.during("again") as start:
        engine.up("dev", variants, STRICT)
    assert [line.operation for line in cloud.recorder.since(start) if line.writes] == []
    inputs = {each.type: each.inputs for each in stack.resources.values() if each.managed}
    assert inputs["aws:kms/alias:Alias"]["name"].startswith("alias/existing-")
    assert inputs["aws:sqs/queue:Queue"]["name"].endswith(".fifo")
    assert inputs["aws:s3/bucket:Bucket"]["bucket"].startswith("data-")
    key = next(each for each in stack.resources.values() if each.type == "aws:kms/key:Key")
    engine.destroy("dev")
    kms = cloud.client(cloud.deployer(ACCOUNT), "kms")
    assert "key-default-1" in kms.get_key_policy(KeyId=key.id, PolicyName="default")["Policy"]
