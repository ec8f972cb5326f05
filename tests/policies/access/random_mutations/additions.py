"""Resources that nobody asked for, each beside one that is there."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.policies.access.random_mutations.vocabulary import FOREIGN

Properties = dict[str, Any]


def _nothing(_properties: Properties) -> Properties:
    return {}


@dataclass(frozen=True)
class Addition:
    """A resource of a type, made of the properties of one of type `near` (the last part) and the ARN of some role."""

    type: str
    near: str
    properties: Callable[[Mapping[str, Any], str], Properties]
    what: str
    outputs: Callable[[Properties], Properties] = _nothing


def _policy(**elements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Sid": "Added", "Effect": "Allow", **elements}]})


_EVERYTHING = {"Action": "*", "Resource": "*"}
_ANYBODY = {"Principal": "*", **_EVERYTHING}
_ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
_ABROAD = f"arn:aws:iam::{FOREIGN}:root"

ADDITIONS: tuple[Addition, ...] = (
    Addition(
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "Role",
        lambda near, _: {"role": near["name"], "policyArn": _ADMINISTRATOR},
        "a role administers the account",
    ),
    Addition(
        "aws:iam/rolePolicy:RolePolicy",
        "Role",
        lambda near, _: {"role": near["name"], "name": "added", "policy": _policy(**_EVERYTHING)},
        "a role may do everything",
    ),
    Addition(
        "aws:iam/rolePolicy:RolePolicy",
        "Role",
        lambda near, role: {
            "role": near["name"],
            "name": "added",
            "policy": _policy(Action="sts:AssumeRole", Resource=role),
        },
        "",
    ),
    Addition(
        "aws:iam/policyAttachment:PolicyAttachment",
        "Role",
        lambda near, _: {"roles": [near["name"]], "policyArn": _ADMINISTRATOR, "name": "added"},
        "a role administers the account",
    ),
    Addition("aws:iam/user:User", "Role", lambda *_: {"name": "added"}, "somebody without a role"),
    Addition(
        "aws:iam/userPolicy:UserPolicy",
        "Role",
        lambda *_: {"user": "added", "policy": _policy(**_EVERYTHING)},
        "a user may do everything",
    ),
    Addition("aws:iam/accessKey:AccessKey", "Role", lambda *_: {"user": "added"}, "a key that never expires"),
    Addition(
        "aws:iam/role:Role",
        "Role",
        lambda *_: {
            "name": "added",
            "path": "/",
            "assumeRolePolicy": _policy(Principal={"AWS": _ABROAD}, Action="sts:AssumeRole"),
        },
        "another account has a role here",
        lambda _: {"arn": "arn:aws:iam::111111111111:role/added"},
    ),
    Addition(
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        "Role",
        lambda *_: {"url": "https://elsewhere.example", "clientIdLists": ["sts.amazonaws.com"]},
        "others sign people in",
    ),
    Addition(
        "aws:s3/bucketAcl:BucketAcl",
        "Bucket",
        lambda near, _: {"bucket": near["bucket"], "acl": "public-read"},
        "everybody reads a bucket",
    ),
    Addition(
        "aws:s3/bucketPolicy:BucketPolicy",
        "Bucket",
        lambda near, _: {"bucket": near["bucket"], "policy": _policy(**_ANYBODY)},
        "everybody has a bucket",
    ),
    Addition(
        "aws:s3/accessPoint:AccessPoint",
        "Bucket",
        lambda near, _: {"bucket": near["bucket"], "name": "added", "policy": _policy(**_ANYBODY)},
        "another way into a bucket",
    ),
    Addition(
        "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
        "Bucket",
        lambda near, role: {
            "bucket": near["bucket"],
            "role": role,
            "rules": [{"status": "Enabled", "destination": {"bucket": "arn:aws:s3:::somebody-elses"}}],
        },
        "a bucket is copied elsewhere",
    ),
    Addition(
        "aws:s3/bucketWebsiteConfiguration:BucketWebsiteConfiguration",
        "Bucket",
        lambda near, _: {"bucket": near["bucket"], "indexDocument": {"suffix": "index.html"}},
        "a bucket is a website",
    ),
    Addition(
        "aws:kms/grant:Grant",
        "Key",
        lambda near, _: {"keyId": near["keyId"], "granteePrincipal": _ABROAD, "operations": ["Decrypt"]},
        "another account uses a key",
    ),
    Addition(
        "aws:kms/keyPolicy:KeyPolicy",
        "Key",
        lambda near, _: {"keyId": near["keyId"], "policy": _policy(**_ANYBODY)},
        "everybody uses a key",
    ),
    Addition(
        "aws:lambda/permission:Permission",
        "Function",
        lambda near, _: {
            "function": near["name"],
            "principal": FOREIGN,
            "action": "lambda:InvokeFunction",
            "statementId": "added",
        },
        "another account calls a function",
    ),
    Addition(
        "aws:lambda/functionUrl:FunctionUrl",
        "Function",
        lambda near, _: {"functionName": near["name"], "authorizationType": "NONE"},
        "everybody calls a function",
    ),
    Addition(
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        "Function",
        lambda near, _: {
            "functionName": near["name"],
            "eventSourceArn": f"arn:aws:sqs:eu-west-1:{FOREIGN}:elsewhere",
        },
        "another account says what a function works on",
    ),
    Addition(
        "aws:sns/topicSubscription:TopicSubscription",
        "Topic",
        lambda near, _: {"topic": near["arn"], "protocol": "email", "endpoint": "somebody@elsewhere.example"},
        "somebody reads alarms",
    ),
    Addition(
        "aws:sns/topicSubscription:TopicSubscription",
        "Topic",
        lambda near, _: {
            "topic": near["arn"],
            "protocol": "sqs",
            "endpoint": f"arn:aws:sqs:eu-west-1:{FOREIGN}:elsewhere",
        },
        "somebody reads alarms",
    ),
    Addition(
        "aws:cloudwatch/eventTarget:EventTarget",
        "EventRule",
        lambda near, _: {"rule": near["name"], "arn": f"arn:aws:events:eu-west-1:{FOREIGN}:event-bus/default"},
        "another account is told what happens",
    ),
    Addition(
        "aws:cloudwatch/eventPermission:EventPermission",
        "EventRule",
        lambda *_: {"principal": "*", "statementId": "added", "action": "events:PutEvents"},
        "everybody puts events on the default bus",
    ),
    Addition(
        "aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
        "LogGroup",
        lambda *_: {"policyName": "added", "policyDocument": _policy(**_ANYBODY)},
        "everybody has the logs",
    ),
    Addition(
        "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter",
        "LogGroup",
        lambda near, _: {
            "logGroup": near["name"],
            "filterPattern": "",
            "destinationArn": f"arn:aws:logs:eu-west-1:{FOREIGN}:destination:elsewhere",
        },
        "logs go elsewhere",
    ),
    Addition(
        "aws:ecr/registryPolicy:RegistryPolicy",
        "Repository",
        lambda *_: {"policy": _policy(Principal={"AWS": _ABROAD}, Action="ecr:ReplicateImage", Resource="*")},
        "another account writes images",
    ),
    Addition(
        "aws:ecr/replicationConfiguration:ReplicationConfiguration",
        "Repository",
        lambda *_: {
            "replicationConfiguration": {
                "rules": [{"destinations": [{"region": "eu-west-1", "registryId": FOREIGN}]}],
            }
        },
        "images are copied elsewhere",
    ),
    Addition(
        "aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
        "Vpc",
        lambda near, _: {"vpcId": near["id"], "peerVpcId": "vpc-0123456789abcdef0", "peerOwnerId": FOREIGN},
        "another network reaches this one",
    ),
    Addition(
        "aws:ec2/internetGateway:InternetGateway", "Vpc", lambda near, _: {"vpcId": near["id"]}, "the Internet is near"
    ),
    Addition(
        "aws:ec2/route:Route",
        "RouteTable",
        lambda near, _: {
            "routeTableId": near["id"],
            "destinationCidrBlock": "0.0.0.0/0",
            "gatewayId": "igw-0123456789abcdef0",
        },
        "a network reaches the Internet",
    ),
    Addition(
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        "SecurityGroup",
        lambda near, _: {"securityGroupId": near["id"], "ipProtocol": "-1", "cidrIpv4": "0.0.0.0/0"},
        "the Internet comes in",
    ),
    Addition(
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        "SecurityGroup",
        lambda near, _: {"securityGroupId": near["id"], "ipProtocol": "-1", "cidrIpv4": "0.0.0.0/0"},
        "everything goes out",
    ),
    Addition(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        "Vpc",
        lambda near, _: {
            "vpcId": near["id"],
            "serviceName": "com.amazonaws.eu-west-1.s3",
            "vpcEndpointType": "Gateway",
        },
        "an endpoint limits nothing",
    ),
    Addition(
        "aws:ec2/vpcEndpointService:VpcEndpointService",
        "Vpc",
        lambda *_: {"acceptanceRequired": False, "allowedPrincipals": ["*"]},
        "others connect by PrivateLink",
    ),
    Addition(
        "aws:ram/resourceShare:ResourceShare",
        "Vpc",
        lambda *_: {"name": "added", "allowExternalPrincipals": True},
        "others share resources",
    ),
    Addition(
        "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy",
        "ModelPackageGroup",
        lambda near, _: {
            "modelPackageGroupName": near["modelPackageGroupName"],
            "resourcePolicy": _policy(Principal={"AWS": _ABROAD}, Action="sagemaker:*", Resource="*"),
        },
        "another account registers models",
    ),
    Addition(
        "aws:sagemaker/notebookInstance:NotebookInstance",
        "Role",
        lambda near, _: {"name": "added", "roleArn": near["arn"], "instanceType": "ml.t3.medium"},
        "somebody acts with a role",
    ),
    Addition(
        "aws:codebuild/webhook:Webhook",
        "Project",
        lambda near, _: {"projectName": near["name"]},
        "others start a build",
    ),
    Addition(
        "aws:codebuild/resourcePolicy:ResourcePolicy",
        "Project",
        lambda near, _: {"resourceArn": near.get("arn"), "policy": _policy(**_ANYBODY)},
        "others start a build",
    ),
    Addition(
        "aws:secretsmanager/secret:Secret",
        "Role",
        lambda *_: {"name": "added", "policy": _policy(**_ANYBODY)},
        "everybody reads a secret",
        lambda _: {"arn": "arn:aws:secretsmanager:eu-west-1:111111111111:secret:added"},
    ),
    Addition(
        "aws:apigateway/restApi:RestApi",
        "Function",
        lambda *_: {"name": "added", "policy": _policy(**_ANYBODY)},
        "everybody calls an API",
    ),
)
