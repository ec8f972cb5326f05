"""CloudFormation of a rehearsal as a whole: installed into a Cloud while a context lasts."""

from __future__ import annotations

from types import TracebackType

from rehearsal.aws.cloud import Cloud
from rehearsal.cloudformation.change_sets import ChangeSets
from rehearsal.cloudformation.stack_sets import StackSets
from rehearsal.cloudformation.stacks import Stacks
from rehearsal.service_model.patches import Patches


class CloudFormation:
    """Stacks and stack sets of all accounts, run by the rehearsal instead of moto while the context lasts."""

    def __init__(self, cloud: Cloud) -> None:
        self._stacks, self._stack_sets = Stacks(cloud), StackSets(cloud)
        self.change_sets = ChangeSets()
        self._patches = Patches()

    def __enter__(self) -> CloudFormation:
        self._stacks.install(self._patches)
        self._stack_sets.install(self._patches)
        self.change_sets.install(self._patches)
        return self

    def __exit__(
        self, resource_type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack_sets.close()
        self._patches.undo()
