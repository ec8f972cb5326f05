"""API Gateway's REST APIs. Actions: Service Authorization Reference, "Amazon API Gateway Management".

The in-memory AWS has none of its own that would refuse what AWS refuses: everything here is kept in records. What is
deployed is served by `rehearsal/apigateway`.
"""

from __future__ import annotations

from assumptions.entries.api_gateway_names_its_source import ASSUMPTION as SOURCE
from assumptions.outcomes import holds
from rehearsal.service_model.service import AwsService
from rehearsal.service_model.tagging import TagOperations
from rehearsal.services.apigateway import deployments, domains, parts, rest_apis, tags, usage
from rehearsal.services.apigateway.rights import rest

_MODULES = (rest_apis, deployments, domains, parts, tags, usage)
_EMULATED = {name: operation for module in _MODULES for name, operation in module.EMULATED.items()}

SERVICE = AwsService(
    name="apigateway",
    operations=rest(*_EMULATED),
    emulated=_EMULATED,
    names_source=lambda: holds(SOURCE),
    resource_tags=tags.carried,
    tagging=TagOperations(parameters={"resourceArn": "{arn}"}),
)
