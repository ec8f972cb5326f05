"""What a stack uses and did not make: buckets and keys that it wrote the policy of, and the endpoints that it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from policies.access.graph.joined import Joined
from policies.access.graph.model import PolicyResource, VpcEndpoint

BUCKET_POLICY, KEY_POLICY = "aws:s3/bucketPolicy:BucketPolicy", "aws:kms/keyPolicy:KeyPolicy"
# What a stack says of its buckets, keys and endpoints (stacks/references.py): the output, less its ending, says what
# for. What is told of others is told by no output.
_BUCKET, _KEY, _ENDPOINT = "Bucket", "KeyArn", "EndpointId"
_MARK = "platform"


def brought(stack: Joined) -> Iterator[tuple[PolicyResource, object]]:
    """Buckets and keys without their policy, which the second of each pair is."""
    for policy in stack.apart(BUCKET_POLICY, "bucket", "aws:s3/bucket:Bucket"):
        name = str(policy.props["bucket"])
        purpose = next((each for each, its in _outputs(stack, _BUCKET).items() if its == name), name)
        yield (
            PolicyResource(
                kind="bucket",
                arn=f"arn:{stack.partition}:s3:::{name}",
                account=stack.account,
                name=name,
                stack=stack.name,
                urn=policy.urn,
                purpose=purpose,
                key_arn=_outputs(stack, _KEY).get(purpose),
            ),
            policy.props.get("policy"),
        )
    for policy in stack.apart(KEY_POLICY, "keyId", "aws:kms/key:Key"):
        name = str(policy.props["keyId"]).rsplit("/", 1)[-1]
        yield (
            PolicyResource(
                kind="key",
                arn=stack.regional("kms", f"key/{name}"),
                account=stack.account,
                name=name,
                stack=stack.name,
                urn=policy.urn,
                aliases=stack.aliases_of({name}),
                # Its owner has marked it, or the stack would not have come up (stacks/existing_storage.py).
                tags={_MARK: stack.mark} if stack.mark else {},
            ),
            policy.props.get("policy"),
        )


def brought_endpoints(stack: Joined, made: Mapping[str, VpcEndpoint]) -> Iterator[VpcEndpoint]:
    """Endpoints that the stack names and did not make. What their policies say is their owners' to know."""
    vpc = str(stack.outputs.get("vpcId") or "")
    for service, identifier in _outputs(stack, _ENDPOINT).items():
        if identifier not in made:
            yield VpcEndpoint(
                id=identifier, account=stack.account, vpc=vpc, service=service, stack=stack.name, brought=True
            )


def _outputs(stack: Joined, ending: str) -> dict[str, str]:
    """Texts among the stack's outputs whose name ends so, by the rest of their name."""
    return {
        name.removesuffix(ending): value
        for name, value in stack.outputs.items()
        if name.endswith(ending) and isinstance(value, str)
    }
