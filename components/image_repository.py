"""Where container images live."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class ImageRepositoryArgs:
    """Name, key, and the policy that says which accounts pull."""

    name: str
    key_arn: pulumi.Input[str]
    policy: pulumi.Input[str]
    protect: bool
    untagged_days: int = 30


class ImageRepository(pulumi.ComponentResource):
    """A repository whose tags never move, scanned on push; images without a tag are cleared away."""

    def __init__(self, name: str, args: ImageRepositoryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlops:storage:ImageRepository", name, None, opts)
        options = pulumi.ResourceOptions(parent=self)
        self.repository = aws.ecr.Repository(
            f"{name}-repository",
            name=args.name,
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration=aws.ecr.RepositoryImageScanningConfigurationArgs(scan_on_push=True),
            encryption_configurations=[
                aws.ecr.RepositoryEncryptionConfigurationArgs(encryption_type="KMS", kms_key=args.key_arn)
            ],
            force_delete=not args.protect,
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )
        aws.ecr.RepositoryPolicy(f"{name}-policy", repository=self.repository.name, policy=args.policy, opts=options)
        aws.ecr.LifecyclePolicy(
            f"{name}-lifecycle", repository=self.repository.name, policy=_lifecycle(args.untagged_days), opts=options
        )
        self.url = self.repository.repository_url
        self.arn = self.repository.arn
        self.register_outputs({"url": self.url, "arn": self.arn})


def _lifecycle(days: int) -> str:
    rule = {
        "rulePriority": 1,
        "description": f"Images without a tag go after {days} days",
        "selection": {
            "tagStatus": "untagged",
            "countType": "sinceImagePushed",
            "countUnit": "days",
            "countNumber": days,
        },
        "action": {"type": "expire"},
    }
    return json.dumps({"rules": [rule]})
