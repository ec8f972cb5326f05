"""The way of a request to AWS out of the caller's VPC."""

from __future__ import annotations

from rehearsal.aws.actors import Actor
from rehearsal.aws.requests import SignedRequest
from rehearsal.network.deciding import reachable
from rehearsal.network.ec2 import network_of
from rehearsal.network.model import Destination, Route
from rehearsal.services import services


class NoRoute(Exception):
    """A request from inside a VPC that no endpoint takes and no NAT gateway."""


def endpoint_of(actor: Actor, question: SignedRequest) -> str | None:
    """Id of the VPC endpoint that a request passes; None outside a VPC and through NAT. Raises NoRoute.

    The VPC may be another account's: credentials of a role that was assumed across accounts travel with it.
    """
    if actor.vpc is None:
        return None
    service = services().get(question.service)
    name = service.vpc_endpoint if service else ""
    region = question.region or actor.region
    host = f"{question.service}.{region}.amazonaws.com"
    # An endpoint serves its own region; IAM has none in most.
    has_endpoint = name is not None and region == actor.vpc.region
    served = f"com.amazonaws.{region}.{name or question.service}" if has_endpoint else ""
    way = reachable(network_of(actor.vpc), actor.vpc, Destination(host=host, service=served))
    if isinstance(way, Route):
        return way.endpoint
    raise NoRoute(
        f"{actor.role_arn.rsplit('/', 1)[-1]} called {question.service}:{question.operation} from {actor.vpc.vpc}, "
        f"which does not reach {host}: {way.reason}"
    )
