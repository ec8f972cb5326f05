"""What probes share that ask AWS as somebody with a few rights: as a role of their own, which they assume."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from assumptions.assumption import ProbedStack
from assumptions.refusals import patiently
from assumptions.roles import NEEDS as ROLES_NEED
from assumptions.roles import role, scope_of
from catalog.names import BOUNDARY
from catalog.roles import RolePath

# The deployer's own boundary denies it sts:AssumeRole: an administrator of the account runs such a probe.
NEEDS = (*ROLES_NEED, "sts:AssumeRole")


@contextmanager
def caller(
    stack: ProbedStack,
    name: str,
    service: str,
    *rights: Mapping[str, Any],
    boundary: str = BOUNDARY,
    path: RolePath = RolePath.PLATFORM,
) -> Iterator[Any]:
    """A service's client with these rights alone, while the context lasts, of a role that has the name.

    The role is for the session that runs the probe and for nobody else: it asks for that session's id (IAM User Guide,
    "AWS global condition context keys", aws:userid).
    """
    session = {"StringEquals": {"aws:userid": stack.client("sts").get_caller_identity()["UserId"]}}
    owner = {"AWS": scope_of(stack).arn("iam", "root", region="")}
    with role(stack, name, owner, session, *rights, boundary=boundary, path=path) as role_arn:
        yield patiently(stack, lambda: stack.client(service, role_arn), "AccessDenied")
