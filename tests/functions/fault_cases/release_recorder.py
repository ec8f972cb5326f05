"""Ends of deliveries and decisions on models, in the recorder's own in-memory account."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from functions.release_recorder import handler
from functions.release_recorder.deliveries import NotYet
from functions.release_recorder.events import RefusedEvent
from functions.release_recorder.recorder import NotSent
from tests.functions.faults.calls import InterceptedClient
from tests.functions.faults.case import FunctionAccount, FunctionCase, Late
from tests.functions.release_recorder.account import CONFIG, PRODUCTION, SECOND, Account, decided


class RecordedAccount:
    """The function, and what it wrote and told."""

    def __init__(self, account: Account, event: Any) -> None:
        self.account, self.event = account, event

    def handle(self, event: Any) -> Any:
        """Invoke it."""
        return handler.handle(event, None)

    def state(self) -> Mapping[str, Any]:
        """What is written down, and whoever was told what, however often."""
        state = copy.deepcopy(self.account.state())
        packages = {arn: _lasting(package) for arn, package in state["packages"].items()}
        return {**state, "packages": packages, "told": sorted(state["told"]), "announced": sorted(state["announced"])}


def _lasting(package: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in package.items() if name not in ("LastModifiedTime", "LastModifiedBy")}


@contextmanager
def recorded(prepare: Callable[[Account], Any]) -> Iterator[FunctionAccount]:
    """A fresh account."""
    account = Account()
    event = prepare(account)

    def client(service: str) -> InterceptedClient:
        return InterceptedClient(service, account.client(service))

    with TemporaryDirectory() as folder:
        config = Path(folder) / "config.json"
        config.write_text(json.dumps(CONFIG), encoding="utf-8")
        with (
            patch.object(handler, "CONFIG", config),
            patch.object(
                handler, "clients", lambda: lambda service: InterceptedClient(service, account.client(service))
            ),
            patch.object(
                handler,
                "sagemaker_there",
                lambda credentials, region: InterceptedClient("sagemaker", account.there(credentials, region)),
            ),
        ):
            yield RecordedAccount(account, event)


def _delivered(account: Account) -> Any:
    account.register(1)
    return account.deliver(1, 1, {PRODUCTION: "SUCCEEDED", SECOND: "SUCCEEDED"})


def _rolled_back(account: Account) -> Any:
    account.register(1)
    account.register(2)
    account.deliver(1, 1, {PRODUCTION: "SUCCEEDED", SECOND: "SUCCEEDED"}, minute=10)
    return account.deliver(2, 2, {PRODUCTION: "SUCCEEDED", SECOND: "FAILED"}, minute=20)


def _decided(account: Account) -> Any:
    account.register(1)
    return decided(1, "Approved")


def _same(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    assert after == before


def _case(does: str, prepare: Callable[[Account], Any]) -> FunctionCase:
    return FunctionCase(
        function="release_recorder",
        does=does,
        account=lambda: recorded(prepare),
        refusals=(RefusedEvent, NotYet, NotSent),
        late={
            "after it was written down": Late(happened=lambda made: made.handle(made.event), leaves=_same),
        },
    )


CASES = [
    _case("a delivery reached two accounts", _delivered),
    _case("a delivery was rolled back in one account", _rolled_back),
    _case("a model was approved", _decided),
]
