"""A DynamoDB table as Powertools uses one, on a clock that a test moves."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError

_TIMES = {"expiration": 1, "in_progress_expiration": 1000}


class Table:
    """One table. `later` is by how many seconds this clock is ahead of the machine's."""

    meta = SimpleNamespace(events=SimpleNamespace(register=lambda *_, **__: None))

    def __init__(self) -> None:
        self.items: dict[str, dict[str, Any]] = {}
        self.later = 0

    def put_item(self, **given: Any) -> dict[str, Any]:
        """Under Powertools' condition: nothing there, too old, or under way for longer than its function can be."""
        name = given["Item"]["id"]["S"]
        there = self.items.get(name)
        if there is not None and not self._over(there):
            answer = {"Error": {"Code": "ConditionalCheckFailedException", "Message": "The conditional request failed"}}
            raise ClientError({**answer, "Item": self._moved(there, -self.later)}, "PutItem")
        self.items[name] = self._moved(given["Item"], self.later)
        return {}

    def update_item(self, **given: Any) -> dict[str, Any]:
        """SET of attributes that are named by `#name = :name`."""
        names, values = given["ExpressionAttributeNames"], given["ExpressionAttributeValues"]
        pairs = [part.split(" = ") for part in given["UpdateExpression"].removeprefix("SET ").split(", ")]
        changed = {names[name]: values[value] for name, value in pairs}
        item = self.items.setdefault(given["Key"]["id"]["S"], dict(given["Key"]))
        item.update(self._moved(changed, self.later))
        return {}

    def delete_item(self, **given: Any) -> dict[str, Any]:
        """Delete an item, if it is there."""
        self.items.pop(given["Key"]["id"]["S"], None)
        return {}

    def _over(self, item: Mapping[str, Any]) -> bool:
        now = time.time() + self.later
        if int(item["expiration"]["N"]) < now:
            return True
        under_way = item["status"]["S"] == "INPROGRESS" and "in_progress_expiration" in item
        return under_way and int(item["in_progress_expiration"]["N"]) < now * 1000

    @staticmethod
    def _moved(item: Mapping[str, Any], seconds: int) -> dict[str, Any]:
        moved = {
            name: {"N": str(int(item[name]["N"]) + seconds * unit)} for name, unit in _TIMES.items() if name in item
        }
        return {**item, **moved}
