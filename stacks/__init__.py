"""Stacks, one file to a kind: which components make it up, and what it tells the others."""

from __future__ import annotations

import pulumi

from settings.config import AnyStack
from settings.foundation import FoundationSettings
from settings.model import DataScienceSettings, WorkloadSettings


def build(settings: AnyStack) -> None:
    """Declare the stack that the settings describe, under the name that the engine gives it."""
    stack = pulumi.get_stack()
    # Imported by kind: each brings in only the part of the AWS SDK that it declares.
    if isinstance(settings, FoundationSettings):
        from stacks.foundation import foundation

        foundation(stack, settings)
    elif isinstance(settings, WorkloadSettings):
        from stacks.workload import workload

        workload(stack, settings)
    elif isinstance(settings, DataScienceSettings):
        from stacks.data_science import data_science

        data_science(stack, settings)
    else:
        from stacks.project import project

        project(stack, settings)
