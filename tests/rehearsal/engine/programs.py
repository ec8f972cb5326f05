"""Programs that the tests bring up: one of every type of the table, wired as a platform would."""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pulumi_aws as aws

ACCOUNT = "111111111111"
REGION = "eu-west-1"
STRICT = {"pulumi:disable-default-providers": '["aws"]'}


def provider(account: str = ACCOUNT, tags: dict[str, str] | None = None) -> aws.Provider:
    """A provider of one account."""
    return aws.Provider(
        "aws",
        region=REGION,
        allowed_account_ids=[account],
        default_tags=aws.ProviderDefaultTagsArgs(tags=tags or {"owner": "tests"}),
    )


def document(*actions: str, principal: Any = None, resource: Any = "*") -> str:
    """A policy document of one statement."""
    statement: dict[str, Any] = {"Sid": "One", "Effect": "Allow", "Action": list(actions), "Resource": resource}
    if principal is not None:
        statement["Principal"] = principal
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trust(*services: str) -> str:
    """A role's trust in services."""
    statement = {"Effect": "Allow", "Principal": {"Service": [f"{service}.amazonaws.com" for service in services]}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def every_type() -> None:
    """One of each type."""
    options = pulumi.ResourceOptions(provider=provider())
    vpc, subnet, group = _network(options)
    key = _keys(options)
    role = _identity(options)
    bucket = _storage(options, key)
    topic = _messages(options, key)
    _events(options, topic, role, key)
    _registry(options, key)
    _studio(options, vpc, subnet, group, role, key)
    _delivery(options, vpc, subnet, group, role, key, bucket)
    _functions(options, subnet, group, role, key)
    _flows(options, vpc, role)
    pulumi.export("vpcId", vpc.id)


def _network(options: pulumi.ResourceOptions) -> tuple[aws.ec2.Vpc, aws.ec2.Subnet, aws.ec2.SecurityGroup]:
    vpc = aws.ec2.Vpc(
        "vpc", cidr_block="10.0.0.0/16", enable_dns_hostnames=True, enable_dns_support=True, opts=options
    )
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
    group = aws.ec2.SecurityGroup(
        "group", name="workloads", description="Workloads", vpc_id=vpc.id, opts=options
    )
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


def _flows(options: pulumi.ResourceOptions, vpc: aws.ec2.Vpc, role: aws.iam.Role) -> None:
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


def _keys(options: pulumi.ResourceOptions) -> aws.kms.Key:
    key = aws.kms.Key(
        "key",
        description="Data",
        enable_key_rotation=True,
        deletion_window_in_days=7,
        policy=document("kms:*", principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"}),
        opts=options,
    )
    aws.kms.Alias("key", name="alias/data", target_key_id=key.key_id, opts=options)
    return key


def _identity(options: pulumi.ResourceOptions) -> aws.iam.Role:
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


def _storage(options: pulumi.ResourceOptions, key: aws.kms.Key) -> aws.s3.Bucket:
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
    log_policy = document("s3:PutObject", principal={"Service": "logging.s3.amazonaws.com"}, resource="arn:aws:s3:::x/*")
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


def _messages(options: pulumi.ResourceOptions, key: aws.kms.Key) -> aws.sns.Topic:
    topic = aws.sns.Topic("topic", name="alarms", kms_master_key_id=key.arn, opts=options)
    aws.sns.TopicPolicy(
        "topic",
        arn=topic.arn,
        policy=topic.arn.apply(
            lambda arn: document("sns:Publish", principal={"Service": "cloudwatch.amazonaws.com"}, resource=arn)
        ),
        opts=options,
    )
    queue = aws.sqs.Queue(
        "queue", name="dead-letters", kms_master_key_id=key.arn, message_retention_seconds=1209600, opts=options
    )
    aws.sqs.QueuePolicy(
        "queue",
        queue_url=queue.url,
        policy=queue.arn.apply(
            lambda arn: document("sqs:SendMessage", principal={"Service": "events.amazonaws.com"}, resource=arn)
        ),
        opts=options,
    )
    aws.sns.TopicSubscription("queue", topic=topic.arn, protocol="sqs", endpoint=queue.arn, opts=options)
    aws.ssm.Parameter("parameter", name="/mlops/dev/vpc", type="String", value="vpc", opts=options)
    query = {
        "ResourceTypeFilters": ["AWS::AllSupported"],
        "TagFilters": [{"Key": "owner", "Values": ["tests"]}],
    }
    aws.resourcegroups.Group(
        "group",
        name="mlops-dev",
        resource_query=aws.resourcegroups.GroupResourceQueryArgs(query=json.dumps(query)),
        opts=options,
    )
    return topic


def _events(
    options: pulumi.ResourceOptions, topic: aws.sns.Topic, role: aws.iam.Role, key: aws.kms.Key
) -> None:
    bus = aws.cloudwatch.EventBus("bus", name="mlops", opts=options)
    aws.cloudwatch.EventBusPolicy(
        "bus",
        event_bus_name=bus.name,
        policy=bus.arn.apply(
            lambda arn: document("events:PutEvents", principal={"AWS": "arn:aws:iam::222222222222:root"}, resource=arn)
        ),
        opts=options,
    )
    rule = aws.cloudwatch.EventRule(
        "rule",
        name="model-approved",
        event_bus_name=bus.name,
        event_pattern=json.dumps({"source": ["aws.sagemaker"]}),
        state="ENABLED",
        opts=options,
    )
    aws.cloudwatch.EventTarget(
        "target",
        rule=rule.name,
        event_bus_name=bus.name,
        arn=topic.arn,
        role_arn=role.arn,
        input_transformer=aws.cloudwatch.EventTargetInputTransformerArgs(
            input_paths={"detail": "$.detail"}, input_template='{"model": <detail>}'
        ),
        opts=options,
    )
    aws.cloudwatch.EventRule(
        "nightly", name="nightly", schedule_expression="rate(1 day)", state="ENABLED", opts=options
    )
    aws.cloudwatch.LogGroup("jobs", name="/mlops/jobs", retention_in_days=30, kms_key_id=key.arn, opts=options)
    aws.cloudwatch.MetricAlarm(
        "alarm",
        name="endpoint-errors",
        comparison_operator="GreaterThanThreshold",
        evaluation_periods=1,
        metric_name="Invocation5XXErrors",
        namespace="AWS/SageMaker",
        period=60,
        statistic="Sum",
        threshold=0,
        dimensions={"EndpointName": "screening", "VariantName": "main"},
        alarm_actions=[topic.arn],
        treat_missing_data="notBreaching",
        opts=options,
    )


def _registry(options: pulumi.ResourceOptions, key: aws.kms.Key) -> None:
    repository = aws.ecr.Repository(
        "repository",
        name="mlops/screening",
        image_tag_mutability="IMMUTABLE",
        image_scanning_configuration=aws.ecr.RepositoryImageScanningConfigurationArgs(scan_on_push=True),
        encryption_configurations=[
            aws.ecr.RepositoryEncryptionConfigurationArgs(encryption_type="KMS", kms_key=key.arn)
        ],
        opts=options,
    )
    aws.ecr.RepositoryPolicy(
        "repository",
        repository=repository.name,
        policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": "Pull",
                        "Effect": "Allow",
                        "Principal": {"AWS": "arn:aws:iam::222222222222:root"},
                        "Action": ["ecr:BatchGetImage"],
                    }
                ],
            }
        ),
        opts=options,
    )
    rule = {
        "rulePriority": 1,
        "description": "Untagged images go",
        "selection": {
            "tagStatus": "untagged",
            "countType": "sinceImagePushed",
            "countUnit": "days",
            "countNumber": 14,
        },
        "action": {"type": "expire"},
    }
    aws.ecr.LifecyclePolicy(
        "repository", repository=repository.name, policy=json.dumps({"rules": [rule]}), opts=options
    )
    group = aws.sagemaker.ModelPackageGroup(
        "models",
        model_package_group_name="mlops-screening",
        model_package_group_description="Screening",
        opts=options,
    )
    aws.sagemaker.ModelPackageGroupPolicy(
        "models",
        model_package_group_name=group.model_package_group_name,
        resource_policy=group.arn.apply(
            lambda arn: document(
                "sagemaker:DescribeModelPackageGroup",
                principal={"AWS": "arn:aws:iam::222222222222:root"},
                resource=arn,
            )
        ),
        opts=options,
    )


def _studio(
    options: pulumi.ResourceOptions,
    vpc: aws.ec2.Vpc,
    subnet: aws.ec2.Subnet,
    group: aws.ec2.SecurityGroup,
    role: aws.iam.Role,
    key: aws.kms.Key,
) -> None:
    domain = aws.sagemaker.Domain(
        "domain",
        domain_name="mlops-dev",
        auth_mode="IAM",
        vpc_id=vpc.id,
        subnet_ids=[subnet.id],
        app_network_access_type="VpcOnly",
        kms_key_id=key.arn,
        tag_propagation="ENABLED",
        default_user_settings=aws.sagemaker.DomainDefaultUserSettingsArgs(
            execution_role=role.arn, security_groups=[group.id]
        ),
        domain_settings=aws.sagemaker.DomainDomainSettingsArgs(
            execution_role_identity_config="USER_PROFILE_NAME"
        ),
        retention_policy=aws.sagemaker.DomainRetentionPolicyArgs(home_efs_file_system="Delete"),
        opts=options,
    )
    aws.sagemaker.UserProfile(
        "ada",
        domain_id=domain.id,
        user_profile_name="ada",
        user_settings=aws.sagemaker.UserProfileUserSettingsArgs(
            execution_role=role.arn, security_groups=[group.id]
        ),
        opts=options,
    )


def _delivery(
    options: pulumi.ResourceOptions,
    vpc: aws.ec2.Vpc,
    subnet: aws.ec2.Subnet,
    group: aws.ec2.SecurityGroup,
    role: aws.iam.Role,
    key: aws.kms.Key,
    bucket: aws.s3.Bucket,
) -> None:
    project = aws.codebuild.Project(
        "build",
        name="screening-build",
        service_role=role.arn,
        encryption_key=key.arn,
        build_timeout=30,
        artifacts=aws.codebuild.ProjectArtifactsArgs(type="CODEPIPELINE"),
        environment=aws.codebuild.ProjectEnvironmentArgs(
            compute_type="BUILD_GENERAL1_SMALL",
            image="aws/codebuild/standard:7.0",
            type="LINUX_CONTAINER",
            environment_variables=[
                aws.codebuild.ProjectEnvironmentEnvironmentVariableArgs(name="PROJECT", value="screening")
            ],
        ),
        source=aws.codebuild.ProjectSourceArgs(type="CODEPIPELINE", buildspec="buildspec.yml"),
        vpc_config=aws.codebuild.ProjectVpcConfigArgs(
            vpc_id=vpc.id, subnets=[subnet.id], security_group_ids=[group.id]
        ),
        logs_config=aws.codebuild.ProjectLogsConfigArgs(
            cloudwatch_logs=aws.codebuild.ProjectLogsConfigCloudwatchLogsArgs(group_name="/mlops/jobs")
        ),
        opts=options,
    )
    action = aws.codepipeline.PipelineStageActionArgs
    aws.codepipeline.Pipeline(
        "pipeline",
        name="screening",
        role_arn=role.arn,
        pipeline_type="V2",
        execution_mode="QUEUED",
        artifact_stores=[
            aws.codepipeline.PipelineArtifactStoreArgs(
                location=bucket.bucket,
                type="S3",
                encryption_key=aws.codepipeline.PipelineArtifactStoreEncryptionKeyArgs(id=key.arn, type="KMS"),
            )
        ],
        stages=[
            aws.codepipeline.PipelineStageArgs(
                name="Source",
                actions=[
                    action(
                        name="Source",
                        category="Source",
                        owner="AWS",
                        provider="S3",
                        version="1",
                        output_artifacts=["Source"],
                        configuration={"S3Bucket": bucket.bucket, "S3ObjectKey": "seed/source.zip"},
                    )
                ],
            ),
            aws.codepipeline.PipelineStageArgs(
                name="Build",
                actions=[
                    action(
                        name="Build",
                        category="Build",
                        owner="AWS",
                        provider="CodeBuild",
                        version="1",
                        input_artifacts=["Source"],
                        configuration={"ProjectName": project.name},
                        run_order=1,
                    )
                ],
            ),
        ],
        opts=options,
    )


def _functions(
    options: pulumi.ResourceOptions,
    subnet: aws.ec2.Subnet,
    group: aws.ec2.SecurityGroup,
    role: aws.iam.Role,
    key: aws.kms.Key,
) -> None:
    function = aws.lambda_.Function(
        "function",
        name="cleaner",
        role=role.arn,
        runtime="python3.13",
        handler="handler.handle",
        code=pulumi.AssetArchive({"handler.py": pulumi.StringAsset("def handle(e, c): return e")}),
        timeout=60,
        kms_key_arn=key.arn,
        environment=aws.lambda_.FunctionEnvironmentArgs(variables={"STAGE": "dev"}),
        vpc_config=aws.lambda_.FunctionVpcConfigArgs(subnet_ids=[subnet.id], security_group_ids=[group.id]),
        tracing_config=aws.lambda_.FunctionTracingConfigArgs(mode="Active"),
        opts=options,
    )
    aws.lambda_.Permission(
        "function",
        action="lambda:InvokeFunction",
        function=function.name,
        principal="events.amazonaws.com",
        source_account=ACCOUNT,
        opts=options,
    )
    aws.lambda_.Invocation(
        "function",
        function_name=function.name,
        input=json.dumps({"project": "screening"}),
        lifecycle_scope="CRUD",
        opts=options,
    )
