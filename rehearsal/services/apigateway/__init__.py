"""API Gateway's REST APIs. Actions: Service Authorization Reference, "Amazon API Gateway Management".

The in-memory AWS has none of its own that would refuse what AWS refuses: everything here is kept in records. What is
deployed is served by `rehearsal/apigateway`.
"""

from __future__ import annotations

from rehearsal.service_model.service import AwsService
from rehearsal.service_model.tagging import TagOperations
from rehearsal.services.apigateway import deployments, rest_apis, tags
from rehearsal.services.apigateway.rights import rest

_EMULATED = {**rest_apis.EMULATED, **deployments.EMULATED, **tags.EMULATED}

SERVICE = AwsService(
    name="apigateway",
    operations=rest(*_EMULATED),
    emulated=_EMULATED,
    tagging=TagOperations(parameters={"resourceArn": "{arn}"}),
)
