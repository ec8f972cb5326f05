"""What a stack file says of things that exist already: forms, and what can be known without asking AWS."""

from __future__ import annotations

import pytest

from settings.check import check
from settings.load import from_file
from settings.model import WorkloadSettings
from settings.stack_files import read_stack_files
from settings.values import StackKind
from tests.settings.folder import Folder

KEY = "arn:aws:kms:eu-west-1:{account}:key/1234abcd-12ab-34cd-56ef-12345678{number}"
SUBNETS = "subnets: [subnet-0123456789abcdef0, subnet-0123456789abcdef1]"
NETWORK = f"{{vpc: vpc-0123456789abcdef0, {SUBNETS}, routeTables: [rtb-0123456789abcdef0]}}"


def key(account: str, number: int = 1000) -> str:
    return KEY.format(account=account, number=number)


def existing(folder: Folder, stack: str, section: str) -> list[str]:
    """Problems of the folder once a stack's file has the section, one line of YAML for each key."""
    lines = "".join(f"    {line}\n" for line in section.splitlines())
    folder.change(stack, "  mlops-platform:kind", f"  mlops-platform:existing:\n{lines}  mlops-platform:kind")
    return [str(problem) for problem in check(folder.path)]


# name: (stack, section, parts of the only message)
WRONG: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "a network that is no id": (
        "staging",
        f"network: {NETWORK.replace('vpc-0123456789abcdef0', 'main')}",
        ("existing.network.vpc = 'main'", "not an id such as vpc-"),
    ),
    "a network without subnets": (
        "staging",
        "network: {vpc: vpc-0123456789abcdef0, subnets: [], routeTables: [rtb-0123456789abcdef0]}",
        ("existing.network.subnets", "lists too few, at least 2", "an endpoint in a VPC needs two"),
    ),
    "a serving network with one subnet": (
        "staging",
        f"network: {NETWORK.replace(', subnet-0123456789abcdef1', '')}",
        ("existing.network.subnets", "lists too few, at least 2", "an endpoint in a VPC needs two"),
    ),
    "more subnets than the region has zones": (
        "staging",
        f"network: {NETWORK.replace('f1]', 'f1, subnet-0123456789abcdef2, subnet-0123456789abcdef3]')}",
        ("existing.network.subnets", "are 4, and eu-west-1 gives an account 3 zones", "name one of each"),
    ),
    "a group that nobody has": (
        "staging",
        f"network: {NETWORK[:-1]}, securityGroups: {{studio: sg-0123456789abcdef0}}}}",
        ("existing.network.securityGroups.studio",),
    ),
    "an endpoint of no service": (
        "staging",
        f"network: {NETWORK}\nendpoints: {{dynamodb: vpce-0123456789abcdef0}}",
        ("existing.endpoints", "knows no service dynamodb"),
    ),
    "an endpoint without its network": (
        "staging",
        "endpoints: {kms: vpce-0123456789abcdef0}",
        ("existing.endpoints", "give existing.network too"),
    ),
    "one endpoint for two services": (
        "staging",
        f"network: {NETWORK}\nendpoints: {{kms: vpce-0123456789abcdef0, logs: vpce-0123456789abcdef0}}",
        ("existing.endpoints", "names vpce-0123456789abcdef0 for two services"),
    ),
    "an endpoint of another region": (
        "staging",
        f"network: {NETWORK}\nendpoints: {{com.amazonaws.us-east-1.kms: vpce-0123456789abcdef0}}",
        ("existing.endpoints.com.amazonaws.us-east-1.kms", "of another region: name one of a service in eu-west-1"),
    ),
    "one service by two names": (
        "staging",
        f"network: {NETWORK}\n"
        "endpoints: {kms: vpce-0123456789abcdef0, com.amazonaws.eu-west-1.kms: vpce-0123456789abcdef1}",
        ("existing.endpoints.com.amazonaws.eu-west-1.kms", "is the service kms again: drop one of the two"),
    ),
    "a gateway by its whole name": (
        "staging",
        f"network: {NETWORK}\nendpoints: {{com.amazonaws.eu-west-1.dynamodb: vpce-0123456789abcdef0}}",
        ("existing.endpoints", "knows no service dynamodb"),
    ),
    "an alias for a key": (
        "staging",
        "keys: {volumes: 'arn:aws:kms:eu-west-1:222222222222:alias/volumes'}",
        ("existing.keys.volumes", "no alias"),
    ),
    "a key of another account": (
        "staging",
        f"keys: {{volumes: '{key('333333333333')}'}}",
        ("existing", "is in account 333333333333, not in 222222222222"),
    ),
    "a key of another region": (
        "staging",
        f"keys: {{volumes: '{key('222222222222').replace('eu-west-1', 'eu-west-2')}'}}",
        ("existing", "is in eu-west-2, not in eu-west-1"),
    ),
    "one key for two purposes": (
        "staging",
        f"keys: {{volumes: '{key('222222222222')}', capture: '{key('222222222222')}'}}",
        ("existing.keys", "twice: each key has a policy of its own"),
    ),
    "a role of another account": (
        "staging",
        "roles: {stackSetExecution: {screening: 'arn:aws:iam::333333333333:role/execution'}}",
        ("existing", "is in account 333333333333"),
    ),
    "a StackSet role of a project that may not deploy there": (
        "staging",
        "roles: {stackSetExecution: {churn: 'arn:aws:iam::222222222222:role/execution'}}",
        ("existing", "has a role of churn, which may not deploy here: add it to projects"),
    ),
    "a StackSet role of another name than accounts compute": (
        "staging",
        "roles: {stackSetExecution: {screening: 'arn:aws:iam::222222222222:role/execution'}}",
        ("existing", "must be arn:aws:iam::222222222222:role/mlops-staging-screening-stackset-execution"),
    ),
    "a project's role of another path": (
        "project-screening",
        "roles: {stackSetAdministration: 'arn:aws:iam::111111111111:role/mlops-screening-stackset-administration'}",
        ("existing", "must be arn:aws:iam::111111111111:role/mlops/delivery/mlops-screening-stackset-administration"),
    ),
    "a project's role in another account": (
        "project-screening",
        "roles: {stackSetAdministration: 'arn:aws:iam::333333333333:role/administration'}",
        ("existing", "is in account 333333333333, not in 111111111111"),
    ),
    "a StackSet role of the data science account": (
        "dev",
        "roles: {stackSetAdministration: 'arn:aws:iam::111111111111:role/administration'}",
        ("existing.roles",),
    ),
    "a bucket without its key": ("dev", "buckets: {data: acme-data}", ("give existing.keys.data too",)),
    "a bucket with a bad name": (
        "dev",
        f"keys: {{data: '{key('111111111111')}'}}\nbuckets: {{data: Acme.Data}}",
        ("existing.buckets.data = 'Acme.Data'", "lower case letters"),
    ),
    "one bucket for data and models": (
        "dev",
        f"keys: {{data: '{key('111111111111')}', models: '{key('111111111111', 2000)}'}}\n"
        "buckets: {data: acme-all, models: acme-all}",
        ("names acme-all twice",),
    ),
    "a bucket in a workload account": ("staging", "buckets: {data: acme-data}", ("existing.buckets",)),
}


@pytest.mark.parametrize("name", sorted(WRONG))
def test_a_mistake_is_told_in_words(folder: Folder, name: str) -> None:
    stack, section, parts = WRONG[name]
    found = existing(folder, stack, section)
    assert len(found) == 1, found
    assert all(part in found[0] for part in (f"Pulumi.{stack}.yaml", *parts)), found


def test_everything_may_exist_already(folder: Folder) -> None:
    network = f"network: {NETWORK}\nendpoints: {{s3: vpce-0123456789abcdef0, kms: vpce-0123456789abcdef1}}"
    keys = f"keys: {{volumes: '{key('222222222222')}', capture: '{key('222222222222', 2000)}'}}"
    assert existing(folder, "staging", f"{network}\n{keys}") == []


def test_scientists_may_have_one_subnet(folder: Folder) -> None:
    assert existing(folder, "dev", f"network: {NETWORK.replace(', subnet-0123456789abcdef1', '')}") == []


def test_an_endpoint_that_exists_may_be_named_by_its_whole_name(folder: Folder) -> None:
    endpoint = "com.amazonaws.eu-west-1.s3: vpce-0123456789abcdef0"
    assert existing(folder, "staging", f"network: {NETWORK}\nendpoints: {{{endpoint}}}") == []
    found = from_file(folder.file("staging"))
    assert isinstance(found, WorkloadSettings)
    assert found.existing.endpoints == {"s3": "vpce-0123456789abcdef0"}


def test_nothing_existing_is_used_unless_the_file_says_so(folder: Folder) -> None:
    assert check(folder.path) == []
    for file in read_stack_files(folder.path).of_kind(StackKind.WORKLOAD, StackKind.DATA_SCIENCE):
        assert file.valid_values["existing"]["network"] is None
        assert not any(file.valid_values["existing"]["keys"].values())


def test_workload_stacks_are_told_the_name_of_a_models_bucket_that_exists(folder: Folder) -> None:
    keys = f"keys: {{models: '{key('111111111111')}'}}"
    hand_over(folder, "acme-models")
    found = existing(folder, "dev", f"{keys}\nbuckets: {{models: acme-models}}")
    assert len(found) == 2
    assert all("dev keeps its models in acme-models: set registry.modelsBucket to it" in line for line in found)
    for stack in ("staging", "prod"):
        registry = 'registry:\n    account: "111111111111"'
        folder.change(stack, registry, f"{registry}\n    modelsBucket: acme-models")
    assert check(folder.path) == []


def hand_over(folder: Folder, bucket: str) -> None:
    """The deployer of the data science account may write the bucket's policy."""
    trusted = 'trustedBy: ["arn:aws:iam::111111111111:role/ci"]'
    folder.change("foundation", trusted, f"{trusted}\n    existingBuckets: [{bucket}]")


def test_the_deployer_is_told_of_a_bucket_that_exists(folder: Folder) -> None:
    keys = f"keys: {{data: '{key('111111111111')}'}}"
    [problem] = existing(folder, "dev", f"{keys}\nbuckets: {{data: acme-data}}")
    assert "existing.buckets.data = 'acme-data'" in problem
    assert "add it to deployer.existingBuckets of Pulumi.foundation.yaml" in problem
    hand_over(folder, "acme-data")
    assert check(folder.path) == []


def test_a_models_bucket_that_is_not_there_is_no_longer_named(folder: Folder) -> None:
    registry = 'registry:\n    account: "111111111111"'
    folder.change("prod", registry, f"{registry}\n    modelsBucket: acme-models")
    [problem] = [str(problem) for problem in check(folder.path)]
    assert "registry.modelsBucket = 'acme-models'" in problem
    assert "dev makes its models bucket itself" in problem
