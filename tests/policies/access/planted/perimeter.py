"""Mistakes in what keeps data and models inside the VPC endpoints, and in the endpoints themselves."""

from __future__ import annotations

from tests.policies.access.planted.mistake import Mistake, dropped, fires

MISTAKES = (
    Mistake(
        id="models-denial-dropped",
        what="The models bucket does without its denial of requests from outside the VPC endpoints.",
        stack="dev",
        type="BucketPolicy",
        name="models-policy",
        edit=dropped("DenyNoVPC"),
        fires=fires("proof:objects-through-endpoints", "absence:objects-from-outside", "matrix:Bucket models, dev"),
    ),
)
