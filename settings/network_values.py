"""Zones and endpoint services of a network: their forms. Whether a region offers them is asked when a stack comes up.

Source of what may be asked for: AWS PrivateLink Guide, "AWS services that integrate with AWS PrivateLink".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, Field

from settings.closed_lists import closed_list
from settings.forms import NotAllowed

MOST_ZONES = 4
# EC2 User Guide, "AZ IDs": the same place in every account, where a name such as eu-west-1a is not.
ZONE_ID = r"^[a-z]{2,6}[1-9]-az[1-9][0-9]?$"
ZONE_NAME = r"[a-z]{2}(-[a-z]+)+-[0-9][a-z]"
# An endpoint service of AWS by its whole name, such as com.amazonaws.eu-west-1.athena; in China some begin with cn.
WHOLE_NAME = r"^((cn\.)?com\.amazonaws|aws\.[a-z]+|api\.aws)\.[a-z]{2,4}(-[a-z]+)+-[0-9]\.[a-z0-9]+([.-][a-z0-9]+)*$"
GATEWAYS = {
    "s3": "S3's gateway endpoint is always there",
    "s3express": "it has a gateway endpoint alone",
    "s3-outposts": "its interface endpoint does not answer to its own name",
    "dynamodb": "its interface endpoint does not answer to its own name",
}

ZoneChoice: TypeAlias = int | tuple[str, ...]


def _endpoint_service(value: str) -> str:
    if value in closed_list("endpoint-services") or re.fullmatch(WHOLE_NAME, value):
        return value
    if value in GATEWAYS:
        raise ValueError(f"is no interface endpoint: {GATEWAYS[value]}; drop it")
    message = "is no endpoint service that is known here; one that is newer is written with its whole name, such as "
    raise NotAllowed(f"{message}com.amazonaws.eu-west-1.athena", closed_list("endpoint-services"))


def zone_choice(least: int, why: str) -> Callable[[Any], ZoneChoice]:
    """A number of zones, or their ids, at least `least` of them; `why` says what they are for."""

    def check(value: Any) -> ZoneChoice:
        if isinstance(value, list | tuple):
            return _zone_ids(value, least, why)
        if isinstance(value, bool) or not isinstance(value, int):
            form = "must be a whole number or a list of zone ids such as [euw1-az1, euw1-az2]"
            raise ValueError(f"{form}: {why}")
        _in_bounds(value, least, why)
        return value

    return check


def _zone_ids(values: list[Any] | tuple[Any, ...], least: int, why: str) -> tuple[str, ...]:
    for value in values:
        if isinstance(value, str) and re.fullmatch(ZONE_NAME, value):
            raise ValueError(
                f"names {value}, which is another place in each account: give the zone's id, such as euw1-az1 "
                "(aws ec2 describe-availability-zones)"
            )
        if not isinstance(value, str) or not re.fullmatch(ZONE_ID, value):
            raise ValueError(f"has {value!r}, which is no id of a zone such as euw1-az1")
        if values.count(value) > 1:
            raise ValueError(f"names {value} twice: each zone has one private subnet")
    _in_bounds(len(values), least, why)
    return tuple(values)


def _in_bounds(count: int, least: int, why: str) -> None:
    if count < least:
        raise ValueError(f"must be at least {least}: {why}")
    if count > MOST_ZONES:
        raise ValueError(f"must be at most {MOST_ZONES}: {why}")


def zone_schema(least: int) -> dict[str, Any]:
    """The JSON schema of a setting that chooses zones."""
    ids = {"type": "string", "pattern": ZONE_ID, "examples": ["euw1-az1"]}
    return {
        "anyOf": [
            {"type": "integer", "minimum": least, "maximum": MOST_ZONES},
            {"type": "array", "items": ids, "minItems": least, "maxItems": MOST_ZONES, "uniqueItems": True},
        ]
    }


def _choices(schema: dict[str, Any]) -> None:
    """Puts the known services and the form of a whole name into the JSON schema."""
    schema["anyOf"] = [{"enum": sorted(closed_list("endpoint-services"))}, {"pattern": WHOLE_NAME}]


EndpointService = Annotated[str, AfterValidator(_endpoint_service), Field(json_schema_extra=_choices)]
