"""How long it takes to decide, prove and measure a graph's access, as it grows: `python -m benchmarks.access`.

Graphs are scaled up from the example platform as it is built; every account lets every project in.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.__main__ import HERE, REPEATS, machine
from benchmarks.equivalence import equivalence_classes
from benchmarks.scaled_graph import problems_of, scaled_graph
from policies.access.graph import PolicyGraph, read_graph
from policies.access.review import review
from policies.documents.accounts import MOST_LISTED

FOLDER = Path("build/bench")
# Workload accounts and projects; nothing: the example itself, without its classes.
EXAMPLE = (0, 0)
GRAPHS = (EXAMPLE, (3, 2), (10, 2), (100, 2), (3, 100), (10, 100), (3, 1_000), (100, 100), (101, 100), (100, 1_000))
# Graphs of more projects are measured once: building one takes as long as all that is then asked of it.
REPEATED = 100
# Seconds on two cores with nothing else to do, from reading the resources on.
GOALS = {EXAMPLE: 6.0, (100, 1_000): 60.0}
PATHS = ("o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/",)
# Ids that could be taken for each other.
RELATED = ("risk", "risk-eu")

# Columns of a terminal that the table needs.
WIDTH = 150

Figures = dict[str, float]


def main(arguments: Sequence[str]) -> int:
    """Measure every graph, print and keep the medians. The exit status says whether every theorem held."""
    if arguments[:1] == ["measure"]:
        print(json.dumps(measured(read_graph(Path(arguments[1])), int(arguments[2]), int(arguments[3]))))
        return 0
    console = Console(highlight=False, width=WIDTH)
    with console.status("building the example platform"):
        command = [sys.executable, "-m", "rehearsal", "--stacks-only", "--folder", str(FOLDER)]
        subprocess.run(command, check=True, capture_output=True)
    medians: dict[str, Figures] = {}
    for accounts, projects in GRAPHS:
        repeats = REPEATS if projects < REPEATED else 1
        with console.status(f"{accounts} accounts, {projects} projects"):
            runs = [_run(accounts, projects) for _ in range(repeats)]
        name = f"{accounts} x {projects}" if accounts else "example"
        medians[name] = {key: round(statistics.median(run[key] for run in runs), 2) for key in runs[0]}
    _print(console, medians)
    _keep(medians)
    return 0 if all(not found["problems"] for found in medians.values()) else 1


def _run(accounts: int, projects: int) -> Figures:
    """Measured in a process of its own, so that none finds what another one cached."""
    arguments = ["measure", str(FOLDER / "resources.json"), str(accounts), str(projects)]
    run = subprocess.run([sys.executable, "-m", "benchmarks.access", *arguments], capture_output=True, check=True)
    return dict(json.loads(run.stdout))


def measured(example: PolicyGraph, accounts: int, projects: int) -> Figures:
    """Seconds for each part, and how much there was to look at."""
    began = time.perf_counter()
    graph = large(example, accounts, projects) if accounts else example
    built = time.perf_counter()
    looked_at = equivalence_classes(graph).graph if accounts else graph
    classed = time.perf_counter()
    found = review(looked_at)
    ended, spent = time.perf_counter(), os.times()
    return {
        "roles": len(graph.roles),
        "looked at": len(looked_at.roles),
        "build": built - began,
        "classes": classed - built,
        "matrix": found.seconds["matrix"],
        "matrix and proofs": ended - classed,
        "classes, matrix and proofs": ended - built,
        "processor": spent.user + spent.children_user,
        "load": os.getloadavg()[0],
        "problems": len(problems_of(found) if accounts else found.problems()),
    }


def large(example: PolicyGraph, accounts: int, projects: int) -> PolicyGraph:
    """The example with so many workload accounts, and projects in all, among them two with related ids."""
    ids = [*RELATED, *(f"model{number:04}" for number in range(projects))]
    paths = PATHS if accounts > MOST_LISTED else ()
    return scaled_graph(
        example, accounts=accounts, projects=ids[: max(0, projects - len(example.projects))], organization_paths=paths
    )


def _print(console: Console, medians: dict[str, Figures]) -> None:
    columns = list(next(iter(medians.values())))
    table = Table("accounts x projects", *columns, "goal", box=None, header_style="dim")
    goals = {
        f"{accounts} x {projects}" if accounts else "example": goal for (accounts, projects), goal in GOALS.items()
    }
    for name, found in medians.items():
        goal, seconds = goals.get(name), found["classes, matrix and proofs"]
        met = "" if goal is None else f"[{'green' if seconds <= goal else 'red'}]≤ {goal:.0f}[/]"
        table.add_row(name, *(f"{found[column]:,.5g}" for column in columns), met)
    console.print(table)
    console.print(machine(), style="dim")


def _keep(medians: dict[str, Figures]) -> None:
    kept = {
        "at": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": machine(),
        "repeats": REPEATS,
        "repeated below projects": REPEATED,
        "graphs": medians,
    }
    (HERE / "access.json").write_text(json.dumps(kept, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
