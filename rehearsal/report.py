"""What is left of a rehearsal: a report for programs, every resource, and a summary for people."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from rehearsal.authorization.verdict import Access
from rehearsal.engine.state import Stack, resources_json
from rehearsal.plan import Planned

# Small parts of other resources: they are not counted as resources of their own.
SMALL = ("ssm/parameter", "Attachment", "Association", "securityGroupIngressRule", "securityGroupEgressRule", "/tag")


@dataclass
class Step:
    """One step of the journey. `status` is passed, failed or skipped; `detail` is for people."""

    step: str
    status: str
    seconds: float
    detail: str


@dataclass
class Report:
    """Everything that a rehearsal says of itself."""

    stacks: dict[str, dict[str, Any]] = field(default_factory=dict)
    journey: list[Step] = field(default_factory=list)
    prediction: dict[str, Any] | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    # Stacks that were deleted again, in that order.
    destroyed: list[str] = field(default_factory=list)
    # Whether each request was allowed; None until somebody has decided.
    access: Access | None = None
    # What stopped the rehearsal as a whole, if something did.
    problem: str = ""

    @property
    def passed(self) -> bool:
        """Whether every step that was asked for passed."""
        return (
            not self.problem
            and (self.access is None or self.access.passed)
            and all(step.status == "passed" for step in self.journey)
            and all(s["found"] for s in self.stacks.values())
        )

    def add_stack(self, planned: Planned, stack: Stack, missing: Sequence[str]) -> None:
        """Note a stack that is up, and whether all of it was found again."""
        managed = [resource for resource in stack.resources.values() if resource.managed]
        self.stacks[planned.stack] = {
            "kind": planned.kind,
            "account": planned.settings.account,
            "resources": dict(sorted(Counter(resource.type for resource in managed).items())),
            "outputs": {k: v for k, v in stack.outputs.items() if k not in stack.secret_outputs},
            "found": not missing,
            "missing": list(missing),
        }

    def resource_counts(self) -> tuple[int, int]:
        """All managed resources, and those that are more than a small part of another."""
        counts = Counter[str]()
        for stack in self.stacks.values():
            counts.update(stack["resources"])
        return counts.total(), sum(n for type_, n in counts.items() if not any(part in type_ for part in SMALL))

    def write(self, folder: Path, stacks: Mapping[str, Stack], judge: Callable[[Path], Access]) -> None:
        """Write `resources.json`, have the requests judged by it, and write `report.json`."""
        folder.mkdir(parents=True, exist_ok=True)
        _dump(folder / "resources.json", resources_json(stacks))
        if stacks:
            self.access = judge(folder)
        told = {"access": self.access.for_report() if self.access else None, "passed": self.passed}
        _dump(folder / "report.json", asdict(self) | told)

    def summary(self, console: Console, folder: Path) -> None:
        """Print what happened, for people."""
        console.print()
        console.print(self._stack_table())
        if self.journey:
            console.print(self._journey_table())
        if self.prediction:
            console.print(self.prediction["sentence"])
        total, counted = self.resource_counts()
        accounts = len({stack["account"] for stack in self.stacks.values()})
        console.print(
            f"{accounts} accounts, {total} resources, {counted} of them more than parameters, rules and associations; "
            f"each found again in its own account: {'yes' if all(s['found'] for s in self.stacks.values()) else 'NO'}"
        )
        if self.destroyed:
            console.print(f"{len(self.destroyed)} of {len(self.stacks)} stacks were destroyed again")
        if self.access:
            self._tell_access(console, self.access)
        console.print(f"Report, resources, requests and questions are in {folder}", style="dim")
        if self.problem:
            console.print(self.problem, style="red", markup=False)
        console.print("[bold green]passed[/bold green]" if self.passed else "[bold red]failed[/bold red]")

    def _tell_access(self, console: Console, access: Access) -> None:
        console.print(access.sentence(), style=None if access.passed else "red")
        if not access.passed:
            console.print(access.table())

    def _stack_table(self) -> Table:
        table = Table("stack", "kind", "account", "resources", box=None, header_style="dim", pad_edge=False)
        for name, stack in self.stacks.items():
            table.add_row(name, stack["kind"], stack["account"], str(sum(stack["resources"].values())))
        return table

    def _journey_table(self) -> Table:
        table = Table("step", "", "seconds", "what happened", box=None, header_style="dim", pad_edge=False)
        colours = {"passed": "green", "failed": "red", "skipped": "yellow"}
        for step in self.journey:
            status = f"[{colours[step.status]}]{step.status}[/]"
            table.add_row(step.step, status, f"{step.seconds:.1f}", step.detail)
        return table


def _dump(path: Path, value: Any) -> None:
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(value, indent=1, default=str) + "\n")
    unfinished.replace(path)
