"""The generators of requests that a comparison takes turns with."""

from __future__ import annotations

from tests.policies.access.comparison.captured_requests import captured_request
from tests.policies.access.comparison.compare import RequestGenerator
from tests.policies.access.comparison.random_requests import (
    condition_request,
    layer_request,
    policy_resource_request,
    principal_request,
)

GENERATORS: dict[str, RequestGenerator] = {
    "conditions": condition_request,
    "keys-and-trusts": policy_resource_request,
    "layers": layer_request,
    "platform": captured_request,
    "principals": principal_request,
}
