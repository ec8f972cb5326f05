"""Mistakes that a user can correct."""

from __future__ import annotations


class UserError(Exception):
    """Shown without a traceback. Each problem is one line: what, where, what is allowed, what to do."""

    def __init__(self, problems: str | list[str]) -> None:
        self.problems = [problems] if isinstance(problems, str) else problems
        super().__init__("\n".join(self.problems))
