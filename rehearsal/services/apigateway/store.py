"""What API Gateway keeps of REST APIs in one account and region, and how it refuses."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from typing import Any

from rehearsal.service_model.emulator import Members, ServiceRecords, ServiceRefusal

REST_APIS = "rest-api"
API_KEYS = "api-key"
USAGE_PLANS = "usage-plan"
DOMAINS = "domain-name"
ACCOUNT = "apigateway-account"

_DIGITS = "abcdefghijklmnopqrstuvwxyz0123456789"


def new_id(length: int = 10) -> str:
    """An id as API Gateway draws them: lower-case letters and digits."""
    number, text = uuid.uuid4().int, ""
    for _ in range(length):
        number, digit = divmod(number, len(_DIGITS))
        text += _DIGITS[digit]
    return text


def now() -> int:
    """A date as API Gateway's JSON has it."""
    return int(time.time())


def not_found(message: str) -> ServiceRefusal:
    """What a request names is not there."""
    return ServiceRefusal("NotFoundException", message, 404)


def bad_request(message: str) -> ServiceRefusal:
    """A request that API Gateway does not take."""
    return ServiceRefusal("BadRequestException", message, 400)


def conflict(message: str) -> ServiceRefusal:
    """What a request makes is there already."""
    return ServiceRefusal("ConflictException", message, 409)


def rest_api(records: ServiceRecords, id_: Any) -> Members:
    """A REST API's record. Members that begin with an underscore are its parts. Raises ServiceRefusal."""
    found = records.all(REST_APIS).get(str(id_))
    if found is None:
        raise not_found(f"Invalid API identifier specified {records.account}:{id_}")
    return found


def part(api: Mapping[str, Any], kind: str, id_: Any, message: str) -> Members:
    """One of an API's parts. Raises ServiceRefusal with the message."""
    found: Members | None = api[kind].get(str(id_))
    if found is None:
        raise not_found(message)
    return found


def shown(record: Mapping[str, Any]) -> Members:
    """A record as AWS answers it: without parts, and without members that are not set."""
    return {name: value for name, value in record.items() if not name.startswith("_") and value is not None}


def items(records: Any) -> Members:
    """A list's answer."""
    return {"item": [shown(record) for record in records]}
