"""How many cores this process may really use."""

from __future__ import annotations

import os
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")


def usable_cores(cgroup: Path = CGROUP) -> int:
    """Cores in the affinity mask, cut by the CPU quota of the control group (v2, then v1); at least 1."""
    affinity = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = cpu_quota(cgroup)
    return max(1, affinity if quota is None else min(affinity, int(quota)))


def cpu_quota(cgroup: Path = CGROUP) -> float | None:
    """CPU quota in cores, or None without a limit.

    Sources: Linux kernel documentation, "Control Group v2" and "CFS Bandwidth Control".
    """
    v2 = _words(cgroup / "cpu.max")
    v1 = _words(cgroup / "cpu/cpu.cfs_quota_us") + _words(cgroup / "cpu/cpu.cfs_period_us")
    for words in (v2, v1):
        if len(words) == 2 and words[0].isdecimal() and words[1].isdecimal() and int(words[1]) > 0:
            return int(words[0]) / int(words[1])
    return None


def _words(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError):
        return []
