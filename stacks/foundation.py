"""A foundation: what an account's owner makes once, so that whoever deploys into the account cannot outgrow it."""

from __future__ import annotations

import names
from policies.documents.keys import Place
from settings.foundation import FoundationSettings
from stacks.account import account_provider


class Foundation:
    """The account's names and place, worked out once from its settings."""

    def __init__(self, stack: str, settings: FoundationSettings) -> None:
        self.stack, self.settings = stack, settings
        self.partition = names.partition_of(settings.region)
        self.here = names.Names(settings.prefix, names.FOUNDATION)
        self.place = Place(partition=self.partition, account=settings.account, region=settings.region)
        self.path = names.foundation_path(settings.prefix)
        self.provider = account_provider(stack, settings)


def foundation(stack: str, settings: FoundationSettings) -> None:
    """Declare an account's foundation."""
    Foundation(stack, settings)
