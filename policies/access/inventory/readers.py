"""Who reads and writes what the inventory protects: the roles and users that it lists, and nobody else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from policies.access.graph import IamRole, PolicyResource
from policies.access.graph.purposes import resources_with_purpose
from policies.access.inventory.estate import Estate
from policies.access.proofs.callers import PinnedKeys
from policies.access.proofs.prefilter import may_touch
from policies.access.proofs.requests import holding, role_request, within
from policies.access.proofs.solver import Solver
from policies.access.proofs.theorem import ProofOutcome

# Source: Service Authorization Reference, Amazon S3: actions on objects that carry what they hold, change or remove it.
READ = ("s3:GetObject", "s3:GetObjectTorrent", "s3:GetObjectVersion", "s3:GetObjectVersionForReplication")
WRITE = ("s3:PutObject", "s3:ReplicateObject")
DELETE = ("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:ReplicateDelete")
# On the bucket: what ends all its objects.
EMPTY = ("s3:DeleteBucket", "s3:PutLifecycleConfiguration")
DECRYPT = ("kms:Decrypt", "kms:ReEncryptFrom")
# No service in between. Source: AWS KMS Developer Guide, "AWS KMS condition keys", kms:ViaService.
DIRECTLY: PinnedKeys = {"aws:ViaAWSService": "false", "kms:ViaService": ()}


def readers(estate: Estate) -> ProofOutcome:
    """Everybody whom the inventory does not list as a reader: no object of its buckets, together with its key.

    Objects are taken to be under their bucket's key, as another theorem says.
    """
    solver = Solver()
    for role, bucket in _unlisted(estate, estate.readers):
        title = f"{role.arn} reads objects of {bucket.name}, and {bucket.purpose}.readers does not list it"
        _neither(estate, solver, role, bucket, READ, "kms:Decrypt", title)
    return ProofOutcome(findings=solver.findings, named=_names(estate.readers, "reads"), queries=solver.queries)


def writers(estate: Estate) -> ProofOutcome:
    """The same of those who write or delete."""
    solver = Solver()
    for role, bucket in _unlisted(estate, estate.writers):
        title = f"{role.arn} {{}} objects of {bucket.name}, and {bucket.purpose}.writers does not list it"
        _neither(estate, solver, role, bucket, WRITE, "kms:GenerateDataKey", title.format("writes"))
        _neither(estate, solver, role, bucket, DELETE, None, title.format("deletes"))
        if may_touch(role, bucket, "s3:"):
            whole = role_request(role, EMPTY, policy_resource=bucket, resource=bucket.arn)
            solver.refute(title.format("ends"), whole)
    return ProofOutcome(findings=solver.findings, named=_names(estate.writers, "writes"), queries=solver.queries)


def key_users(estate: Estate) -> ProofOutcome:
    """Whoever neither reads nor writes a purpose does not decrypt with its keys either.

    Directly, that is: what a service decrypts for its caller is decided where the object is.
    """
    solver = Solver()
    for purpose, listed in sorted(estate.readers.items()):
        meant = listed | estate.writers[purpose]
        for key in resources_with_purpose(estate.graph, "key", purpose):
            for role in _others(estate, meant):
                title = f"{role.arn} decrypts with key {_name(key)}, and {purpose} lists it nowhere"
                if may_touch(role, key, "kms:"):
                    asked = role_request(role, DECRYPT, policy_resource=key, resource=key.arn, pinned=DIRECTLY)
                    solver.refute(title, asked)
                else:
                    solver.queries += 1
    return ProofOutcome(findings=solver.findings, queries=solver.queries)


def _unlisted(estate: Estate, listed: Mapping[str, frozenset[str]]) -> Iterator[tuple[IamRole, PolicyResource]]:
    for purpose, meant in sorted(listed.items()):
        for bucket in resources_with_purpose(estate.graph, "bucket", purpose):
            for role in _others(estate, meant):
                yield role, bucket


def _others(estate: Estate, meant: frozenset[str]) -> Iterable[IamRole]:
    return (role for role in estate.graph.sorted_roles() if role.arn not in meant)


def _neither(
    estate: Estate,
    solver: Solver,
    role: IamRole,
    bucket: PolicyResource,
    actions: Sequence[str],
    on_key: str | None,
    title: str,
) -> None:
    """No object; where the bucket has a key that the exports hold, no object together with its key."""
    if not may_touch(role, bucket, "s3:"):
        solver.queries += 1
        return
    objects = role_request(role, actions, policy_resource=bucket)
    key = estate.graph.policy_resources.get(bucket.key_arn or "")
    if on_key is None or key is None:
        solver.refute(title, objects, within(f"{bucket.arn}/*"))
        return
    # Of the context nothing is known: with a bucket key it is the bucket, without one the object.
    via = f"s3.{key.arn.split(':')[3]}.amazonaws.com"
    pinned: PinnedKeys = {"aws:ViaAWSService": "true", "aws:SourceVpce": (), "kms:ViaService": via}
    use = next(role_request(role, [on_key], policy_resource=key, resource=key.arn, pinned=pinned).each(), None)
    if use is None or use.formula is False:
        solver.queries += 1
        return
    solver.refute(title, objects, holding(use.formula), within(f"{bucket.arn}/*"))


def _names(listed: Mapping[str, frozenset[str]], verb: str) -> list[str]:
    return sorted(f"{arn} {verb} {purpose}" for purpose, arns in listed.items() for arn in arns)


def _name(key: PolicyResource) -> str:
    return key.aliases[0] if key.aliases else key.arn
