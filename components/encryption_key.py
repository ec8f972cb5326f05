"""A customer managed key."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

# 7 to 30 days: botocore kms ScheduleKeyDeletion. The longest: a key's loss is the loss of all it encrypted.
DELETION_WINDOW_DAYS = 30


@dataclass(frozen=True, kw_only=True)
class EncryptionKeyArgs:
    """What the key is for, who may use it, and the alias that other accounts know it by."""

    alias: str
    description: str
    policy: pulumi.Input[str]
    protect: bool


class EncryptionKey(pulumi.ComponentResource):
    """A KMS key that rotates every year, with its alias and a policy that parts administration from use."""

    def __init__(self, name: str, args: EncryptionKeyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlops:storage:EncryptionKey", name, None, opts)
        self.key = aws.kms.Key(
            f"{name}-key",
            description=args.description,
            policy=args.policy,
            enable_key_rotation=True,
            deletion_window_in_days=DELETION_WINDOW_DAYS,
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )
        self.alias = aws.kms.Alias(
            f"{name}-alias",
            name=args.alias,
            target_key_id=self.key.key_id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn = self.key.arn
        self.register_outputs({"arn": self.arn, "alias": args.alias})
