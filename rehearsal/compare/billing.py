"""How AWS bills each type of resource: by what stands there, by use, or not at all.

A type that stands in none of these is named on the page: nobody has looked at what it costs.
"""

from __future__ import annotations

from collections.abc import Mapping

# Types that the bill counts, each with a price or without one (`rehearsal/compare/cost.py`).
STANDING = frozenset(
    {
        "aws:ec2/natGateway:NatGateway",
        "aws:ec2/eip:Eip",
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        "aws:kms/key:Key",
        "aws:cloudwatch/metricAlarm:MetricAlarm",
    }
)
# Types that are billed by use alone, or besides -> what is counted.
BY_USE: Mapping[str, str] = {
    "aws:ec2/natGateway:NatGateway": "NAT gateways: each GB that passes",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "interface endpoints: each GB that passes",
    "aws:ec2/flowLog:FlowLog": "flow logs: each GB",
    "aws:kms/key:Key": "KMS keys: requests, and a dollar a month more after the first and the second rotation",
    "aws:s3/bucket:Bucket": "buckets: GB stored, and requests",
    "aws:cloudwatch/logGroup:LogGroup": "log groups: GB written and kept",
    "aws:lambda/function:Function": "functions: calls, and their time",
    "aws:codebuild/project:Project": "builds: minutes",
    "aws:codepipeline/pipeline:Pipeline": "pipelines: minutes of their actions",
    "aws:ecr/repository:Repository": "image repositories: GB stored",
    "aws:sagemaker/domain:Domain": "Studio: instances of spaces while they run, GB of their file system",
    "aws:sns/topic:Topic": "topics: messages",
    "aws:sqs/queue:Queue": "queues: requests",
    "aws:cloudwatch/eventRule:EventRule": "event rules: events of one's own",
    "aws:cloudtrail/trail:Trail": "CloudTrail: data events, and each copy of management events but the first",
    "aws:lambda/invocation:Invocation": "functions: calls, and their time",
    "aws:guardduty/detector:Detector": "GuardDuty: events and GB that it looks at",
    "aws:guardduty/detectorFeature:DetectorFeature": "GuardDuty: events and GB that it looks at",
    "aws:securityhub/standardsSubscription:StandardsSubscription": "Security Hub: checks and findings",
    "aws:securityhub/account:Account": "Security Hub: checks and findings",
    "aws:cfg/recorderStatus:RecorderStatus": "AWS Config: each recorded change",
    "aws:cfg/recorder:Recorder": "AWS Config: each recorded change",
    "aws:cfg/rule:Rule": "AWS Config: each evaluation of a rule",
    "aws:s3/bucketObjectv2:BucketObjectv2": "buckets: GB stored, and requests",
    "aws:sns/topicSubscription:TopicSubscription": "topics: messages",
    "aws:sagemaker/userProfile:UserProfile": "Studio: instances of spaces while they run, GB of their file system",
    "aws:apigateway/restApi:RestApi": "APIs: requests",
    "aws:dynamodb/table:Table": "tables: requests, and GB stored",
    "aws:wafv2/webAcl:WebAcl": "AWS WAF: each web ACL, each rule, and requests",
    "aws:macie2/account:Account": "Macie: each bucket, and GB that it looks at",
    "aws:macie2/classificationJob:ClassificationJob": "Macie: GB that a job looks at",
}
# What AWS's pricing pages name no price for: IAM, Organizations, resource groups, routes, rules and subnets of a VPC,
# settings of a bucket, policies of a queue, a topic or an image repository, channels of a chat. An analyzer of external
# access, a standard parameter, a group of model packages and what belongs to an API, a function or a web ACL are free
# as well.
FREE = frozenset(
    {
        "aws:accessanalyzer/analyzer:Analyzer",
        "aws:apigateway/account:Account",
        "aws:apigateway/deployment:Deployment",
        "aws:apigateway/methodSettings:MethodSettings",
        "aws:apigateway/stage:Stage",
        "aws:cfg/deliveryChannel:DeliveryChannel",
        "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration",
        "aws:cloudwatch/eventBus:EventBus",
        "aws:cloudwatch/eventBusPolicy:EventBusPolicy",
        "aws:cloudwatch/eventTarget:EventTarget",
        "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        "aws:ec2/internetGateway:InternetGateway",
        "aws:ec2/route:Route",
        "aws:ec2/routeTable:RouteTable",
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        "aws:ec2/securityGroup:SecurityGroup",
        "aws:ec2/subnet:Subnet",
        "aws:ec2/vpc:Vpc",
        "aws:ecr/lifecyclePolicy:LifecyclePolicy",
        "aws:ecr/repositoryPolicy:RepositoryPolicy",
        "aws:iam/policy:Policy",
        "aws:iam/role:Role",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "aws:iam/serviceLinkedRole:ServiceLinkedRole",
        "aws:kms/alias:Alias",
        "aws:kms/keyPolicy:KeyPolicy",
        "aws:lambda/alias:Alias",
        "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
        "aws:lambda/permission:Permission",
        "aws:organizations/policy:Policy",
        "aws:organizations/policyAttachment:PolicyAttachment",
        "aws:resourcegroups/group:Group",
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        "aws:s3/bucketLogging:BucketLogging",
        "aws:s3/bucketNotification:BucketNotification",
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        "aws:s3/bucketPolicy:BucketPolicy",
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "aws:s3/bucketVersioning:BucketVersioning",
        "aws:sagemaker/modelPackageGroup:ModelPackageGroup",
        "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy",
        "aws:sns/topicPolicy:TopicPolicy",
        "aws:sqs/queuePolicy:QueuePolicy",
        "aws:ssm/parameter:Parameter",
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        "aws:wafv2/webAclAssociation:WebAclAssociation",
    }
)
