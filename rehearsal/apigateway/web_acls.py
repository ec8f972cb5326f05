"""Web ACLs in front of stages."""

from __future__ import annotations

from rehearsal.apigateway.messages import Exchange
from rehearsal.apigateway.routes import DeployedStage
from rehearsal.aws.cloud import Cloud


class WebAcls:
    """Asks the web ACL of a stage, if it has one."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def require(self, stage: DeployedStage, exchange: Exchange) -> None:
        """Let a request through that no rule blocks. Raises GatewayError."""
