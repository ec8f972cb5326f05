"""SageMaker Studio: domains and user profiles."""

from __future__ import annotations

from rehearsal.engine.table.row import Call, Read, Row

DOMAIN = Row(
    type="aws:sagemaker/domain:Domain",
    service="sagemaker",
    create=Call(operation="CreateDomain"),
    id="DomainId",
    name="domainName",
    read=Read(operation="DescribeDomain", fills={"DomainId": "{id}"}),
    update=(
        Call(
            operation="UpdateDomain",
            places={"domainSettings": "DomainSettingsForUpdate"},
            fills={"DomainId": "{id}"},
        ),
    ),
    delete=(
        Call(
            operation="DeleteDomain",
            fills={"DomainId": "{id}", "RetentionPolicy": "{retentionPolicy}"},
        ),
    ),
    ignored={"retentionPolicy": "sent when the domain is deleted"},
)

PROFILE = Row(
    type="aws:sagemaker/userProfile:UserProfile",
    service="sagemaker",
    create=Call(operation="CreateUserProfile"),
    id="UserProfileArn",
    name="userProfileName",
    read=Read(operation="DescribeUserProfile"),
    update=(Call(operation="UpdateUserProfile"),),
    replaces=("domainId", "userProfileName"),
    delete=(Call(operation="DeleteUserProfile"),),
)

ROWS = (DOMAIN, PROFILE)
