"""A customer managed key."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from catalog.roles import PURPOSE_TAG

# 7 to 30 days: botocore kms ScheduleKeyDeletion. The longest: a key's loss is the loss of all it encrypted.
DELETION_WINDOW_DAYS = 30


@dataclass(frozen=True, kw_only=True)
class EncryptionKeyArgs:
    """What the key is for, who may use it, and the alias that other accounts know it by.

    `existing` is the ARN of a key that somebody else made: it gets this policy and this alias, and stays when they go.
    `outlives_stack`: the key stays when its stack is destroyed, since something that it encrypts does.
    """

    purpose: str
    alias: str
    description: str
    policy: pulumi.Input[str]
    protect: bool
    existing: str | None = None
    outlives_stack: bool = False


class EncryptionKey(pulumi.ComponentResource):
    """A KMS key that rotates every year, with its alias and a policy that parts administration from use."""

    def __init__(self, name: str, args: EncryptionKeyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlops:storage:EncryptionKey", name, None, opts)
        key_id, self.arn = self._existing(name, args, args.existing) if args.existing else self._made(name, args)
        self.alias = aws.kms.Alias(
            f"{name}-alias",
            name=args.alias,
            target_key_id=key_id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({"arn": self.arn, "alias": args.alias})

    def _made(self, name: str, args: EncryptionKeyArgs) -> tuple[pulumi.Input[str], pulumi.Output[str]]:
        key = aws.kms.Key(
            f"{name}-key",
            description=args.description,
            policy=args.policy,
            enable_key_rotation=True,
            deletion_window_in_days=DELETION_WINDOW_DAYS,
            tags={PURPOSE_TAG: args.purpose},
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect, retain_on_delete=args.outlives_stack),
        )
        return key.key_id, key.arn

    def _existing(self, name: str, args: EncryptionKeyArgs, arn: str) -> tuple[pulumi.Input[str], pulumi.Output[str]]:
        # By id: the provider reads the id back, so that an ARN would be a change in every plan.
        key_id = arn.rpartition("/")[2]
        policy = aws.kms.KeyPolicy(
            f"{name}-policy", key_id=key_id, policy=args.policy, opts=pulumi.ResourceOptions(parent=self)
        )
        # Known once the policy stands, as it is with a key that is made.
        return key_id, policy.id.apply(lambda _: arn)
