"""Endpoints without a policy that somebody answers for: exemptions of the policy pack, as the proofs name them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import replace

from policies.access.graph.model import PolicyGraph
from policies.pack.model import Exemption
from policies.pack.rules.endpoint_policy import RULE


def with_exempted_endpoints(graph: PolicyGraph, exemptions: Iterable[Exemption], today: datetime.date) -> PolicyGraph:
    """The graph whose endpoints say who answers for what passes through them, and until when.

    An exemption that is over is none: what it spoke of is a finding again.
    """
    valid = [exemption for exemption in exemptions if not exemption.expired(today)]
    endpoints = dict(graph.endpoints)
    for name, endpoint in graph.endpoints.items():
        exemption = next((each for each in valid if each.covers(RULE.id, endpoint.urn)), None)
        if exemption:
            endpoints[name] = replace(endpoint, exempted=f"{exemption.owner} answers for it until {exemption.expires}")
    return replace(graph, endpoints=endpoints)
