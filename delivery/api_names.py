"""Names of an API's parts, and its tags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from settings.api import ApiSettings

# The alias that the gateway calls, and the gateway's own stage.
ALIAS = STAGE = "live"


@dataclass(frozen=True, kw_only=True)
class ApiNames:
    """What the API of a stage is called, as the account's stack computes it too.

    - `name`: of the gateway, the function, the application and the table.
    - `log_folder`: what the access log's group stands below.
    - `parameters`: the account's tree of SSM parameters.
    - `role`: path and beginning of the names of the API's roles.
    """

    name: str
    log_group: str
    parameters: str
    role: str

    def function(self, purpose: str = "") -> str:
        """Name of the API's function, or of the one of that purpose."""
        return f"{self.name}-{purpose}" if purpose else self.name

    def access_log(self) -> str:
        """Name of the access log's group."""
        return self.log_group

    def role_arn(self, purpose: str = "") -> dict[str, Any]:
        """ARN of the role of that purpose."""
        name = f"{self.role}-{purpose}" if purpose else self.role
        return {"Fn::Sub": f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/{name}"}

    def execute_api(self, path: str) -> dict[str, Any]:
        """ARN of what the gateway lets call: a method, or its authorizers."""
        return {"Fn::Sub": f"arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:{path}"}

    def account_parameters(self, settings: ApiSettings) -> dict[str, str]:
        """Template parameters whose values the account's own stack says, with the names of its SSM parameters."""
        found = {"ApiLogsKeyArn": f"{self.parameters}/keys/operations"}
        if settings.access == "private":
            found["ApiVpcEndpointId"] = f"{self.parameters}/network/execute-api-endpoint-id"
        return found


def tags() -> list[dict[str, Any]]:
    """Tags of what is the API's. Not the model package: what is called on stays as it is from model to model."""
    return [{"Key": "project", "Value": {"Ref": "ProjectId"}}, {"Key": "stage", "Value": {"Ref": "Stage"}}]
