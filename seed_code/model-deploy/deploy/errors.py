"""Errors that are shown to the user without a traceback."""


class DeployError(Exception):
    """Why a release cannot go on, all of it: one line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
