"""The deployer: the role that `pulumi up`, `refresh` and `destroy` of an account's stacks act with.

Its identity policies and its boundary come from one table, `resource_types.DEPLOYED`, with a row for each family of
resource types that stacks deploy. To let stacks deploy a new type, add it to a row or add a row; nothing else.
"""

from policies.documents.deployer.boundary import deployer_boundary
from policies.documents.deployer.deployed import DeployedTypes
from policies.documents.deployer.identity import deployer_policies
from policies.documents.deployer.resource_types import DEPLOYED, DEPLOYED_TYPES

__all__ = ["DEPLOYED", "DEPLOYED_TYPES", "DeployedTypes", "deployer_boundary", "deployer_policies"]
