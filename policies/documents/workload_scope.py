"""Where the roles of a workload account find what is theirs."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.scope import Scope


@dataclass(frozen=True, kw_only=True)
class WorkloadScope(Scope):
    """A workload account, and the registry account that its models come from."""

    stage: str
    registry_account: str
    registry_region: str
    models_bucket: str
    models_key_alias: str
    capture_bucket_arn: str
    capture_key_arn: str
    volume_key_arn: str

    def registry_arn(self, service: str, resource: str) -> str:
        """ARN of a resource in the registry account and its region."""
        return self.arn(service, resource, region=self.registry_region, account=self.registry_account)
