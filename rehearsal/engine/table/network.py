"""EC2: networks, routes, endpoints, addresses, flow logs."""

from __future__ import annotations

from rehearsal.engine.table.row import Call, Read, Row

_EC2_ARN = "arn:aws:ec2:{region}:{account}:"


def _attribute(operation: str, name: str) -> Call:
    return Call(operation=operation, takes=(name,))


ROWS = (
    Row(
        type="aws:ec2/vpc:Vpc",
        service="ec2",
        create=Call(operation="CreateVpc"),
        id="Vpc.VpcId",
        then=tuple(
            _attribute("ModifyVpcAttribute", name)
            for name in ("enableDnsSupport", "enableDnsHostnames", "enableNetworkAddressUsageMetrics")
        ),
        read=Read(operation="DescribeVpcs", fills={"VpcIds": ["{id}"]}, at="Vpcs[0]"),
        delete=(Call(operation="DeleteVpc"),),
        gives={"arn": _EC2_ARN + "vpc/{id}"},
        tag_type="vpc",
    ),
)
