"""Types that other programs make and this one does not: what of them is read, and why some give nobody access."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

# Type -> properties that look like grants and are read (`identities`, `storage`).
READ_ELSEWHERE: Mapping[str, Sequence[str]] = {
    "aws:iam/group:Group": (),
    "aws:iam/groupMembership:GroupMembership": (),
    "aws:iam/groupPolicy:GroupPolicy": ("policy",),
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": ("policyArn",),
    "aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive": ("policyArns[]",),
    "aws:iam/policyAttachment:PolicyAttachment": ("policyArn",),
    "aws:iam/user:User": ("permissionsBoundary",),
    "aws:iam/userGroupMembership:UserGroupMembership": (),
    "aws:iam/userPolicy:UserPolicy": ("policy",),
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": ("policyArn",),
    "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive": ("policyArns[]",),
}
_NETWORK = "networks give no rights"
_BY_ROLE = "it acts by its role, which is read"
_REPORTS = "it reports"
_ADDRESS = "it is an address"
# Type -> why it gives nobody access.
NO_ACCESS_ELSEWHERE: Mapping[str, str] = {
    "aws:acm/certificate:Certificate": "it proves a name",
    "aws:acm/certificateValidation:CertificateValidation": "it proves a name",
    "aws:appautoscaling/policy:Policy": "it says how many instances run",
    "aws:appautoscaling/target:Target": _BY_ROLE,
    "aws:athena/database:Database": "whoever queries it reads its buckets by their own rights",
    "aws:athena/workgroup:Workgroup": "whoever queries in it reads its buckets by their own rights",
    "aws:cloudwatch/dashboard:Dashboard": "it is a view",
    "aws:cloudwatch/logStream:LogStream": "it has no policy of its own",
    "aws:dynamodb/table:Table": "a policy of its own is of another type, which is refused",
    "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment": _NETWORK,
    "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation": _NETWORK,
    "aws:ec2/securityGroupRule:SecurityGroupRule": _NETWORK,
    "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation": _NETWORK,
    "aws:ec2/vpcEndpointSubnetAssociation:VpcEndpointSubnetAssociation": _NETWORK,
    "aws:glue/catalogDatabase:CatalogDatabase": "whoever reads its tables reads their buckets by their own rights",
    "aws:glue/catalogTable:CatalogTable": "whoever reads it reads its bucket by their own rights",
    "aws:glue/classifier:Classifier": "it says how files are read",
    "aws:glue/crawler:Crawler": _BY_ROLE,
    "aws:glue/job:Job": _BY_ROLE,
    "aws:glue/securityConfiguration:SecurityConfiguration": "it says what is encrypted",
    "aws:glue/trigger:Trigger": "it starts jobs, which act by their roles",
    "aws:iam/accessKey:AccessKey": "it is its user's, whose rights are read",
    "aws:iam/accountPasswordPolicy:AccountPasswordPolicy": "it says how long passwords are",
    "aws:iam/instanceProfile:InstanceProfile": "instances act by its role, which is read",
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": "the trusts that name it say whom it lets in",
    "aws:iam/samlProvider:SamlProvider": "the trusts that name it say whom it lets in",
    "aws:iam/userLoginProfile:UserLoginProfile": "it is its user's, whose rights are read",
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": _BY_ROLE,
    "aws:lambda/alias:Alias": "permissions for it are read with its function's",
    "aws:lambda/eventSourceMapping:EventSourceMapping": "its function reads by its role, which is read",
    "aws:lb/listener:Listener": _ADDRESS,
    "aws:lb/loadBalancer:LoadBalancer": _ADDRESS,
    "aws:lb/targetGroup:TargetGroup": _ADDRESS,
    "aws:route53/record:Record": _ADDRESS,
    "aws:route53/zone:Zone": _ADDRESS,
    "aws:s3/bucketObject:BucketObject": "its bucket's policy is read",
    "aws:s3/bucketMetric:BucketMetric": _REPORTS,
    "aws:sagemaker/app:App": "it acts by its profile's role, which is read",
    "aws:sagemaker/endpoint:Endpoint": "its model acts by its role, which is read",
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration": "its model acts by its role, which is read",
    "aws:sagemaker/model:Model": _BY_ROLE,
    "aws:sagemaker/notebookInstance:NotebookInstance": _BY_ROLE,
    "aws:sagemaker/space:Space": "it acts by its profile's role, which is read",
    "aws:secretsmanager/secretVersion:SecretVersion": "its secret's policy is read",
    "aws:sfn/stateMachine:StateMachine": _BY_ROLE,
    "pulumi:providers:random": "it makes no resource of AWS's",
    "pulumi:providers:tls": "it makes no resource of AWS's",
    "pulumi:providers:archive": "it makes no resource of AWS's",
    "pulumi:providers:command": "what it runs is refused",
}
# Packages whose resources are values of the program alone.
VALUES = ("random:", "archive:", "std:")
_SHARED = "it says where shared notebooks are kept; the bucket is read"
_DEAD_LETTERS = "it says which queue takes what could not be delivered"
# Property of a type that looks like a grant -> why it is none.
NO_GRANT_ELSEWHERE: Mapping[str, Mapping[str, str]] = {
    "aws:appautoscaling/policy:Policy": {
        "policyType": "it says how many instances run",
        "stepScalingPolicyConfiguration": "it says how many instances run",
        "targetTrackingScalingPolicyConfiguration": "it says how many instances run",
    },
    "aws:iam/role:Role": {"forceDetachPolicies": "it says what happens when the role goes"},
    "aws:kms/key:Key": {"bypassPolicyLockoutSafetyCheck": "the policy itself is read"},
    "aws:sagemaker/domain:Domain": {
        "defaultSpaceSettings.sharingSettings": _SHARED,
        "defaultUserSettings.sharingSettings": _SHARED,
        "domainSettings.executionRoleIdentityConfig": "it names sessions",
    },
    "aws:sagemaker/userProfile:UserProfile": {"userSettings.sharingSettings": _SHARED},
    "aws:sqs/queue:Queue": {"redriveAllowPolicy": _DEAD_LETTERS, "redrivePolicy": _DEAD_LETTERS},
}
