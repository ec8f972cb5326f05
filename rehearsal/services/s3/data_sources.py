"""S3: buckets that exist already, as programs look them up."""

from __future__ import annotations

from rehearsal.service_model.data_source import CloudControlType, DataSource

DATA_SOURCES = {
    "aws:s3/getBucket:getBucket": DataSource(
        operation="GetBucketLocation",
        parameters=lambda arguments: {"Bucket": arguments["bucket"]},
        path="@",
        # S3 says nothing of its first region (S3 API Reference, "GetBucketLocation").
        outputs={"bucketRegion": "LocationConstraint || 'us-east-1'"},
        more_outputs=lambda _, arguments: {"arn": f"arn:aws:s3:::{arguments['bucket']}"},
    ),
    "aws:s3/getBuckets:getBuckets": DataSource(
        operation="ListBuckets",
        parameters=lambda _: {},
        path="@",
        outputs={"buckets": "Buckets[].{name: Name}"},
    ),
}
# Property names: CloudFormation Template Reference, "AWS::S3::Bucket".
CLOUD_CONTROL = CloudControlType(
    identifier="Bucket",
    properties={
        "VersioningConfiguration": ("GetBucketVersioning", "{Status: Status}"),
        "BucketEncryption": (
            "GetBucketEncryption",
            "{ServerSideEncryptionConfiguration: ServerSideEncryptionConfiguration.Rules[].{"
            "ServerSideEncryptionByDefault: ApplyServerSideEncryptionByDefault, "
            "BucketKeyEnabled: BucketKeyEnabled}}",
        ),
        "OwnershipControls": ("GetBucketOwnershipControls", "{Rules: OwnershipControls.Rules}"),
        "PublicAccessBlockConfiguration": ("GetPublicAccessBlock", "PublicAccessBlockConfiguration"),
        "LoggingConfiguration": ("GetBucketLogging", "{DestinationBucketName: LoggingEnabled.TargetBucket}"),
    },
    unset_errors=("NoSuchPublicAccessBlock", "OwnershipControlsNotFound", "ServerSideEncryptionConfigurationNotFound"),
)
