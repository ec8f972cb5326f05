"""Networks, keys, roles and buckets, one of each type."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from tests.rehearsal.engine.programs import ACCOUNT, REGION, document, trust


def network(options: pulumi.ResourceOptions) -> tuple[aws.ec2.Vpc, aws.ec2.Subnet, aws.ec2.SecurityGroup]:
    """A network with a way out and endpoints."""
    vpc = aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16", enable_dns_hostnames=True, enable_dns_support=True, opts=options)
    zone = aws.get_availability_zones_output(state="available", opts=_invoke(options)).names[0]
    subnet = aws.ec2.Subnet(
        "private",
        vpc_id=vpc.id,
        cidr_block="10.0.0.0/24",
        availability_zone=zone,
        map_public_ip_on_launch=False,
        tags={"Name": "private"},
        opts=options,
    )
    table = aws.ec2.RouteTable("private", vpc_id=vpc.id, opts=options)
    aws.ec2.RouteTableAssociation("private", route_table_id=table.id, subnet_id=subnet.id, opts=options)
    gateway = aws.ec2.InternetGateway("internet", vpc_id=vpc.id, opts=options)
    address = aws.ec2.Eip("nat", domain="vpc", opts=options)
    nat = aws.ec2.NatGateway(
        "nat",
        allocation_id=address.id,
        subnet_id=subnet.id,
        opts=pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(depends_on=[gateway])),
    )
    aws.ec2.Route(
        "out", route_table_id=table.id, destination_cidr_block="0.0.0.0/0", nat_gateway_id=nat.id, opts=options
    )
    aws.ec2.DefaultSecurityGroup("default", vpc_id=vpc.id, opts=options)
    group = aws.ec2.SecurityGroup("group", name="workloads", description="Workloads", vpc_id=vpc.id, opts=options)
    s3 = aws.ec2.VpcEndpoint(
        "s3",
        vpc_id=vpc.id,
        service_name=f"com.amazonaws.{REGION}.s3",
        vpc_endpoint_type="Gateway",
        route_table_ids=[table.id],
        policy=document("s3:GetObject", principal="*"),
        opts=options,
    )
    aws.ec2.VpcEndpoint(
        "kms",
        vpc_id=vpc.id,
        service_name=f"com.amazonaws.{REGION}.kms",
        vpc_endpoint_type="Interface",
        subnet_ids=[subnet.id],
        security_group_ids=[group.id],
        private_dns_enabled=True,
        policy=document("kms:Decrypt", principal="*"),
        opts=options,
    )
    aws.vpc.SecurityGroupIngressRule(
        "https",
        security_group_id=group.id,
        referenced_security_group_id=group.id,
        ip_protocol="tcp",
        from_port=443,
        to_port=443,
        description="HTTPS among workloads",
        opts=options,
    )
    aws.vpc.SecurityGroupEgressRule(
        "s3",
        security_group_id=group.id,
        prefix_list_id=s3.prefix_list_id,
        ip_protocol="tcp",
        from_port=443,
        to_port=443,
        description="S3 through the gateway endpoint",
        opts=options,
    )
    return vpc, subnet, group


def _invoke(options: pulumi.ResourceOptions) -> pulumi.InvokeOptions:
    return pulumi.InvokeOptions(provider=options.provider)


def flows(options: pulumi.ResourceOptions, vpc: aws.ec2.Vpc, role: aws.iam.Role) -> None:
    """Flow logs."""
    logs = aws.cloudwatch.LogGroup("flows", retention_in_days=30, opts=options)
    aws.ec2.FlowLog(
        "flows",
        vpc_id=vpc.id,
        traffic_type="ALL",
        log_destination_type="cloud-watch-logs",
        log_destination=logs.arn,
        iam_role_arn=role.arn,
        max_aggregation_interval=60,
        opts=options,
    )


def keys(options: pulumi.ResourceOptions) -> aws.kms.Key:
    """A key and its alias, and a key whose policy is a resource of its own."""
    key = aws.kms.Key(
        "key",
        description="Data",
        enable_key_rotation=True,
        deletion_window_in_days=7,
        policy=document("kms:*", principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"}),
        opts=options,
    )
    aws.kms.Alias("key", name="alias/data", target_key_id=key.key_id, opts=options)
    brought = aws.kms.Key("brought", deletion_window_in_days=7, opts=options)
    owner = document("kms:*", principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
    aws.kms.KeyPolicy("brought", key_id=brought.key_id, policy=owner, opts=options)
    return key


def identity(options: pulumi.ResourceOptions) -> aws.iam.Role:
    """A bounded role with both kinds of policies."""
    boundary = aws.iam.Policy("boundary", path="/mlops/", policy=document("s3:*"), opts=options)
    role = aws.iam.Role(
        "role",
        name="worker",
        path="/mlops/",
        description="Works",
        assume_role_policy=trust("sagemaker", "codebuild", "codepipeline", "lambda", "vpc-flow-logs"),
        max_session_duration=7200,
        permissions_boundary=boundary.arn,
        tags={"project": "screening"},
        opts=options,
    )
    aws.iam.RolePolicy("inline", role=role.name, policy=document("s3:GetObject"), opts=options)
    aws.iam.RolePolicyAttachment("attached", role=role.name, policy_arn=boundary.arn, opts=options)
    return role


def storage(options: pulumi.ResourceOptions, key: aws.kms.Key) -> aws.s3.Bucket:
    """A bucket, all that is set on it, and an object."""
    bucket = aws.s3.Bucket("bucket", force_destroy=True, tags={"Name": "data"}, opts=options)
    name = bucket.bucket
    aws.s3.BucketVersioning(
        "bucket",
        bucket=name,
        versioning_configuration=aws.s3.BucketVersioningVersioningConfigurationArgs(status="Enabled"),
        opts=options,
    )
    by_default = aws.s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
        sse_algorithm="aws:kms", kms_master_key_id=key.arn
    )
    aws.s3.BucketServerSideEncryptionConfiguration(
        "bucket",
        bucket=name,
        rules=[
            aws.s3.BucketServerSideEncryptionConfigurationRuleArgs(
                apply_server_side_encryption_by_default=by_default, bucket_key_enabled=True
            )
        ],
        opts=options,
    )
    aws.s3.BucketPublicAccessBlock(
        "bucket",
        bucket=name,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=options,
    )
    aws.s3.BucketOwnershipControls(
        "bucket",
        bucket=name,
        rule=aws.s3.BucketOwnershipControlsRuleArgs(object_ownership="BucketOwnerEnforced"),
        opts=options,
    )
    _bucket_more(options, name)
    aws.s3.BucketObjectv2(
        "object",
        bucket=name,
        key="seed/source.zip",
        source=pulumi.AssetArchive({"a.txt": pulumi.StringAsset("a")}),
        kms_key_id=key.arn,
        server_side_encryption="aws:kms",
        opts=options,
    )
    return bucket


def _bucket_more(options: pulumi.ResourceOptions, name: pulumi.Output[str]) -> None:
    log_policy = document(
        "s3:PutObject", principal={"Service": "logging.s3.amazonaws.com"}, resource="arn:aws:s3:::x/*"
    )
    logs = aws.s3.Bucket("logs", force_destroy=True, opts=options)
    policy = aws.s3.BucketPolicy(
        "logs",
        bucket=logs.bucket,
        policy=logs.arn.apply(lambda arn: log_policy.replace("arn:aws:s3:::x", arn)),
        opts=options,
    )
    aws.s3.BucketLogging(
        "bucket",
        bucket=name,
        target_bucket=logs.bucket,
        target_prefix="access/",
        opts=pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(depends_on=[policy])),
    )
    aws.s3.BucketLifecycleConfiguration(
        "bucket",
        bucket=name,
        rules=[
            aws.s3.BucketLifecycleConfigurationRuleArgs(
                id="old-versions",
                status="Enabled",
                filter=aws.s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=""),
                noncurrent_version_expiration=aws.s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(
                    noncurrent_days=90
                ),
                abort_incomplete_multipart_upload=(
                    aws.s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(days_after_initiation=7)
                ),
            )
        ],
        opts=options,
    )
    aws.s3.BucketNotification("bucket", bucket=name, eventbridge=True, opts=options)
