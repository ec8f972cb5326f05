"""Runs every scenario, one after another, each as a rehearsal of its own: `make scenarios`."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence

from rehearsal.options import SCENARIOS


def run(name: str) -> int:
    """Rehearse a scenario in a process of its own; its exit status."""
    return subprocess.run([sys.executable, "-m", "rehearsal", f"--scenario={name}"], check=False).returncode


def main(names: Sequence[str] = SCENARIOS, run: Callable[[str], int] = run) -> int:
    """Run all of them, whatever fails, and say at the end how each went. Returns the number of those that failed."""
    lines, failed = [], 0
    for number, name in enumerate(names, start=1):
        print(f"\n== {number}/{len(names)} {name}", flush=True)
        began = time.monotonic()
        try:
            status = run(name)
        except KeyboardInterrupt:
            print(f"Stopped in {name}", flush=True)
            status = 130
        failed += bool(status)
        verdict = "passed" if not status else "stopped" if status == 130 else "failed"
        lines.append(f"{verdict:8} {name:16} {time.monotonic() - began:6.0f} s")
        if status == 130:
            break
    print("\n" + "\n".join(lines), flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
