"""SageMaker: Studio's domains and user profiles, model package groups."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rehearsal.service_model.resource_type import ApiCall, ReadCall, ResourceType, create_or_update
from rehearsal.service_model.sample import Sample, policy_document


def _remove_groups(client: Callable[[str], Any]) -> None:
    """Remove the security groups that a deleted domain leaves: each names the other in a rule."""
    ec2 = client("ec2")
    names = [{"Name": "group-name", "Values": ["security-group-for-*-nfs-*"]}]
    groups = ec2.describe_security_groups(Filters=names)["SecurityGroups"]
    for group in groups:
        if group["IpPermissions"]:
            ec2.revoke_security_group_ingress(GroupId=group["GroupId"], IpPermissions=group["IpPermissions"])
        if group["IpPermissionsEgress"]:
            ec2.revoke_security_group_egress(GroupId=group["GroupId"], IpPermissions=group["IpPermissionsEgress"])
    for group in groups:
        ec2.delete_security_group(GroupId=group["GroupId"])


DOMAIN = ResourceType(
    type="aws:sagemaker/domain:Domain",
    create=ApiCall(operation="CreateDomain"),
    id="DomainId",
    name="domainName",
    read=ReadCall(operation="DescribeDomain", parameters={"DomainId": "{id}"}),
    update=(
        ApiCall(
            operation="UpdateDomain",
            members={"domainSettings": "DomainSettingsForUpdate"},
            parameters={"DomainId": "{id}"},
        ),
    ),
    delete=(
        ApiCall(
            operation="DeleteDomain",
            parameters={"DomainId": "{id}", "RetentionPolicy": "{retentionPolicy}"},
        ),
    ),
    not_sent={"retentionPolicy": "sent when the domain is deleted"},
    # Source: terraform-provider-aws, internal/service/sagemaker/domain.go (ForceNew).
    replace_on=("retentionPolicy",),
    sample=Sample(
        {
            "domainName": "sample-domain",
            "authMode": "IAM",
            "vpcId": "${aws:ec2/vpc:Vpc.id}",
            "subnetIds": ["${aws:ec2/subnet:Subnet.id}"],
            "appNetworkAccessType": "VpcOnly",
            "kmsKeyId": "${aws:kms/key:Key.arn}",
            "tagPropagation": "ENABLED",
            "defaultUserSettings": {
                "executionRole": "${aws:iam/role:Role.arn}",
                "securityGroups": ["${aws:ec2/securityGroup:SecurityGroup.id}"],
            },
            "domainSettings": {"executionRoleIdentityConfig": "USER_PROFILE_NAME"},
            "retentionPolicy": {"homeEfsFileSystem": "Delete"},
        },
        update={"tagPropagation": "DISABLED"},
        clean=_remove_groups,
    ),
)

PROFILE = ResourceType(
    type="aws:sagemaker/userProfile:UserProfile",
    create=ApiCall(operation="CreateUserProfile"),
    id="UserProfileArn",
    name="userProfileName",
    read=ReadCall(operation="DescribeUserProfile"),
    update=(ApiCall(operation="UpdateUserProfile"),),
    replace_on=("domainId", "userProfileName"),
    delete=(ApiCall(operation="DeleteUserProfile"),),
    sample=Sample(
        {
            "domainId": "${aws:sagemaker/domain:Domain.id}",
            "userProfileName": "ada",
            "userSettings": {
                "executionRole": "${aws:iam/role:Role.arn}",
                "securityGroups": ["${aws:ec2/securityGroup:SecurityGroup.id}"],
            },
        },
        update={"userSettings": {"executionRole": "${aws:iam/role:Role.arn}"}},
    ),
)

GROUP = ResourceType(
    type="aws:sagemaker/modelPackageGroup:ModelPackageGroup",
    read_after_create=False,
    create=ApiCall(operation="CreateModelPackageGroup"),
    id="{modelPackageGroupName}",
    name="modelPackageGroupName",
    outputs={"arn": "arn:{partition}:sagemaker:{region}:{account}:model-package-group/{modelPackageGroupName}"},
    read=ReadCall(operation="DescribeModelPackageGroup"),
    delete=(ApiCall(operation="DeleteModelPackageGroup"),),
    sample=Sample(
        {"modelPackageGroupName": "sample-group", "modelPackageGroupDescription": "Samples"},
        update={"tags": {"project": "sample"}},
    ),
)

GROUP_POLICY = ResourceType(
    type="aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy",
    read_after_create=False,
    **create_or_update("PutModelPackageGroupPolicy"),
    id="{modelPackageGroupName}",
    replace_on=("modelPackageGroupName",),
    read=ReadCall(operation="GetModelPackageGroupPolicy"),
    delete=(ApiCall(operation="DeleteModelPackageGroupPolicy"),),
    sample=Sample(
        {
            "modelPackageGroupName": "${aws:sagemaker/modelPackageGroup:ModelPackageGroup.modelPackageGroupName}",
            "resourcePolicy": policy_document(
                "sagemaker:DescribeModelPackageGroup",
                principal={"AWS": "arn:aws:iam::222222222222:root"},
                resource="${aws:sagemaker/modelPackageGroup:ModelPackageGroup.arn}",
            ),
        },
        update={
            "resourcePolicy": policy_document(
                "sagemaker:DescribeModelPackageGroup",
                principal={"AWS": "arn:aws:iam::333333333333:root"},
                resource="${aws:sagemaker/modelPackageGroup:ModelPackageGroup.arn}",
            )
        },
    ),
)

RESOURCE_TYPES = (DOMAIN, PROFILE, GROUP, GROUP_POLICY)
