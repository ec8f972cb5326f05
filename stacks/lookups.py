"""Questions about what exists in an account, and what is found to be short."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import pulumi
import pulumi_aws as aws

Found = TypeVar("Found")
LONGEST_REASON = 240
# The tag that every resource of the platform carries (stacks.account.common_tags).
MARK = "platform"


class Lookups:
    """Asks as the stack's provider; gathers what is short, each as a sentence that names the setting."""

    def __init__(self, provider: aws.Provider, account: str, region: str, prefix: str) -> None:
        self.options = pulumi.InvokeOptions(provider=provider)
        self.account, self.region, self.prefix = account, region, prefix
        self.shortfalls: list[str] = []

    def add_shortfall(self, setting: str, given: str, what: str) -> None:
        """Note something that the platform needs and does not find."""
        self.shortfalls.append(f"existing.{setting} = {given!r}: {what}")

    def require(self, holds: bool, setting: str, given: str, what: str) -> None:
        """Note it unless it holds."""
        if not holds:
            self.add_shortfall(setting, given, what)

    def require_tag(self, setting: str, given: str, tags: Mapping[str, str]) -> None:
        """Note something that its owner has not marked as the platform's, which is what a deployer may touch."""
        mark = f"is not tagged {MARK}={self.prefix}, by which its owner lets the deployer use it"
        self.require(tags.get(MARK) == self.prefix, setting, given, mark)

    def get(self, setting: str, given: str, question: Callable[[pulumi.InvokeOptions], Found]) -> Found | None:
        """The answer; none, and a note, where AWS refuses it."""
        try:
            return question(self.options)
        except Exception as error:  # the SDK raises nothing narrower for a provider's refusal
            reason = " ".join(str(error).split())[-LONGEST_REASON:]
            self.add_shortfall(setting, given, f"is not found in account {self.account}, {self.region}: {reason}")
            return None

    def properties(self, setting: str, given: str, type_: str, identifier: str) -> dict[str, Any] | None:
        """What Cloud Control says of a resource, by the names of its CloudFormation type.

        The provider has no data source for a bucket's settings or a key's rotation; Cloud Control reads both.
        """
        found = self.get(
            setting,
            given,
            lambda options: aws.cloudcontrol.get_resource(type_name=type_, identifier=identifier, opts=options),
        )
        properties: dict[str, Any] | None = json.loads(found.properties) if found else None
        return properties
