"""The environment of a rehearsal: the platform's stacks in an in-memory AWS, brought up, found again, destroyed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from rehearsal.aws.cloud import Cloud
from rehearsal.console import ConsoleProgress
from rehearsal.engine.engine import Engine
from rehearsal.engine.state import Resource, Stack
from rehearsal.existing_roles import make_existing_roles
from rehearsal.plan import PlannedStack
from rehearsal.report import RehearsalReport
from settings.foundation import FoundationSettings
from settings.project_file import NAMESPACE


def program() -> None:
    """What `__main__.py` does under the real engine."""
    import stacks
    from settings.load import from_pulumi

    stacks.build(from_pulumi())


class RehearsalEnvironment:
    """An engine with the platform's program, on one in-memory AWS; stacks can come up in it again and again."""

    def __init__(self, cloud: Cloud, progress: ConsoleProgress) -> None:
        self.cloud, self.progress = cloud, progress
        self.engine = Engine(cloud)
        # The stacks as they were before `take_down`.
        self.destroyed: dict[str, Stack] = {}
        # All stacks before one was changed, by the number of the first request after the change.
        self.earlier: dict[int, Mapping[str, Stack]] = {}

    def close(self) -> None:
        """Let go of the engine."""
        self.engine.close()

    def up(self, planned: PlannedStack) -> Stack:
        """Bring up one stack with its configuration. Raises StackFailed."""

        def show(event: str, resource: Resource) -> None:
            self.progress.update(f"{event} {resource.name}")

        if isinstance(planned.settings, FoundationSettings):
            self.engine.owned.add(planned.stack)
        with self.cloud.recorder.during(f"up {planned.stack}"):
            return self.engine.up(planned.stack, program, planned.config, show)

    def destroy(self, stack: str) -> None:
        """Delete one stack. Raises StackFailed."""
        with self.cloud.recorder.during(f"destroy {stack}"):
            self.engine.destroy(stack)

    def missing(self, stack: str) -> list[str]:
        """Resources of a stack that a describe call in their own account does not find, each with the reason."""
        with self.cloud.recorder.during(f"find {stack}"):
            return [f"{lost.urn.rsplit('::', 1)[-1]}: {lost.reason}" for lost in self.engine.refresh(stack)]

    def bring_up(self, plan: Sequence[PlannedStack], report: RehearsalReport) -> None:
        """Bring up all stacks in order and look for everything that they made."""
        for planned in plan:
            with self.progress.running(f"{planned.stack} [dim]({planned.kind}, {planned.settings.account})[/dim]"):
                make_existing_roles(self.cloud, planned.settings)
                stack = self.up(planned)
                self.progress.update("looking for what was made")
                report.add_stack(planned, stack, self.missing(planned.stack))

    def keep(self, *stacks: str) -> None:
        """Remember stacks, or all, as they are: requests of their destruction are decided by what stood before."""
        self.destroyed |= {name: stack for name, stack in self._copies().items() if not stacks or name in stacks}

    def _copies(self) -> dict[str, Stack]:
        """The stacks as they are: what comes later changes the engine's own."""
        return {
            name: replace(stack, resources={urn: replace(resource) for urn, resource in stack.resources.items()})
            for name, stack in self.engine.stacks.items()
        }

    def change(self, planned: PlannedStack) -> None:
        """Bring a stack up with other settings: requests so far are decided by the stacks as they were."""
        self.earlier[len(self.cloud.recorder.requests) + 1] = self._copies()
        self.up(planned)

    def unprotect(self, planned: PlannedStack) -> None:
        """Bring a stack up without protection, as its owner has to before it is destroyed."""
        self.up(replace(planned, config={**planned.config, f"{NAMESPACE}protect": "false"}))

    def take_down(self, plan: Sequence[PlannedStack], report: RehearsalReport) -> None:
        """Delete all stacks in reverse order, each as whoever brought it up. Raises StackFailed."""
        self.keep()
        for planned in reversed(plan):
            with self.progress.running(f"destroy {planned.stack} [dim]({planned.settings.account})[/dim]"):
                if planned.settings.protect:
                    self.unprotect(planned)
                self.destroy(planned.stack)
                report.destroyed.append(planned.stack)
