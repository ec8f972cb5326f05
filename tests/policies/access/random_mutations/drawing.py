"""Draws mutations of policies and of settings."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from tests.policies.access.mutations.mutation import Record
from tests.policies.access.random_mutations.random_mutation import PolicyMutations, RandomMutation
from tests.policies.access.random_mutations.setting_operators import SettingMutations
from tests.policies.access.random_mutations.vocabulary import Vocabulary


@dataclass(frozen=True)
class Drawing:
    """All that can be drawn of captured stacks."""

    policies: PolicyMutations
    settings: SettingMutations

    @classmethod
    def of(cls, records: Sequence[Record], words: Vocabulary) -> Drawing:
        """Whatever the records hold."""
        return cls(PolicyMutations.of(records, words), SettingMutations.of(records, words))

    def draw(self, rng: random.Random, number: int, settings: float) -> RandomMutation:
        """One mutation; `settings` is how many are of settings, as a part of one."""
        of_setting = rng.random() < settings
        return self.settings.draw(rng, number) if of_setting else self.policies.draw(rng, number)
