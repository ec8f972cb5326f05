"""Mutations that open access, as the evaluator sees it, and that no check has to notice: each kind with its reason."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.policies.access.random_mutations.judge import Judgement


@dataclass(frozen=True)
class Explanation:
    """Judgements whose operator, place and opening fit these patterns; why they are not noticed.

    `harmless`: nothing that matters is opened, so that nothing has to notice them. Others are work to be done.
    """

    operator: str
    where: str
    opens: str
    why: str
    harmless: bool = True

    def fits(self, one: Judgement) -> bool:
        """Whether it explains a judgement."""
        pairs = ((self.operator, one.operator), (self.where, one.where), (self.opens, one.opens))
        return all(re.search(pattern, text) for pattern, text in pairs)


EXPLANATIONS: tuple[Explanation, ...] = (
    Explanation(
        "drop_resource",
        "VpcEndpoint",
        "traffic leaves the VPC",
        "Harmless: the networks of the example have no other way out, so that the service is not reached at all; where "
        "settings add one, buckets and keys still ask for an endpoint.",
    ),
    Explanation(
        "",
        "Policy deployer-",
        "mlops-deployer ",
        "By design: a deployer makes what the program declares, and rules judge that; its boundary, which theorems "
        "hold, is the most that it may do.",
    ),
    Explanation(
        "",
        "Role .* assumeRolePolicy",
        r"^[a-z.]+\.amazonaws\.com sts:AssumeRole .*aws:SourceArn=arn:aws:[a-z]+:[a-z0-9-]+:(\d{12}):.*",
        "Harmless: the account in aws:SourceArn is still the platform's, and passing the role is judged.",
    ),
)


def explanation(one: Judgement) -> Explanation | None:
    """Why nothing notices it; None where nobody said so."""
    return next((each for each in EXPLANATIONS if each.fits(one)), None)
