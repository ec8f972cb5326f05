"""The estate: roles, resources and endpoints with the policies that they were really built with."""

from policies.access.estate.model import BadEstate, Estate, Guarded, Role, Runner, VpcEndpoint
from policies.access.estate.read import estate_of, read_estate

__all__ = ["BadEstate", "Estate", "Guarded", "Role", "Runner", "VpcEndpoint", "estate_of", "read_estate"]
