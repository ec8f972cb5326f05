"""What each value of `model.toml`, and of a parameter of the pipeline, may be: known before anything runs.

Hyperparameters have the ranges of the script that reads them; instance types are those of botocore's model.
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from pipeline.code import SCRIPTS

# botocore, service model of sagemaker: ProcessingVolumeSizeInGB. A training job's volume may be larger.
VOLUME_GB = (1, 16_384)
# SageMaker Developer Guide, "Amazon SageMaker AI quotas": the longest run of a training job is 28 days.
LONGEST_SECONDS = 28 * 24 * 3600
# Words that say why a value is refused, or None.
Rule = Callable[[Any], str | None]


@cache
def instance_types(job: str) -> tuple[str, ...]:
    """Instance types of `Training` or `Processing` jobs."""
    from botocore.session import get_session

    shape = get_session().get_service_model("sagemaker").shape_for(f"{job}InstanceType")
    return tuple(shape.enum)


@cache
def hyperparameter_ranges() -> Mapping[str, Any]:
    """The ranges that train.py has, by name."""
    before = list(sys.path)
    sys.path.insert(0, str(SCRIPTS))
    try:
        from hyperparameters import HYPERPARAMETERS, number
    finally:
        sys.path[:] = before

    def rule(name: str) -> Rule:
        allowed = HYPERPARAMETERS[name]
        return lambda value: None if number(str(value), allowed) is not None else str(allowed)

    return {name: rule(name) for name in HYPERPARAMETERS}


def rules() -> Mapping[str, Rule]:
    """A rule for each key of `model.toml` that has more than a type, by its full name."""
    ranges = hyperparameter_ranges()
    return {
        "target": _target,
        "seed": ranges["seed"],
        "data": lambda value: None if str(value).strip() else "a prefix below the project's data, or s3://…",
        "instances.processing": lambda value: _instance_type("Processing", value),
        "instances.training": lambda value: _instance_type("Training", value),
        "instances.volume_gb": lambda value: _between(value, *VOLUME_GB),
        "training.max_runtime_seconds": lambda value: _between(value, 1, LONGEST_SECONDS),
        "training.max_wait_seconds": lambda value: _between(value, 1, LONGEST_SECONDS),
        **{f"hyperparameters.{name}": rule for name, rule in ranges.items() if name != "seed"},
    }


def parameter_rules() -> Mapping[str, Rule]:
    """The same rules by the names of the pipeline's parameters, such as `NumRound`."""
    named = {
        "Target": "target",
        "Seed": "seed",
        "ProcessingInstanceType": "instances.processing",
        "TrainingInstanceType": "instances.training",
    }
    known = rules()
    hyperparameters = {
        "".join(word.title() for word in key.partition(".")[2].split("_")): rule
        for key, rule in known.items()
        if key.startswith("hyperparameters.")
    }
    return {name: known[key] for name, key in named.items()} | hyperparameters


def _target(value: Any) -> str | None:
    if not str(value).strip():
        return "the name of the column to predict"
    # botocore, service model of sagemaker: ContainerArgument has at most 256 characters.
    longest = 256 - len("--target=")
    return None if len(str(value)) <= longest else f"at most {longest} characters"


def _between(value: int, least: int, most: int) -> str | None:
    return None if least <= value <= most else f"a whole number from {least} to {most}"


def _instance_type(job: str, value: str) -> str | None:
    types = instance_types(job)
    if value in types:
        return None
    near = difflib.get_close_matches(value if value.startswith("ml.") else f"ml.{value}", types, 1)
    meant = f"did you mean {near[0]}?" if near else "such as ml.m5.large"
    return f"an instance type of {job.lower()} jobs; {meant}"
