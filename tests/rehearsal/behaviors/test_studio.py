"""What Studio makes in a VPC, what it leaves there, and in which order it lets itself be deleted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.cleaner import studio
from rehearsal.service_model.aws_behavior import aws_behaviors
from tests.functions.cleaner.faults import Clock
from tests.rehearsal.accounts import DataScienceAccount

NAME = "studio"
TAGS = {"studio-home-of": "dev"}


def refused(ask: Callable[..., Any], **given: Any) -> str:
    """The code of the error with which AWS answers."""
    with pytest.raises(ClientError) as error:
        ask(**given)
    return str(error.value.response["Error"]["Code"])


@dataclass
class Domain:
    """A domain with one profile, in its VPC."""

    account: DataScienceAccount
    id: str

    def client(self, service: str) -> Any:
        return self.account.client(service)

    def open(self) -> None:
        """A space of the profile, and an app in it."""
        space = {"DomainId": self.id, "SpaceName": "notebooks"}
        self.client("sagemaker").create_space(
            **space,
            OwnershipSettings={"OwnerUserProfileName": "ada"},
            SpaceSharingSettings={"SharingType": "Private"},
        )
        self.client("sagemaker").create_app(**space, AppType="JupyterLab", AppName="default")

    def groups(self) -> dict[str, dict[str, Any]]:
        """The VPC's security groups by name, of those that the domain made."""
        named = [{"Name": "group-name", "Values": ["security-group-for-*"]}]
        found = self.client("ec2").describe_security_groups(Filters=named)["SecurityGroups"]
        return {group["GroupName"]: group for group in found}

    def homes(self) -> list[dict[str, Any]]:
        systems: list[dict[str, Any]] = self.client("efs").describe_file_systems()["FileSystems"]
        return systems

    def delete(self, **more: Any) -> None:
        self.client("sagemaker").delete_user_profile(DomainId=self.id, UserProfileName="ada")
        self.client("sagemaker").delete_domain(DomainId=self.id, **more)

    def clear(self, *agreed: str) -> list[str]:
        """Remove what the domain left, as the account's cleaner does."""
        event = {"vpc": self.account.vpc, "tags": TAGS, "delete": list(agreed)}
        return studio.clear_network(self.client, event, Clock().waiting())


@pytest.fixture
def domain(data_science: DataScienceAccount) -> Domain:
    client = data_science.client("sagemaker")
    role = "arn:aws:iam::111111111111:role/studio"
    arn = client.create_domain(
        DomainName=NAME,
        AuthMode="IAM",
        DefaultUserSettings={"ExecutionRole": role},
        VpcId=data_science.vpc,
        SubnetIds=[data_science.subnet],
    )["DomainArn"]
    identity = arn.rpartition("/")[2]
    client.create_user_profile(DomainId=identity, UserProfileName="ada")
    return Domain(data_science, identity)


@pytest.mark.aws_behavior("domain_with_profiles_stays")
def test_a_domain_with_profiles_is_not_deleted(domain: Domain) -> None:
    assert refused(domain.client("sagemaker").delete_domain, DomainId=domain.id) == "ResourceInUse"


@pytest.mark.aws_behavior("profile_with_spaces_or_apps_stays")
def test_a_profile_with_a_space_is_not_deleted(domain: Domain) -> None:
    domain.open()
    profile = {"DomainId": domain.id, "UserProfileName": "ada"}
    assert refused(domain.client("sagemaker").delete_user_profile, **profile) == "ResourceInUse"


@pytest.mark.aws_behavior("delete_space")
def test_a_space_in_which_an_app_runs_is_not_deleted(domain: Domain) -> None:
    domain.open()
    space = {"DomainId": domain.id, "SpaceName": "notebooks"}
    assert refused(domain.client("sagemaker").delete_space, **space) == "ResourceInUse"


@pytest.mark.aws_behavior("delete_app")
def test_an_app_takes_a_while_to_end_and_is_listed_afterwards(domain: Domain) -> None:
    domain.open()
    client = domain.client("sagemaker")
    client.delete_app(DomainId=domain.id, SpaceName="notebooks", AppType="JupyterLab", AppName="default")
    seen = [client.list_apps(DomainIdEquals=domain.id)["Apps"][0]["Status"] for _ in range(3)]
    assert seen == ["Deleting", "Deleted", "Deleted"]


def test_the_cleaner_waits_for_apps_before_it_deletes_spaces(domain: Domain) -> None:
    domain.open()
    removed = studio.end(domain.client("sagemaker"), domain.id, Clock().waiting())
    assert removed == ["app default of notebooks", "space notebooks"]
    domain.delete()


@pytest.mark.aws_behavior("domain_makes_file_system_and_groups")
def test_a_domain_makes_a_file_system_and_two_groups_that_name_each_other(domain: Domain) -> None:
    groups = domain.groups()
    inbound, outbound = (groups[f"security-group-for-{way}-nfs-{domain.id}"] for way in ("inbound", "outbound"))
    assert inbound["IpPermissions"][0]["UserIdGroupPairs"][0]["GroupId"] == outbound["GroupId"]
    assert outbound["IpPermissionsEgress"][0]["UserIdGroupPairs"][0]["GroupId"] == inbound["GroupId"]
    assert [home["NumberOfMountTargets"] for home in domain.homes()] == [1]


@pytest.mark.aws_behavior("domain_leaves_its_groups")
def test_a_deleted_domain_leaves_its_groups_and_by_default_its_file_system(domain: Domain) -> None:
    domain.delete()
    assert len(domain.groups()) == 2
    assert [home["NumberOfMountTargets"] for home in domain.homes()] == [1]


def test_a_domain_told_to_delete_its_home_leaves_the_groups_alone(domain: Domain) -> None:
    domain.delete(RetentionPolicy={"HomeEfsFileSystem": "Delete"})
    assert domain.homes() == []
    assert len(domain.groups()) == 2


@pytest.mark.aws_behavior("security_group_in_use_stays")
def test_groups_that_name_each_other_are_not_deleted(domain: Domain) -> None:
    domain.delete(RetentionPolicy={"HomeEfsFileSystem": "Delete"})
    for group in domain.groups().values():
        assert refused(domain.client("ec2").delete_security_group, GroupId=group["GroupId"]) == "DependencyViolation"


@pytest.mark.aws_behavior("subnet_with_interfaces_stays")
def test_a_subnet_with_a_mount_target_is_not_deleted(domain: Domain) -> None:
    domain.delete()
    answer = refused(domain.client("ec2").delete_subnet, SubnetId=domain.account.subnet)
    assert answer == "DependencyViolation"


@pytest.mark.aws_behavior("vpc_with_groups_stays")
def test_a_vpc_with_other_groups_is_not_deleted(domain: Domain) -> None:
    ec2 = domain.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    group = ec2.create_security_group(VpcId=vpc, GroupName="other", Description="other")["GroupId"]
    assert refused(ec2.delete_vpc, VpcId=vpc) == "DependencyViolation"
    ec2.delete_security_group(GroupId=group)
    ec2.delete_vpc(VpcId=vpc)


def test_the_cleaner_takes_away_what_the_domain_left_but_the_homes(domain: Domain) -> None:
    studio.mark(domain.client, domain.id, TAGS)
    domain.delete()
    domain.clear()
    assert domain.groups() == {}
    assert [home["NumberOfMountTargets"] for home in domain.homes()] == [0]


def test_the_cleaner_takes_the_homes_away_where_that_was_agreed(domain: Domain) -> None:
    studio.mark(domain.client, domain.id, TAGS)
    domain.delete()
    domain.clear("studio")
    assert domain.homes() == []


def test_the_cleaner_leaves_alone_what_it_has_not_marked(domain: Domain) -> None:
    domain.delete()
    assert domain.clear("studio") == []
    assert len(domain.groups()) == 2
    assert len(domain.homes()) == 1


def test_every_behavior_here_is_known() -> None:
    assert {"domain_leaves_its_groups", "vpc_with_groups_stays"} <= set(aws_behaviors())
