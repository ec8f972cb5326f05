"""A change of what becomes of a domain's file system replaces the domain, with every space in it."""

from __future__ import annotations

from rehearsal.aws.cloud import Cloud
from rehearsal.engine.calls import DeployerClients
from rehearsal.engine.provider import Provider
from rehearsal.engine.state import Resource
from tests.rehearsal.accounts import ACCOUNT, REGION


def test_another_retention_policy_replaces_the_domain() -> None:
    inputs = {"domainName": "d", "retentionPolicy": {"homeEfsFileSystem": "Retain"}}
    domain = Resource(
        "s", ACCOUNT, REGION, "urn", "aws:sagemaker/domain:Domain", "d", "", True, id="d-1", inputs=inputs
    )
    with Cloud(REGION) as cloud:
        provider = Provider(DeployerClients(cloud))
        assert provider.plan(domain, ["retentionPolicy"]) == "replace"
        assert provider.plan(domain, ["tagPropagation"]) == "update"
