"""Messages, events, registries, Studio, pipelines and functions, one of each type."""

from __future__ import annotations

import json

import pulumi
import pulumi_aws as aws

from tests.rehearsal.engine.programs import ACCOUNT, document


def messages(options: pulumi.ResourceOptions, key: aws.kms.Key) -> aws.sns.Topic:
    """A topic, a queue, a parameter and a group."""
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


def events(options: pulumi.ResourceOptions, topic: aws.sns.Topic, role: aws.iam.Role, key: aws.kms.Key) -> None:
    """A bus, rules, targets, logs and an alarm."""
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


def registry(options: pulumi.ResourceOptions, key: aws.kms.Key) -> None:
    """Where images and models are registered."""
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


def studio(
    options: pulumi.ResourceOptions,
    vpc: aws.ec2.Vpc,
    subnet: aws.ec2.Subnet,
    group: aws.ec2.SecurityGroup,
    role: aws.iam.Role,
    key: aws.kms.Key,
) -> None:
    """A domain with one profile."""
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
        domain_settings=aws.sagemaker.DomainDomainSettingsArgs(execution_role_identity_config="USER_PROFILE_NAME"),
        retention_policy=aws.sagemaker.DomainRetentionPolicyArgs(home_efs_file_system="Delete"),
        opts=options,
    )
    aws.sagemaker.UserProfile(
        "ada",
        domain_id=domain.id,
        user_profile_name="ada",
        user_settings=aws.sagemaker.UserProfileUserSettingsArgs(execution_role=role.arn, security_groups=[group.id]),
        opts=options,
    )


def delivery(
    options: pulumi.ResourceOptions,
    vpc: aws.ec2.Vpc,
    subnet: aws.ec2.Subnet,
    group: aws.ec2.SecurityGroup,
    role: aws.iam.Role,
    key: aws.kms.Key,
    bucket: aws.s3.Bucket,
) -> None:
    """A build project and a pipeline."""
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


def functions(
    options: pulumi.ResourceOptions,
    subnet: aws.ec2.Subnet,
    group: aws.ec2.SecurityGroup,
    role: aws.iam.Role,
    key: aws.kms.Key,
) -> None:
    """A function, who may call it, and a call."""
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
