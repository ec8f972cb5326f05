"""What is wrong with a policy document, in sentences for whoever wrote it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from catalog.nearest import did_you_mean

# Takes a sentence about something that is wrong with a document.
ReportProblem = Callable[[str], None]


class BadPolicy(ValueError):
    """A document that AWS would refuse or that cannot be decided. `problems` holds one sentence for each defect."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def allowed(values: Iterable[str]) -> str:
    """`one of A, B, C` in alphabetical order."""
    return "one of " + ", ".join(sorted(values))


def nearest(given: str, known: Iterable[str]) -> str:
    """` (did you mean X?)`, or nothing when no known name is near."""
    return did_you_mean(given, known)
