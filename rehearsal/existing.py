"""What accounts have before the platform comes: the `existing` sections of the stack files, made in the in-memory AWS.

Each thing is made by its account's owner, under the id that the file names and as the platform asks for it. Whether
the real one is so is asked of AWS by every `pulumi preview` (`stacks/existing.py`). Roles have a boundary, so they
come later: `rehearsal/existing_roles.py`.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from catalog.scope import Scope
from components.security_groups import HTTPS
from components.vpc_endpoints import service_name
from rehearsal.aws.cloud import Cloud
from rehearsal.services import chatbot
from settings.config import AnyStack
from settings.existing import S3, DataScienceExisting, ExistingVpc
from settings.foundation import FoundationSettings
from settings.model import DataScienceSettings, ProjectSettings, WorkloadSettings

MARK = "platform"
_BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


def make_existing(cloud: Cloud, settings: Iterable[AnyStack]) -> None:
    """Make what the stack files say is there already; what two of them name is made once."""
    made: set[str] = set()
    stacks = list(settings)
    with cloud.recorder.unheard():
        for each in stacks:
            _let_workspace_in(cloud, each)
            if isinstance(each, FoundationSettings) and each.prevention.service_control_policy:
                _organization(cloud, each, [other.account for other in stacks])
            if isinstance(each, WorkloadSettings | DataScienceSettings):
                _Owner(cloud, each, made).make()


def _let_workspace_in(cloud: Cloud, settings: AnyStack) -> None:
    """What the settings ask of the account's owner before a channel of Slack is told: the console's handshake."""
    slack = None if isinstance(settings, ProjectSettings) else settings.alerts.slack
    if slack:
        chatbot.let_workspace_in(cloud.records(settings.account, chatbot.HOME), slack.workspace)


def _organization(cloud: Cloud, settings: FoundationSettings, accounts: Iterable[str]) -> None:
    """The organization that a foundation gives a policy to: this account's, with the others and every target in it."""
    client = cloud.client(cloud.owner(settings.account, settings.region), "organizations", settings.region)
    targets = settings.prevention.service_control_policy
    of_root = {each.split("-")[1] for each in targets if "-" in each}
    with _ids("organizations.utils", "make_random_root_id", f"r-{min(of_root, default='ab12')}"):
        client.create_organization(FeatureSet="ALL")
    root = client.list_roots()["Roots"][0]["Id"]
    client.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    for unit in (each for each in targets if each.startswith("ou-")):
        with _ids("organizations.utils", "make_random_ou_id", unit):
            client.create_organizational_unit(ParentId=root, Name=unit)
    members = {*accounts, *(each for each in targets if each.isdigit())} - {settings.account}
    for account in sorted(members):
        with _ids("organizations.utils", "make_random_account_id", account):
            client.create_account(AccountName=account, Email=f"{account}@example.com")


def existing_tags(settings: Iterable[AnyStack | None]) -> dict[str, dict[str, str]]:
    """Tags of existing networks and keys, by id or ARN: no stack makes them, so nothing that was built tells them."""
    return {
        named: {MARK: each.prefix}
        for each in settings
        if isinstance(each, WorkloadSettings | DataScienceSettings)
        for named in [
            *(_named(each.existing.network) if each.existing.network else ()),
            *filter(None, each.existing.keys.model_dump().values()),
        ]
    }


def _named(network: ExistingVpc) -> list[str]:
    groups = network.security_groups.model_dump().values()
    return [network.vpc, *network.subnets, *network.route_tables, *filter(None, groups)]


@contextmanager
def _ids(module: str, function: str, identifier: str) -> Iterator[None]:
    """Let moto give the next thing this id instead of one that it draws."""
    drawing = import_module(f"moto.{module}")
    before = getattr(drawing, function)
    setattr(drawing, function, lambda *_: identifier)
    try:
        yield
    finally:
        setattr(drawing, function, before)


class _Owner:
    """The owner of a stack's account, who makes what the stack's file names."""

    def __init__(self, cloud: Cloud, settings: WorkloadSettings | DataScienceSettings, made: set[str]) -> None:
        self._settings, self._existing, self._made = settings, settings.existing, made
        self._scope = Scope.of_account(settings.account, settings.region, settings.prefix)
        owner = cloud.owner(settings.account, settings.region)
        self._ec2, self._kms, self._s3 = (cloud.client(owner, name, settings.region) for name in ("ec2", "kms", "s3"))

    def make(self) -> None:
        network, existing = self._existing.network, self._existing
        for arn in existing.keys.model_dump().values():
            if self._is_new(arn):
                self._key(arn)
        if network and self._is_new(network.vpc):
            self._network(network)
            for service, endpoint in existing.endpoints.items():
                self._endpoint(network, service, endpoint)
        if isinstance(existing, DataScienceExisting):
            keys: Mapping[str, str] = existing.keys.model_dump()
            for purpose, name in existing.buckets.model_dump().items():
                if self._is_new(name):
                    self._bucket(name, keys[purpose])

    def _is_new(self, named: str | None) -> bool:
        fresh = named is not None and named not in self._made
        self._made.add(named or "")
        return fresh

    def _key(self, arn: str) -> None:
        identifier = arn.rpartition("/")[2]
        with _ids("kms.models", "generate_key_id", identifier):
            self._kms.create_key(MultiRegion=identifier.startswith("mrk-"))
        self._kms.enable_key_rotation(KeyId=identifier)
        self._kms.tag_resource(KeyId=identifier, Tags=[{"TagKey": MARK, "TagValue": self._settings.prefix}])

    # ---- networks

    def _marked(self, identifier: str) -> None:
        self._ec2.create_tags(Resources=[identifier], Tags=[{"Key": MARK, "Value": self._settings.prefix}])

    def _network(self, given: ExistingVpc) -> None:
        cidr = self._settings.network.cidr
        with _ids("ec2.models.vpcs", "random_vpc_id", given.vpc):
            self._ec2.create_vpc(CidrBlock=cidr)
        for switch in ("EnableDnsSupport", "EnableDnsHostnames"):
            self._ec2.modify_vpc_attribute(VpcId=given.vpc, **{switch: {"Value": True}})
        for table in given.route_tables:
            with _ids("ec2.models.route_tables", "random_route_table_id", table):
                self._ec2.create_route_table(VpcId=given.vpc)
        self._subnets(given, cidr)
        for purpose, group in given.security_groups.model_dump().items():
            if group:
                self._group(given.vpc, group, purpose)
        for named in _named(given):
            self._marked(named)

    def _subnets(self, given: ExistingVpc, cidr: str) -> None:
        range_ = ipaddress.IPv4Network(cidr)
        blocks = range_.subnets(prefixlen_diff=max(1, (len(given.subnets) - 1).bit_length()))
        zones = [zone["ZoneName"] for zone in self._ec2.describe_availability_zones()["AvailabilityZones"]]
        for index, (subnet, block) in enumerate(zip(given.subnets, blocks, strict=False)):
            with _ids("ec2.models.subnets", "random_subnet_id", subnet):
                self._ec2.create_subnet(
                    VpcId=given.vpc, CidrBlock=str(block), AvailabilityZone=zones[index % len(zones)]
                )
            self._ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": False})
            table = given.route_tables[index % len(given.route_tables)]
            self._ec2.associate_route_table(SubnetId=subnet, RouteTableId=table)

    def _group(self, vpc: str, group: str, purpose: str) -> None:
        """A group that lets HTTPS in from the VPC and out to it, and its members reach each other."""
        with _ids("ec2.models.security_groups", "random_security_group_id", group):
            self._ec2.create_security_group(GroupName=f"existing-{purpose}", Description=purpose, VpcId=vpc)
        anywhere = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
        self._ec2.revoke_security_group_egress(GroupId=group, IpPermissions=[anywhere])
        https = {"IpProtocol": "tcp", "FromPort": HTTPS, "ToPort": HTTPS}
        inside = {**https, "IpRanges": [{"CidrIp": self._settings.network.cidr}]}
        among = {"IpProtocol": "tcp", "FromPort": 0, "ToPort": 65535, "UserIdGroupPairs": [{"GroupId": group}]}
        self._ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[inside, among])
        self._ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[inside])

    def _endpoint(self, network: ExistingVpc, service: str, endpoint: str) -> None:
        condition = {"StringEquals": {"aws:PrincipalAccount": self._settings.account}}
        limited = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": condition}
        arguments: dict[str, Any] = {
            "VpcId": network.vpc,
            "ServiceName": service_name(self._settings.region, service),
            "PolicyDocument": json.dumps({"Version": "2012-10-17", "Statement": [limited]}),
        }
        if service == S3:
            arguments |= {"VpcEndpointType": "Gateway", "RouteTableIds": list(network.route_tables)}
        else:
            group = f"sg-{endpoint.removeprefix('vpce-')}"
            self._group(network.vpc, group, f"endpoint-{service}")
            arguments |= {"VpcEndpointType": "Interface", "SubnetIds": list(network.subnets)}
            arguments |= {"PrivateDnsEnabled": True, "SecurityGroupIds": [group]}
        with _ids("ec2.models.vpcs", "random_vpc_ep_id", endpoint):
            self._ec2.create_vpc_endpoint(**arguments)

    # ---- buckets

    def _bucket(self, name: str, key: str) -> None:
        """A bucket that lacks nothing, and the one that it logs to."""
        logs = f"{name[:58].rstrip('-.')}-logs"
        delivery = {
            "Effect": "Allow",
            "Principal": {"Service": "logging.s3.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": self._scope.bucket_arn(logs, "*"),
        }
        self._plain_bucket(logs)
        policy = json.dumps({"Version": "2012-10-17", "Statement": [delivery]})
        self._s3.put_bucket_policy(Bucket=logs, Policy=policy)
        self._plain_bucket(name)
        self._s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        self._s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=dict.fromkeys(_BLOCKS, True))
        default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
        rule = {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}
        self._s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [rule]})
        logging = {"LoggingEnabled": {"TargetBucket": logs, "TargetPrefix": ""}}
        self._s3.put_bucket_logging(Bucket=name, BucketLoggingStatus=logging)

    def _plain_bucket(self, name: str) -> None:
        region = self._settings.region
        where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        self._s3.create_bucket(Bucket=name, **where)
        owned = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
        self._s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls=owned)
