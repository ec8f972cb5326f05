"""The platform in an in-memory AWS: stacks that come up, are found again, and go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rehearsal.aws.cloud import Cloud
from rehearsal.console import Progress
from rehearsal.engine.engine import Engine
from rehearsal.engine.state import Resource, Stack
from rehearsal.plan import Planned
from rehearsal.report import Report
from settings.foundation import FoundationSettings


def program() -> None:
    """What `__main__.py` does under the real engine."""
    import stacks
    from settings.load import from_pulumi

    stacks.build(from_pulumi())


class World:
    """An engine with the platform's program. One world is one AWS; stacks can come up in it again and again."""

    def __init__(self, cloud: Cloud, progress: Progress) -> None:
        self.cloud, self.progress = cloud, progress
        self.engine = Engine(cloud)
        # The stacks as they were before `take_down`.
        self.destroyed: dict[str, Stack] = {}

    def close(self) -> None:
        """Let go of the engine."""
        self.engine.close()

    def up(self, planned: Planned) -> Stack:
        """Bring up one stack with its configuration. Raises StackFailed."""

        def told(event: str, resource: Resource) -> None:
            self.progress.now(f"{event} {resource.name}")

        if isinstance(planned.settings, FoundationSettings):
            self.engine.owned.add(planned.stack)
        with self.cloud.recorder.during(f"up {planned.stack}"):
            return self.engine.up(planned.stack, program, planned.config, told)

    def destroy(self, stack: str) -> None:
        """Delete one stack. Raises StackFailed."""
        with self.cloud.recorder.during(f"destroy {stack}"):
            self.engine.destroy(stack)

    def missing(self, stack: str) -> list[str]:
        """Resources of a stack that a describe call in their own account does not find, in words."""
        with self.cloud.recorder.during(f"find {stack}"):
            return [f"{each.urn.rsplit('::', 1)[-1]}: {each.reason}" for each in self.engine.refresh(stack)]

    def bring_up(self, plan: Sequence[Planned], report: Report) -> None:
        """Bring up all stacks in order and look for everything that they made."""
        for planned in plan:
            with self.progress.running(f"{planned.stack} [dim]({planned.kind}, {planned.settings.account})[/dim]"):
                stack = self.up(planned)
                self.progress.now("looking for what was made")
                report.add_stack(planned, stack, self.missing(planned.stack))

    def take_down(self, plan: Sequence[Planned], report: Report) -> None:
        """Delete all stacks in reverse order, each as whoever brought it up. Raises StackFailed."""
        self.destroyed = {
            name: replace(stack, resources=dict(stack.resources)) for name, stack in self.engine.stacks.items()
        }
        for planned in reversed(plan):
            with self.progress.running(f"destroy {planned.stack} [dim]({planned.settings.account})[/dim]"):
                self.engine.unprotect(planned.stack)
                self.destroy(planned.stack)
                report.destroyed.append(planned.stack)
