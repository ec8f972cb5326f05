"""`make bench`: time the stacks and the whole rehearsal, print and keep the medians."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

HERE = Path(__file__).parent
REPORT = Path("build/rehearsal/report.json")
REPEATS = 3
# Seconds on two cores, once installed.
GOALS = {"all stacks in memory": 15.0, "whole rehearsal": 90.0}


def main() -> int:
    """Run, print, keep. The exit status says whether every run passed, not whether goals were met."""
    figures: dict[str, list[float]] = {}
    passed = True
    console = Console(highlight=False)
    for number in range(REPEATS):
        with console.status(f"run {number + 1} of {REPEATS}"):
            _add(figures, "import pulumi_aws", _timed("-c", "import pulumi_aws")[0])
            seconds, status = _timed("-m", "rehearsal", "--stacks-only")
            passed &= status == 0
            _phases(figures, "stacks only", seconds)
            seconds, status = _timed("-m", "rehearsal")
            passed &= status == 0
            _phases(figures, "whole rehearsal", seconds)
    medians = {name: round(statistics.median(values), 2) for name, values in figures.items()}
    _print(console, medians, figures)
    _keep(medians, figures, passed)
    return 0 if passed else 1


def _timed(*arguments: str) -> tuple[float, int]:
    started = time.perf_counter()
    run = subprocess.run([sys.executable, *arguments], capture_output=True, check=False)
    return time.perf_counter() - started, run.returncode


def _add(figures: dict[str, list[float]], name: str, seconds: float) -> None:
    figures.setdefault(name, []).append(seconds)


def _phases(figures: dict[str, list[float]], run: str, seconds: float) -> None:
    report = json.loads(REPORT.read_text())
    _add(figures, run, seconds)
    if run == "stacks only":
        _add(figures, "all stacks in memory", report["seconds"]["stacks"])
        return
    for step in report["journey"]:
        _add(figures, f"  {step['step']}", step["seconds"])


def _print(console: Console, medians: dict[str, float], figures: dict[str, list[float]]) -> None:
    table = Table("phase", "median s", "lowest", "highest", "goal", box=None, header_style="dim")
    for name, median in medians.items():
        goal = GOALS.get(name.strip())
        met = "" if goal is None else f"[{'green' if median <= goal else 'red'}]≤ {goal:.0f}[/]"
        table.add_row(name, f"{median:.2f}", f"{min(figures[name]):.2f}", f"{max(figures[name]):.2f}", met)
    console.print(table)
    console.print(machine(), style="dim")


def _keep(
    medians: dict[str, float], figures: dict[str, Sequence[float]] | dict[str, list[float]], passed: bool
) -> None:
    kept = {
        "at": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": machine(),
        "repeats": REPEATS,
        "passed": passed,
        "median_seconds": medians,
        "seconds": {name: [round(value, 2) for value in values] for name, values in figures.items()},
    }
    (HERE / "rehearsal.json").write_text(json.dumps(kept, indent=1) + "\n")


def machine() -> str:
    """Processor, cores, memory, system and Python of this machine."""
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        name = names[0] if names else name
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{name}, {cores} cores, {gigabytes:.0f} GiB, {platform.system()}, Python {platform.python_version()}"


if __name__ == "__main__":
    sys.exit(main())
