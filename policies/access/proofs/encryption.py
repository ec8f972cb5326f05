"""Objects are written with their bucket's key, whatever a request's headers say of encryption.

Source: Service Authorization Reference, Amazon S3, condition keys of PutObject (as which uploads of parts, their
completion and copies are authorized); Amazon S3 User Guide, "Specifying server-side encryption with AWS KMS (SSE-KMS)".
"""

from __future__ import annotations

from policies.access.encoding.logic import Formula, both, either, negation
from policies.access.graph import PolicyGraph, PolicyResource
from policies.access.proofs.emptiness import NO_STORAGE
from policies.access.proofs.requests import Constraint, EncodedRequest, requests_of_everybody, within
from policies.access.proofs.solver import Solver
from policies.access.proofs.storage import keyed_buckets
from policies.access.proofs.theorem import ProofOutcome, Theorem

# Buckets whose objects have a key of the platform's.
KEYED_BUCKETS = ("data", "models", "artifacts", "capture")
_ENCRYPTION = "s3:x-amz-server-side-encryption"
_KEY_ID = "s3:x-amz-server-side-encryption-aws-kms-key-id"
_CALLERS_KEY = "s3:x-amz-server-side-encryption-customer-algorithm"
_BY_KEY = ("aws:kms",)


def encrypted(graph: PolicyGraph) -> ProofOutcome:
    """No request passes but one whose headers ask for the bucket's key, or for nothing: then its default holds.

    The default is that key too: a bucket whose default names no key of the platform is a finding of its own.
    """
    solver = Solver()
    buckets, findings = keyed_buckets(graph, *KEYED_BUCKETS)
    for bucket, key in buckets:
        for who, open_request in requests_of_everybody(graph, ["s3:PutObject"], policy_resource=bucket):
            title = f"{who} writes to {bucket.name} with another key or another encryption than the bucket's"
            solver.refute(title, open_request, within(f"{bucket.arn}/*"), _asking_for_another(key))
    named = [f"{bucket.name} under {key.aliases[0] if key.aliases else key.arn}" for bucket, key in buckets]
    return ProofOutcome(findings=[*findings, *solver.findings], named=named, queries=solver.queries)


def _asking_for_another(key: PolicyResource) -> Constraint:
    """The headers ask for something, and not for the key by its ARN: its id and its alias are other texts.

    A key without the algorithm is refused by S3, or is SSE-KMS with that key.
    """

    def constraint(encoded: EncodedRequest) -> list[Formula]:
        algorithm, key_id = encoded.key_present(_ENCRYPTION), encoded.key_present(_KEY_ID)
        as_it_is = both(negation(algorithm), negation(key_id))
        by_its_key = both(
            encoded.key_in(_KEY_ID, [key.arn]), either(negation(algorithm), encoded.key_in(_ENCRYPTION, _BY_KEY))
        )
        right = both(negation(encoded.key_present(_CALLERS_KEY)), either(as_it_is, by_its_key))
        return [negation(right)]

    return constraint


THEOREMS = (
    Theorem(
        id="objects-under-their-key",
        statement="Every object of data, models, artifacts or captures is stored under the key of its bucket, whatever "
        "a request asks for.",
        prove=encrypted,
        may_be_empty=NO_STORAGE,
    ),
)
