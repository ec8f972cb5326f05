"""Folders drawn one after another, judged, and what was found of them."""

from __future__ import annotations

import re
import shutil
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from settings.problems import SettingsProblem
from tests.generated_settings.changes import Change, changed, write
from tests.generated_settings.folders import folders
from tests.generated_settings.judges import Miss, later_refusals, problems_of


def generate(count: int, number: int) -> list[list[Change]]:
    """The changes of so many folders; the same number gives the same ones.

    Each is drawn by itself: in one run hypothesis would vary what it drew before, and folders would hardly differ.
    """
    strategy = folders()
    return [_drawn(strategy, 1000 * number + index) for index in range(count)]


def _drawn(strategy: st.SearchStrategy[list[Change]], number: int) -> list[Change]:
    """What hypothesis draws at random; the first that it draws is the simplest there is."""
    drawn: list[list[Change]] = []

    @seed(number)
    @settings(
        max_examples=2,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(changes: list[Change]) -> None:
        drawn.append(changes)

    collect()
    return drawn[-1]


@dataclass
class Campaign:
    """What was found of the folders that were judged.

    `later`: whether accepted ones are judged any further; `looks_again`: as `later_refusals` takes it.
    """

    folder: Path
    later: bool = True
    looks_again: bool = True
    show_refusals: bool = False
    accepted: int = 0
    refused: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)
    misses: list[tuple[int, list[Change], list[Miss]]] = field(default_factory=list)

    def judge(self, number: int, changes: Sequence[Change]) -> list[Miss]:
        """Judge one folder; what it missed."""
        began = time.monotonic()
        problems, misses = self._judged(changes)
        if problems:
            self.refused += 1
            self.kinds[_kind(problems[0])] += 1
            if self.show_refusals:
                print(f"{number}: refused: {problems[0]}")
        else:
            self.accepted += 1
            print(
                f"{number}: accepted, {time.monotonic() - began:.0f} s: {'; '.join(map(repr, changes))[:300]}",
                flush=True,
            )
        if misses:
            print("\n".join(_told(number, changes, misses)), flush=True)
            fewest = self._fewest(list(changes), misses[0])
            self.misses.append((number, fewest, misses))
            print("\n".join(_told(number, fewest, misses)), flush=True)
        return misses

    def merged(self, folders: Sequence[Sequence[Change]], size: int) -> Iterator[list[Change]]:
        """The changes of accepted folders put together, of `size` folders at most, as long as the check accepts them.

        Each folder's changes are in one of them, beside others', so that few judgements see all changes.
        """
        waiting = [list(changes) for changes in folders]
        while waiting:
            whole, parts, left = list[Change](), 0, list[list[Change]]()
            for changes in waiting:
                fits = parts < size and (not whole or self.is_accepted([*whole, *changes]))
                if fits:
                    whole, parts = [*whole, *changes], parts + 1
                else:
                    left.append(changes)
            yield whole
            waiting = left

    def is_accepted(self, changes: Sequence[Change]) -> bool:
        """Whether the check accepts a folder and says nothing wrong."""
        problems, misses = self._checked(changes)
        return not problems and not misses

    def _checked(self, changes: Sequence[Change]) -> tuple[list[SettingsProblem], list[Miss]]:
        shutil.rmtree(self.folder, ignore_errors=True)
        write(changed(changes), self.folder / "files")
        return problems_of(self.folder / "files")

    def _judged(self, changes: Sequence[Change]) -> tuple[list[SettingsProblem], list[Miss]]:
        problems, misses = self._checked(changes)
        if not problems and not misses and self.later:
            misses = later_refusals(
                self.folder / "files", self.folder / "built", self.seconds, looks_again=self.looks_again
            )
        return problems, misses

    def _fewest(self, changes: list[Change], miss: Miss) -> list[Change]:
        """The changes without those that the miss does not need: halves first, then each by itself."""
        size = max(1, len(changes) // 2)
        while size:
            for start in range(len(changes) - size, -1, -size):
                fewer = changes[:start] + changes[start + size :]
                if fewer and any(_same(each, miss) for each in self._judged(fewer)[1]):
                    changes = fewer
            size //= 2
        return changes

    def summary(self) -> list[str]:
        """Figures: accepted, refused and why, misses, seconds."""
        count = self.accepted + self.refused
        spent = ", ".join(f"{judge} {seconds:.0f} s" for judge, seconds in self.seconds.items())
        lines = [f"{count} folders: {self.accepted} accepted, {self.refused} refused; {spent or 'check only'}"]
        lines += [f"  {number:>4} refused: {kind}" for kind, number in self.kinds.most_common()]
        for number, fewest, misses in self.misses:
            lines += _told(number, fewest, misses)
        return [*lines, f"{len(self.misses)} misses"]


def _same(one: Miss, other: Miss) -> bool:
    return one.judge == other.judge and _words(one.text) == _words(other.text)


def _words(text: str) -> str:
    """The end of a text without numbers and names, by which two misses are one."""
    return re.sub(r"[0-9a-f-]{6,}|\d+|'[^']*'", "", text.strip().splitlines()[-1])[:60] if text.strip() else ""


def _kind(problem: SettingsProblem) -> str:
    key = re.sub(r"\[\d+\]", "[]", problem.key)
    return f"{key or problem.file}: {re.sub(r'[0-9]+', '0', problem.message)[:60]}"


def _told(number: int, fewest: Sequence[Change], misses: Sequence[Miss]) -> list[str]:
    lines = [f"MISS in folder {number}:"]
    lines += [f"    changed: {change!r}" for change in fewest]
    return lines + [f"    {line}" for miss in misses[:4] for line in str(miss).splitlines()[-14:]]
