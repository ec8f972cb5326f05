"""The table of the resource types that stacks deploy, by the managed policy that its rows' statements stand in.

Each managed policy has at most 6,144 characters (IAM User Guide, "IAM and AWS STS quotas"), hence several.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from policies.documents.deployer.delivery import DELIVERY
from policies.documents.deployer.deployed import DeployedTypes
from policies.documents.deployer.network import NETWORK
from policies.documents.deployer.operations import OPERATIONS
from policies.documents.deployer.storage import STORAGE

DEPLOYED: Mapping[str, Sequence[DeployedTypes]] = {
    "network": NETWORK,
    "storage": STORAGE,
    "delivery": DELIVERY,
    "operations": OPERATIONS,
}
_ROWS = [row for rows in DEPLOYED.values() for row in rows]
# Roles have statements of their own (deployer/identity.py): the boundary of what is made stands in them.
ROLE_TYPES = ("aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy")
DEPLOYED_TYPES = frozenset(ROLE_TYPES).union(*(row.types for row in _ROWS))
CEILING_ACTIONS = tuple(sorted({action for row in _ROWS for action in row.ceiling}))
PASSED_TO = tuple(sorted({f"{service}.amazonaws.com" for row in _ROWS for service in row.passed_to}))
KEY_SERVICES = tuple(sorted({service for row in _ROWS for service in row.keys_used_by}))
