"""The policy graph: roles, resources and VPC endpoints, with the policies that the stacks really gave them."""

from policies.access.graph.model import BadExport, IamRole, IamUser, PolicyGraph, PolicyResource, Runner, VpcEndpoint
from policies.access.graph.read import graph_of, read_graph

__all__ = [
    "BadExport",
    "IamRole",
    "IamUser",
    "PolicyGraph",
    "PolicyResource",
    "Runner",
    "VpcEndpoint",
    "graph_of",
    "read_graph",
]
