"""A larger estate in the likeness of one that was built: more workload accounts, more projects.

What belongs to an account or a project is copied with other ids; what speaks of all accounts is rendered anew, by the
functions that the stacks render it with.
"""

from __future__ import annotations

from policies.access.estate.kinds import of, role_kind, roles_of
from policies.access.estate.model import Estate, Role
from policies.documents.growing import Platform, Workload


def platform_of(estate: Estate) -> Platform:
    """The platform as the growing documents need to know it, read from what was built."""
    administration, home = _home(estate)
    prefix, stack = administration.name.removesuffix("-stackset-administration").split("-", 1)
    keys = {key.aliases[0].rsplit("/", 1)[-1]: key.arn for key in estate.kind("key") if key.stack == stack}
    return Platform(
        partition=administration.arn.split(":")[1],
        region=keys["models"].split(":")[3],
        home=home,
        prefix=prefix,
        stack=stack,
        s3_endpoint=_gate(estate, home, "s3"),
        kms_endpoint=_gate(estate, home, "kms"),
        key_arns=keys,
        deployers=_deployers(estate),
        workloads=[
            Workload(
                account=role.account,
                stage=role.name.removeprefix(f"{prefix}-").removesuffix("-stackset-execution"),
                s3_endpoint=_gate(estate, role.account, "s3"),
                kms_endpoint=_gate(estate, role.account, "kms"),
            )
            for role in roles_of(estate, "stackset-execution")
        ],
        organization_paths=estate.organization_paths,
    )


def _home(estate: Estate) -> tuple[Role, str]:
    (administration,) = (role for role in estate.roles.values() if role_kind(role) == "stackset-administration")
    return administration, administration.account


def _gate(estate: Estate, account: str, service: str) -> str:
    gate = estate.endpoint(account, service)
    if gate is None:
        raise ValueError(f"{account} has no endpoint of {service}")
    return gate.id


def _deployers(estate: Estate) -> list[str]:
    """Whom the models bucket's denial of listing spares."""
    (bucket,) = of(estate, "bucket", "models")
    conditions = [one.get("Condition", {}) for one in (bucket.policy or {})["Statement"]]
    spared = [one["ArnNotLike"]["aws:PrincipalArn"] for one in conditions if "ArnNotLike" in one]
    return [spared[0]] if isinstance(spared[0], str) else list(spared[0])
