"""Ids of AWS Organizations that people write into stack files, and whether they are of one organization."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator

from settings.forms import aws, described, matching

ORGANIZATIONAL_UNIT = r"^(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32})$"
ORGANIZATION_TARGET = r"^(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}|[0-9]{12})$"
# IAM User Guide, "AWS global condition context keys", aws:PrincipalOrgPaths: ids from the organization down to a unit.
ORGANIZATION_PATH = r"^o-[0-9a-z]{10,32}/r-[0-9a-z]{4,32}/(ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}/)+$"


def roots_of(ids: Iterable[str]) -> list[str]:
    """Roots that ids of roots and units are below. Units carry their root's: ou-ab12-11111111 is below r-ab12.

    Source: botocore, service model of organizations, OrganizationalUnitId.
    """
    return sorted({f"r-{each.split('-')[1]}" for each in ids if each.startswith(("r-", "ou-"))})


# AWS Organizations User Guide, "Quotas and service limits for AWS Organizations": levels of units below a root.
DEEPEST = 5


def _of_one_root(path: str) -> str:
    if (depth := path.count("/ou-")) > DEEPEST:
        raise ValueError(f"goes through {depth} units, and an organization has {DEEPEST} levels of them")
    if len(roots := roots_of(path.split("/"))) > 1:
        raise ValueError(f"has a unit that is not below its root: its ids are of {' and '.join(roots)}")
    return path


# A root, an organizational unit or an account. Source: botocore, service model of organizations, PolicyTargetId.
OrganizationTarget = Annotated[
    str,
    matching(ORGANIZATION_TARGET, "not a root (r-…), an organizational unit (ou-…) or an account id"),
    aws("organization-target"),
    described(ORGANIZATION_TARGET, "ou-ab12-11111111"),
]
OrganizationPath = Annotated[
    str,
    matching(
        ORGANIZATION_PATH,
        "not a path of a unit, such as o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/, with the slash at its end",
    ),
    AfterValidator(_of_one_root),
    described(ORGANIZATION_PATH, "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/"),
]
# What accounts can be listed for. Source: botocore, service model of organizations, ParentId.
OrganizationalUnit = Annotated[
    str,
    matching(ORGANIZATIONAL_UNIT, "not an organizational unit (ou-…) or a root (r-…)"),
    aws("organizational-unit"),
    described(ORGANIZATIONAL_UNIT, "ou-ab12-11111111"),
]
