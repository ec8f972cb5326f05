"""What code that runs in AWS finds the platform by."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class DiscoveryArgs:
    """`parameters` by name below `root`; `tags` select the environment's resources for the group.

    Those that `lists` names hold several values, comma separated, and are read as lists by CloudFormation templates.
    """

    root: str
    parameters: Mapping[str, pulumi.Input[str]]
    lists: Collection[str] = ()
    group: str
    tags: Mapping[str, str]


class Discovery(pulumi.ComponentResource):
    """SSM parameters under one root, and a resource group that gathers all that carries the environment's tags."""

    def __init__(self, name: str, args: DiscoveryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlops:operations:Discovery", name, None, opts)
        options = pulumi.ResourceOptions(parent=self)
        for key, value in args.parameters.items():
            aws.ssm.Parameter(
                f"{name}-{key.replace('/', '-')}",
                name=f"{args.root}/{key}",
                type="StringList" if key in args.lists else "String",
                value=value,
                # A parameter never changes its type, and another of the same name is refused (botocore, PutParameter).
                opts=pulumi.ResourceOptions(parent=self, replace_on_changes=["type"], delete_before_replace=True),
            )
        self.group = aws.resourcegroups.Group(
            f"{name}-group",
            name=args.group,
            resource_query=aws.resourcegroups.GroupResourceQueryArgs(type="TAG_FILTERS_1_0", query=_query(args.tags)),
            opts=options,
        )
        self.register_outputs({"root": args.root, "group": self.group.name})


def _query(tags: Mapping[str, str]) -> str:
    filters = [{"Key": key, "Values": [value]} for key, value in sorted(tags.items())]
    return json.dumps({"ResourceTypeFilters": ["AWS::AllSupported"], "TagFilters": filters})
