"""CloudFormation's name of each resource type that stacks declare."""

from __future__ import annotations

from collections.abc import Mapping

_BUCKET = "AWS::S3::Bucket"
# Pulumi's token -> CloudFormation's type.
TYPES: Mapping[str, str] = {
    "aws:apigateway/account:Account": "AWS::ApiGateway::Account",
    "aws:apigateway/deployment:Deployment": "AWS::ApiGateway::Deployment",
    "aws:apigateway/methodSettings:MethodSettings": "AWS::ApiGateway::Stage",
    "aws:apigateway/restApi:RestApi": "AWS::ApiGateway::RestApi",
    "aws:apigateway/stage:Stage": "AWS::ApiGateway::Stage",
    "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration": "AWS::Chatbot::SlackChannelConfiguration",
    "aws:cloudwatch/eventBus:EventBus": "AWS::Events::EventBus",
    "aws:cloudwatch/eventBusPolicy:EventBusPolicy": "AWS::Events::EventBusPolicy",
    "aws:cloudwatch/eventRule:EventRule": "AWS::Events::Rule",
    "aws:cloudwatch/eventTarget:EventTarget": "AWS::Events::Rule",
    "aws:cloudwatch/logGroup:LogGroup": "AWS::Logs::LogGroup",
    "aws:cloudwatch/metricAlarm:MetricAlarm": "AWS::CloudWatch::Alarm",
    "aws:codepipeline/pipeline:Pipeline": "AWS::CodePipeline::Pipeline",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": "AWS::EC2::SecurityGroup",
    "aws:ec2/eip:Eip": "AWS::EC2::EIP",
    "aws:ec2/flowLog:FlowLog": "AWS::EC2::FlowLog",
    "aws:ec2/internetGateway:InternetGateway": "AWS::EC2::InternetGateway",
    "aws:ec2/natGateway:NatGateway": "AWS::EC2::NatGateway",
    "aws:ec2/route:Route": "AWS::EC2::Route",
    "aws:ec2/routeTable:RouteTable": "AWS::EC2::RouteTable",
    "aws:ec2/routeTableAssociation:RouteTableAssociation": "AWS::EC2::SubnetRouteTableAssociation",
    "aws:ec2/securityGroup:SecurityGroup": "AWS::EC2::SecurityGroup",
    "aws:ec2/subnet:Subnet": "AWS::EC2::Subnet",
    "aws:ec2/vpc:Vpc": "AWS::EC2::VPC",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "AWS::EC2::VPCEndpoint",
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": "AWS::ECR::Repository",
    "aws:ecr/repository:Repository": "AWS::ECR::Repository",
    "aws:ecr/repositoryPolicy:RepositoryPolicy": "AWS::ECR::Repository",
    "aws:iam/role:Role": "AWS::IAM::Role",
    "aws:iam/rolePolicy:RolePolicy": "AWS::IAM::RolePolicy",
    "aws:kms/alias:Alias": "AWS::KMS::Alias",
    "aws:kms/key:Key": "AWS::KMS::Key",
    "aws:kms/keyPolicy:KeyPolicy": "AWS::KMS::Key",
    "aws:lambda/function:Function": "AWS::Lambda::Function",
    "aws:lambda/permission:Permission": "AWS::Lambda::Permission",
    "aws:resourcegroups/group:Group": "AWS::ResourceGroups::Group",
    "aws:s3/bucket:Bucket": _BUCKET,
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": _BUCKET,
    "aws:s3/bucketLogging:BucketLogging": _BUCKET,
    "aws:s3/bucketNotification:BucketNotification": _BUCKET,
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": _BUCKET,
    "aws:s3/bucketPolicy:BucketPolicy": "AWS::S3::BucketPolicy",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _BUCKET,
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": _BUCKET,
    "aws:s3/bucketVersioning:BucketVersioning": _BUCKET,
    "aws:sagemaker/domain:Domain": "AWS::SageMaker::Domain",
    "aws:sagemaker/modelPackageGroup:ModelPackageGroup": "AWS::SageMaker::ModelPackageGroup",
    "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy": "AWS::SageMaker::ModelPackageGroup",
    "aws:sagemaker/userProfile:UserProfile": "AWS::SageMaker::UserProfile",
    "aws:sns/topic:Topic": "AWS::SNS::Topic",
    "aws:sns/topicPolicy:TopicPolicy": "AWS::SNS::TopicInlinePolicy",
    "aws:sns/topicSubscription:TopicSubscription": "AWS::SNS::Subscription",
    "aws:sqs/queue:Queue": "AWS::SQS::Queue",
    "aws:ssm/parameter:Parameter": "AWS::SSM::Parameter",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "AWS::EC2::SecurityGroupEgress",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "AWS::EC2::SecurityGroupIngress",
}
# Tokens for which no schema says what their making calls -> why.
WITHOUT_SCHEMA: Mapping[str, str] = {
    "aws:codebuild/project:Project": "AWS::CodeBuild::Project is made by CloudFormation itself: its schema names no "
    "handler",
    "aws:lambda/invocation:Invocation": "CloudFormation calls functions by custom resources, which have no handlers",
    "aws:s3/bucketObjectv2:BucketObjectv2": "objects are no resource of CloudFormation",
}
