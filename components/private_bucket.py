"""Buckets that keep what they hold."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from catalog.roles import PURPOSE_TAG


@dataclass(frozen=True, kw_only=True)
class PrivateBucketArgs:
    """Name, key and policy of a bucket, where its access is logged, and how long old versions stay.

    Without `key_arn` the bucket encrypts with S3's own key: only the bucket that S3 delivers access logs to does, since
    S3 writes them no other way (Amazon S3 User Guide, "Using server-side encryption with AWS KMS keys (SSE-KMS)").
    With `bucket_key` S3 asks KMS once in a while for the bucket instead of for each object.
    `emptied_by_deployer`: whether whoever destroys the bucket deletes what it holds; otherwise a function has to first.
    `existing_arn` is the ARN of the bucket if somebody else made it: it gets the policy and nothing else.
    """

    purpose: str
    bucket: str
    policy: pulumi.Input[str]
    protect: bool
    key_arn: pulumi.Input[str] | None = None
    bucket_key: bool = True
    log_bucket: pulumi.Input[str] | None = None
    old_versions_days: int = 90
    expire_days: int | None = None
    events: bool = False
    existing_arn: str | None = None
    emptied_by_deployer: bool = True


class PrivateBucket(pulumi.ComponentResource):
    """A versioned, encrypted bucket without ACLs, public access or plain transport; its access is logged.

    Unless protected it can be destroyed; with what it holds, if the deployer may empty it.
    """

    def __init__(self, name: str, args: PrivateBucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlops:storage:PrivateBucket", name, None, opts)
        self._name, self._args = name, args
        if args.existing_arn:
            self.arn = pulumi.Output.from_input(args.existing_arn)
            policy = self._policy(args.bucket)
        else:
            self.bucket = self._made()
            self.arn = self.bucket.arn
            policy = self._policy(self.bucket.id, self._settings())
        # Known once the policy stands: whoever is told the name may rely on being let in.
        self.name = policy.id.apply(lambda _: args.bucket)
        self.register_outputs({"arn": self.arn, "name": self.name})

    def _made(self) -> aws.s3.Bucket:
        args = self._args
        return aws.s3.Bucket(
            f"{self._name}-bucket",
            bucket=args.bucket,
            force_destroy=not args.protect and args.emptied_by_deployer,
            tags={PURPOSE_TAG: args.purpose},
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )

    def _settings(self) -> pulumi.Resource:
        """What a bucket of ours is set to. Gives what its policy has to wait for."""
        self._ownership()
        closed = self._no_public_access()
        self._versioning()
        self._encryption()
        self._lifecycle()
        self._logging()
        self._events()
        return closed

    def _child(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self)

    def _ownership(self) -> None:
        aws.s3.BucketOwnershipControls(
            f"{self._name}-ownership",
            bucket=self.bucket.id,
            rule=aws.s3.BucketOwnershipControlsRuleArgs(object_ownership="BucketOwnerEnforced"),
            opts=self._child(),
        )

    def _no_public_access(self) -> aws.s3.BucketPublicAccessBlock:
        return aws.s3.BucketPublicAccessBlock(
            f"{self._name}-public-access",
            bucket=self.bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=self._child(),
        )

    def _versioning(self) -> None:
        aws.s3.BucketVersioning(
            f"{self._name}-versioning",
            bucket=self.bucket.id,
            versioning_configuration=aws.s3.BucketVersioningVersioningConfigurationArgs(status="Enabled"),
            opts=self._child(),
        )

    def _encryption(self) -> None:
        key = self._args.key_arn
        default = aws.s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
            sse_algorithm="aws:kms" if key else "AES256", kms_master_key_id=key
        )
        aws.s3.BucketServerSideEncryptionConfiguration(
            f"{self._name}-encryption",
            bucket=self.bucket.id,
            rules=[
                aws.s3.BucketServerSideEncryptionConfigurationRuleArgs(
                    apply_server_side_encryption_by_default=default,
                    bucket_key_enabled=bool(key) and self._args.bucket_key,
                    # What S3 sets on new buckets by itself: unset it would differ for ever.
                    blocked_encryption_types=["SSE-C"],
                )
            ],
            opts=self._child(),
        )

    def _lifecycle(self) -> None:
        args = self._args
        aws.s3.BucketLifecycleConfiguration(
            f"{self._name}-lifecycle",
            bucket=self.bucket.id,
            rules=[
                aws.s3.BucketLifecycleConfigurationRuleArgs(
                    id="end-of-old-versions",
                    status="Enabled",
                    filter=aws.s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=""),
                    noncurrent_version_expiration=aws.s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(
                        noncurrent_days=args.old_versions_days
                    ),
                    abort_incomplete_multipart_upload=aws.s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(
                        days_after_initiation=7
                    ),
                    expiration=aws.s3.BucketLifecycleConfigurationRuleExpirationArgs(days=args.expire_days)
                    if args.expire_days
                    else None,
                )
            ],
            opts=self._child(),
        )

    def _logging(self) -> None:
        if self._args.log_bucket is not None:
            aws.s3.BucketLogging(
                f"{self._name}-logging",
                bucket=self.bucket.id,
                target_bucket=self._args.log_bucket,
                target_prefix=f"{self._args.bucket}/",
                opts=self._child(),
            )

    def _events(self) -> None:
        if self._args.events:
            aws.s3.BucketNotification(
                f"{self._name}-events", bucket=self.bucket.id, eventbridge=True, opts=self._child()
            )

    def _policy(self, bucket: pulumi.Input[str], *after: pulumi.Resource) -> aws.s3.BucketPolicy:
        # S3 refuses two changes to a bucket's access at once, so the policy waits.
        return aws.s3.BucketPolicy(
            f"{self._name}-policy",
            bucket=bucket,
            policy=self._args.policy,
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(after)),
        )
