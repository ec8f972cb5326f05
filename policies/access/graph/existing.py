"""What a stack uses and did not make: buckets and keys that it wrote the policy of, and VPC endpoints that it names.

Roles that exist already are not here: a stack writes no policy of theirs, and has looked itself whom they trust and
what limits them (`stacks.existing_roles`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from policies.access.graph.model import PolicyResource, VpcEndpoint
from policies.access.graph.stack_resources import StackResources
from policies.pack.model import StackResource

BUCKET_POLICY, KEY_POLICY = "aws:s3/bucketPolicy:BucketPolicy", "aws:kms/keyPolicy:KeyPolicy"
# Endings of the outputs that name a stack's buckets, keys and VPC endpoints (stacks/references.py): what is before the
# ending is the purpose, or the service.
_BUCKET, _KEY, _ENDPOINT = "Bucket", "KeyArn", "EndpointId"
_PLATFORM_TAG = "platform"


def existing_storage(stack: StackResources) -> Iterator[tuple[PolicyResource, object]]:
    """Buckets and keys without their policy, which the second of each pair is.

    They carry no purpose tag of the stack's. A bucket's purpose is that of the output which names it, a key's is that
    of the alias which the stack gave it (`catalog.names.Names.alias`).
    """
    for policy in stack.pointing_elsewhere(BUCKET_POLICY, "bucket", "aws:s3/bucket:Bucket"):
        name = str(policy.props["bucket"])
        purpose = next((found for found, bucket in _outputs(stack, _BUCKET).items() if bucket == name), name)
        yield (
            PolicyResource(
                kind="bucket",
                arn=stack.scope.bucket_arn(name),
                account=stack.scope.account,
                name=name,
                stack=stack.name,
                urn=policy.urn,
                purpose=purpose,
                key_arn=_outputs(stack, _KEY).get(purpose),
            ),
            policy.props.get("policy"),
        )
    for policy in stack.pointing_elsewhere(KEY_POLICY, "keyId", "aws:kms/key:Key"):
        name = str(policy.props["keyId"]).rsplit("/", 1)[-1]
        aliases = stack.aliases_of({name})
        yield (
            PolicyResource(
                kind="key",
                arn=stack.scope.arn("kms", f"key/{name}"),
                account=stack.scope.account,
                name=name,
                stack=stack.name,
                urn=policy.urn,
                aliases=aliases,
                purpose=aliases[0].rpartition("/")[2] if aliases else name,
                # Its owner has set it, or the stack would not have come up (stacks/existing_storage.py).
                tags={_PLATFORM_TAG: stack.platform_tag} if stack.platform_tag else {},
            ),
            policy.props.get("policy"),
        )


def is_known(stack: StackResources, policy: StackResource) -> bool:
    """Whether the policy is of a bucket or a key that was there before, which the stack names by an output or alias."""
    if policy.type == BUCKET_POLICY:
        return policy.props["bucket"] in _outputs(stack, _BUCKET).values()
    return policy.type == KEY_POLICY and bool(stack.aliases_of({str(policy.props["keyId"]).rsplit("/", 1)[-1]}))


def existing_endpoints(stack: StackResources, made: Mapping[str, VpcEndpoint]) -> Iterator[VpcEndpoint]:
    """VPC endpoints that the stack names and did not make. Their policies are their owners' to know."""
    vpc = str(stack.outputs.get("vpcId") or "")
    for service, identifier in _outputs(stack, _ENDPOINT).items():
        if identifier not in made:
            yield VpcEndpoint(
                id=identifier, account=stack.scope.account, vpc=vpc, service=service, stack=stack.name, existing=True
            )


def _outputs(stack: StackResources, ending: str) -> dict[str, str]:
    """Texts among the stack's outputs whose name ends so, by the rest of their name."""
    return {
        name.removesuffix(ending): value
        for name, value in stack.outputs.items()
        if name.endswith(ending) and isinstance(value, str)
    }
