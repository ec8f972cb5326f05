"""What an account's owner has before the platform comes: made right, so that a test can spoil one thing of it."""

from __future__ import annotations

import json
from typing import Any

from rehearsal.aws.cloud import Cloud
from settings.values import InterfaceEndpoint

REGION = "eu-west-1"
CIDRS = {"staging": "10.20.0.0/16", "dev": "10.10.0.0/16"}


class Owned:
    """Things of one account, made as its owner; `section` is what a stack file says of them."""

    def __init__(self, cloud: Cloud, account: str, cidr: str, region: str = REGION) -> None:
        self.cloud, self.account, self._cidr, self._region = cloud, account, cidr, region
        self.ec2, self.kms, self.s3, self.iam = (self.client(name) for name in ("ec2", "kms", "s3", "iam"))

    def client(self, service: str, region: str = "") -> Any:
        """A client that acts as the account's owner, in the owner's region unless said otherwise."""
        region = region or self._region
        return self.cloud.client(self.cloud.owner(self.account, region), service, region)

    def marked(self, resource: str) -> str:
        """Something of EC2, handed over to the platform."""
        self.ec2.create_tags(Resources=[resource], Tags=[{"Key": "platform", "Value": "mlops"}])
        return resource

    # ---- networks

    def network(self, zones: tuple[str, ...] = ("a", "b")) -> dict[str, Any]:
        """A private VPC with a subnet in each zone and one route table for all."""
        vpc = self.marked(self.ec2.create_vpc(CidrBlock=self._cidr)["Vpc"]["VpcId"])
        self.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsSupport={"Value": True})
        self.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
        table = self.marked(self.ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"])
        subnets = [self.subnet(vpc, zone, index, table) for index, zone in enumerate(zones)]
        return {"vpc": vpc, "subnets": subnets, "routeTables": [table]}

    def name_servers(self, vpc: str, *servers: str) -> None:
        """Hand DNS servers out to whoever is in the VPC."""
        options = [{"Key": "domain-name-servers", "Values": list(servers)}]
        made = self.ec2.create_dhcp_options(DhcpConfigurations=options)["DhcpOptions"]["DhcpOptionsId"]
        self.ec2.associate_dhcp_options(DhcpOptionsId=made, VpcId=vpc)

    def subnet(self, vpc: str, zone: str, index: int, table: str | None = None) -> str:
        """A private subnet."""
        block = f"{self._cidr.rsplit('.', 2)[0]}.{index * 16}.0/20"
        made = self.ec2.create_subnet(VpcId=vpc, CidrBlock=block, AvailabilityZone=f"{self._region}{zone}")["Subnet"]
        subnet = self.marked(made["SubnetId"])
        self.ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": False})
        if table:
            self.ec2.associate_route_table(SubnetId=subnet, RouteTableId=table)
        return subnet

    def group(self, vpc: str, name: str) -> str:
        """A security group without any rule."""
        group = self.marked(self.ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"])
        anywhere = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
        self.ec2.revoke_security_group_egress(GroupId=group, IpPermissions=[anywhere])
        return group

    def open(self, group: str, port: int, *, out: bool = False, cidr: str = "", source: str = "") -> None:
        """A rule for one TCP port, from or to a range (the VPC's own unless said otherwise) or a group."""
        permission: dict[str, Any] = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port}
        if source:
            permission["UserIdGroupPairs"] = [{"GroupId": source}]
        else:
            permission["IpRanges"] = [{"CidrIp": cidr or self._cidr}]
        change = self.ec2.authorize_security_group_egress if out else self.ec2.authorize_security_group_ingress
        change(GroupId=group, IpPermissions=[permission])

    def groups(self, vpc: str, *, studio: bool = False) -> dict[str, str]:
        """Security groups with the rules that the platform needs."""
        found = {name: self.group(vpc, name) for name in ("workloads", "endpoints", *(["studio"] if studio else []))}
        self.open(found["endpoints"], 443)
        for name in found.keys() - {"endpoints"}:
            self.open(found[name], 443, out=True)
        if studio:
            for port in (2049, 8192, 65535):
                self.open(found["studio"], port, source=found["studio"])
        return found

    def endpoint(self, network: dict[str, Any], service: str, **changed: Any) -> str:
        """An endpoint of the VPC for a service, limited to its account."""
        where = {"Gateway": {"RouteTableIds": network["routeTables"]}, "Interface": {"SubnetIds": network["subnets"]}}
        kind = "Gateway" if service == "s3" else "Interface"
        arguments: dict[str, Any] = {
            "VpcId": network["vpc"],
            "ServiceName": f"com.amazonaws.{REGION}.{service}",
            "VpcEndpointType": kind,
            "PolicyDocument": self.limited(),
            **where[kind],
        }
        if kind == "Interface":
            group = self.group(network["vpc"], f"endpoint-{service}")
            self.open(group, 443)
            arguments |= {"PrivateDnsEnabled": True, "SecurityGroupIds": [group]}
        made = self.ec2.create_vpc_endpoint(**(arguments | changed))
        return str(made["VpcEndpoint"]["VpcEndpointId"])

    def limited(self) -> str:
        """An endpoint policy for this account's principals."""
        condition = {"StringEquals": {"aws:PrincipalAccount": self.account}}
        statement = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": condition}
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    def endpoints(self, network: dict[str, Any]) -> dict[str, str]:
        """An endpoint for S3, and one for KMS."""
        return {service: self.endpoint(network, service) for service in ("s3", str(InterfaceEndpoint.KMS))}

    # ---- keys, buckets, roles

    def key(self, **arguments: Any) -> str:
        """A key that rotates."""
        made = self.kms.create_key(**arguments)["KeyMetadata"]
        if not arguments:
            self.kms.enable_key_rotation(KeyId=made["KeyId"])
        self.kms.tag_resource(KeyId=made["KeyId"], Tags=[{"TagKey": "platform", "TagValue": "mlops"}])
        return str(made["Arn"])

    def disable(self, key: str) -> None:
        """Disable a key."""
        self.kms.disable_key(KeyId=key.rpartition("/")[2])

    def bucket(self, name: str, key: str) -> str:
        """A bucket that lacks nothing, and the one that it logs to."""
        where = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}
        self.s3.create_bucket(Bucket=f"{name}-logs", **where)
        self.s3.put_bucket_ownership_controls(Bucket=f"{name}-logs", OwnershipControls=_owned("BucketOwnerEnforced"))
        delivery = {
            "Effect": "Allow",
            "Principal": {"Service": "logging.s3.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": f"arn:aws:s3:::{name}-logs/*",
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [delivery]})
        self.s3.put_bucket_policy(Bucket=f"{name}-logs", Policy=policy)
        self.s3.create_bucket(Bucket=name, **where)
        self.s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        self.s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls=_owned("BucketOwnerEnforced"))
        self.s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=dict.fromkeys(BLOCKS, True))
        self.encrypt(name, key)
        logging = {"LoggingEnabled": {"TargetBucket": f"{name}-logs", "TargetPrefix": ""}}
        self.s3.put_bucket_logging(Bucket=name, BucketLoggingStatus=logging)
        return name

    def encrypt(self, bucket: str, key: str, *, bucket_key: bool = True) -> None:
        """Set a bucket's default encryption."""
        default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
        rule = {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": bucket_key}
        self.s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})

    def role(self, arn: str, trust: str, boundary: str | None) -> str:
        """A role of an ARN that others compute."""
        path, _, name = arn.partition(":role")[2].rpartition("/")
        limit = {"PermissionsBoundary": boundary} if boundary else {}
        made = self.iam.create_role(RoleName=name, Path=f"{path}/", AssumeRolePolicyDocument=trust, **limit)
        return str(made["Role"]["Arn"])


BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


def _owned(ownership: str) -> dict[str, Any]:
    return {"Rules": [{"ObjectOwnership": ownership}]}
