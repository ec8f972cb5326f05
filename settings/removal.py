"""What may be lost when a stack is destroyed."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from settings.section import Section
from settings.values import AccountId, Distinct


class DataScienceRemoval(Section):
    """What may be lost when the data science account's stack is destroyed."""

    delete: Annotated[tuple[Literal["data", "models", "studio"], ...], Distinct] = Field(
        default=(),
        description="What is deleted with the stack: all versions in the data and models buckets, Studio's apps, "
        "spaces and homes. What is not named here stays, and the stack is not destroyed while there is any.",
    )


class ProjectRemoval(Section):
    """What may be lost when a project's stack is destroyed."""

    delete: Annotated[tuple[Literal["models"], ...], Distinct] = Field(
        default=(),
        description="Registered models are deleted with the stack; without it a project that has any is not destroyed.",
    )
    retain_stacks_in: Annotated[tuple[AccountId, ...], Distinct] = Field(
        default=(),
        description="Suspended or closed accounts, which nobody can enter: the project's stacks stay there.",
    )
