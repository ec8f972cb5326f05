"""What AWS charges for what stands there, used or not: the one table of prices, in US dollars, without taxes.

A Region or a thing that is not here has no known price, which is not zero. Prices are AWS's on-demand ones; what a
contract, a savings plan or the free tier takes off is not known here. Who needs another Region adds its rows, with the
page and the day on which it was read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

# Hours of a month, as AWS's pricing calculator has them.
HOURS = 730
# A price that AWS publishes for all Regions of its partition `aws` alike.
EVERY_REGION = "every Region"
# Regions of other partitions have price lists of their own.
_OTHER_PARTITIONS = ("cn-", "us-gov-", "us-iso", "eu-isoe-", "eusc-")


class Unit(Enum):
    """What a price is for."""

    HOUR = "hour"
    MONTH = "month"


@dataclass(frozen=True, kw_only=True)
class Price:
    """The price of one thing in one Region: `source` is the title of the page, `read` the day."""

    thing: str
    region: str
    unit: Unit
    dollars: Decimal
    source: str
    read: str

    @property
    def monthly(self) -> Decimal:
        """Dollars a month."""
        return self.dollars * HOURS if self.unit is Unit.HOUR else self.dollars


NAT, ADDRESS, ENDPOINT, KEY, ALARM = (
    "NAT gateway",
    "public IPv4 address",
    "interface endpoint, for each Availability Zone",
    "KMS key",
    "CloudWatch alarm, for each metric",
)
_VPC, _LINK, _KMS = "Amazon VPC pricing", "AWS PrivateLink pricing", "AWS Key Management Service pricing"
_WATCH, _SAGEMAKER = "Amazon CloudWatch pricing", "Amazon SageMaker AI pricing, real-time inference"
_BILL = "by a bill of December 2023, aws-samples/sagemaker-ssh-helper, Sample_Costs.md"
_READ = "2026-11-27"


def instance(instance_type: str) -> str:
    """The thing that an endpoint's instance is in the table."""
    return f"endpoint instance {instance_type}"


def _row(thing: str, region: str, unit: Unit, dollars: str, source: str) -> Price:
    return Price(thing=thing, region=region, unit=unit, dollars=Decimal(dollars), source=source, read=_READ)


# The pages show a Region's prices only to a browser that asks for them: the figures are those that public copies of the
# price lists and of bills quote for the Region.
PRICES: Sequence[Price] = (
    _row(NAT, "us-east-1", Unit.HOUR, "0.045", _VPC),
    _row(NAT, "eu-west-1", Unit.HOUR, "0.048", _VPC),  # AWS Price List, AmazonEC2, published 2026-09-25
    _row(NAT, "eu-central-1", Unit.HOUR, "0.052", _VPC),
    _row(ADDRESS, EVERY_REGION, Unit.HOUR, "0.005", f"{_VPC}, public IPv4 addresses"),
    _row(ENDPOINT, "us-east-1", Unit.HOUR, "0.01", _LINK),
    _row(ENDPOINT, "eu-west-1", Unit.HOUR, "0.011", _LINK),
    _row(ENDPOINT, "eu-central-1", Unit.HOUR, "0.012", _LINK),
    _row(KEY, EVERY_REGION, Unit.MONTH, "1", _KMS),
    _row(ALARM, "us-east-1", Unit.MONTH, "0.10", _WATCH),
    _row(instance("ml.m5.large"), "us-east-1", Unit.HOUR, "0.115", _SAGEMAKER),
    _row(instance("ml.m5.xlarge"), "us-east-1", Unit.HOUR, "0.23", _SAGEMAKER),
    # The bill has ml.m5.large for Studio alone; of ml.m5.xlarge it has one price for hosting, training and processing.
    _row(instance("ml.m5.large"), "eu-west-1", Unit.HOUR, "0.128", f"{_SAGEMAKER}; {_BILL}"),
    _row(instance("ml.m5.xlarge"), "eu-west-1", Unit.HOUR, "0.257", f"{_SAGEMAKER}; {_BILL}"),
)
_BY_PLACE = {(price.thing, price.region): price for price in PRICES}


def price_of(thing: str, region: str) -> Price | None:
    """The price of a thing in a Region; None where nobody has written it down."""
    everywhere = None if region.startswith(_OTHER_PARTITIONS) else _BY_PLACE.get((thing, EVERY_REGION))
    return _BY_PLACE.get((thing, region)) or everywhere
