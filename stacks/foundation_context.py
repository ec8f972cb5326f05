"""Context of a foundation stack."""

from __future__ import annotations

from catalog import names
from policies.documents.account import FOUNDATION_TAG, AccountScope
from settings.foundation import FoundationSettings
from stacks.context import StackContext


class FoundationContext(StackContext[FoundationSettings]):
    """A foundation's settings and names. `account` covers all regions of the account, as its policies do."""

    def __init__(self, stack: str, settings: FoundationSettings) -> None:
        super().__init__(stack, settings, names.Names(settings.prefix, names.FOUNDATION), dict([FOUNDATION_TAG]))
        self.account = AccountScope(
            partition=self.scope.partition, account=self.scope.account, prefix=self.scope.prefix
        )
        self.path = names.foundation_path(settings.prefix)
