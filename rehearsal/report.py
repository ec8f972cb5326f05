"""The result of a rehearsal: a report for programs, every resource, and a summary for people."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rehearsal.authorization.verdict import Access
from rehearsal.console import ConsoleProgress
from rehearsal.engine.state import Stack, resources_json
from rehearsal.leftover import Leftover, table
from rehearsal.network.namespace import shortfalls
from rehearsal.plan import PlannedStack

# Small parts of other resources: they are not counted as resources of their own.
SMALL = ("ssm/parameter", "Attachment", "Association", "securityGroupIngressRule", "securityGroupEgressRule", "/tag")


# Styles of lines by their first word, the status of a step.
_STYLES = {"failed": "red", "skipped": "yellow", "caught": "green"}


@dataclass
class JourneyStep:
    """One step of the journey. `status` is passed, failed, skipped, or caught where it stopped a sabotage.

    `detail` is for people.
    """

    step: str
    status: str
    seconds: float
    detail: str


@dataclass
class RehearsalReport:
    """Stacks, steps, prediction, times and decisions of a rehearsal; `report.json`."""

    stacks: dict[str, dict[str, Any]] = field(default_factory=dict)
    journey: list[JourneyStep] = field(default_factory=list)
    prediction: dict[str, Any] | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    # Stacks that were deleted again, in that order.
    destroyed: list[str] = field(default_factory=list)
    # Assumptions about AWS that were made to fail.
    failed_assumptions: list[str] = field(default_factory=list)
    # What a life to the end left in the accounts.
    leftovers: list[Leftover] = field(default_factory=list)
    # What was held back by less than a network namespace.
    isolation: list[str] = field(default_factory=list)
    # Whether each request was allowed; None until somebody has decided.
    access: Access | None = None
    # What was spoilt on purpose, which something must catch; empty if nothing was.
    sabotage: str = ""
    # Figures of a scenario by name.
    measurements: dict[str, Any] = field(default_factory=dict)
    # What stopped the rehearsal as a whole, if something did.
    problem: str = ""

    @property
    def passed(self) -> bool:
        """Whether every step passed, every request was allowed, and a sabotage was caught where there was one."""
        return not self.faults()

    def faults(self) -> list[str]:
        """Why the rehearsal has not passed, each in a few words; none if it has."""
        faults = ["it was stopped by what is said above"] if self.problem else []
        failed = [step for step in self.journey if step.status == "failed"]
        faults += [f"step {step.step!r} failed" for step in failed]
        if self.sabotage and not any(step.status == "caught" for step in self.journey):
            faults.append(f"the sabotage of {self.sabotage} was not caught")
        if not failed and any(step.status == "skipped" for step in self.journey):
            faults.append("steps were skipped")
        if lost := [name for name, stack in self.stacks.items() if not stack["found"]]:
            faults.append(f"not everything of {', '.join(lost)} was found again")
        if self.access is not None and not self.access.passed:
            faults.append("not every request was allowed")
        return faults

    def verdict(self, folder: Path) -> str:
        """One line: passed or failed, why, and what to open next."""
        report = folder / "report.json"
        if faults := self.faults():
            logs = f"; what builds and jobs printed is in {folder / 'logs'}" if self.journey else ""
            return f"failed: {'; '.join(faults)}. Open {report}{logs}"
        if not self.sabotage:
            return f"passed. Open {report}"
        caught = next(number for number, step in enumerate(self.journey) if step.status == "caught")
        # What caught it stands before the first colon of the detail; the figures behind it are in the step's own line.
        by, after = self.journey[caught].detail.partition(": ")[0], [step.detail for step in self.journey[caught + 1 :]]
        return f"passed: the sabotage was caught {'; '.join([by, *after])}. Open {report}"

    def add_stack(self, planned: PlannedStack, stack: Stack, missing: Sequence[str]) -> None:
        """Add a stack that is up; `missing` are resources that were not found again."""
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

    def write(
        self,
        folder: Path,
        stacks: Mapping[str, Stack],
        earlier: Mapping[int, Mapping[str, Stack]],
        judge: Callable[[Path, Sequence[tuple[int, Path]]], Access],
    ) -> None:
        """Write `resources.json`, have the requests judged by it, and write `report.json`.

        `earlier` are the stacks before they were changed, by the number of the first request after the change: each is
        a file of its own beside the other.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self.isolation = shortfalls()
        _dump(folder / "resources.json", resources_json(stacks))
        before = [(until, folder / f"resources-until-{until}.json") for until in sorted(earlier)]
        for until, path in before:
            _dump(path, resources_json(earlier[until]))
        if stacks:
            self.access = judge(folder, before)
        self.write_report(folder)

    def write_report(self, folder: Path) -> None:
        """Write `report.json` alone: also where nothing was built, so that nobody takes another run's for this one."""
        decided = {"access": self.access.for_report() if self.access else None, "passed": self.passed}
        _dump(folder / "report.json", asdict(self) | decided)

    def print_summary(self, progress: ConsoleProgress, folder: Path) -> None:
        """Print what happened, for people: whole lines, whatever the width of the terminal."""
        progress.print_line("")
        for line in self.lines():
            progress.print_line(line, style=_STYLES.get(line.partition(" ")[0]))
        if self.access:
            progress.print_line(self.access.sentence(), style=None if self.access.passed else "red")
            for line in self.access.refusal_lines():
                progress.print_line(line)
        if (folder / "resources.json").exists():
            progress.print_line(f"Resources, requests and questions are beside the report in {folder}", style="dim")
        if self.problem:
            progress.print_line(self.problem, style="red")
        progress.print_line(self.verdict(folder), style="bold green" if self.passed else "bold red")

    def lines(self) -> list[str]:
        """Stacks, steps and figures: one line each."""
        width = max((len(name) for name in self.stacks), default=0)
        lines = [
            f"{name:<{width}}  {stack['kind']:<12}  {stack['account']}  {sum(stack['resources'].values()):>4} resources"
            for name, stack in self.stacks.items()
        ]
        lines += [
            f"{step.status} {step.seconds:.1f} s {step.step}: {step.detail}".rstrip(": ") for step in self.journey
        ]
        if self.prediction:
            lines.append(self.prediction["sentence"])
        total, counted = self.resource_counts()
        accounts = len({stack["account"] for stack in self.stacks.values()})
        all_found = "yes" if all(stack["found"] for stack in self.stacks.values()) else "NO"
        lines.append(
            f"{accounts} accounts, {total} resources, {counted} of them more than parameters, rules and associations; "
            f"each found again in its own account: {all_found}"
        )
        if self.failed_assumptions:
            lines.append(f"{len(self.failed_assumptions)} assumptions about AWS fell against the platform")
        lines += self.isolation
        lines += table(self.leftovers)
        if self.destroyed:
            lines.append(f"{len(self.destroyed)} of {len(self.stacks)} stacks were destroyed again")
        return lines


def _dump(path: Path, value: Any) -> None:
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(value, indent=1, default=str) + "\n")
    unfinished.replace(path)
