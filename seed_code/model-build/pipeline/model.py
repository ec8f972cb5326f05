"""What the repository says about its model: `model.toml`."""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from pipeline import project_contract as contract
from pipeline.errors import UserError
from pipeline.ranges import rules

PROBLEMS = ("auto", *contract.problem_types())


@dataclass(frozen=True, kw_only=True)
class InstanceSettings:
    """Instance types of the jobs, and their volume in GB."""

    processing: str
    training: str
    volume_gb: int


@dataclass(frozen=True, kw_only=True)
class TrainingSettings:
    """How training runs. Times are seconds; the wait includes the running time and counts with spot only."""

    spot: bool
    max_runtime_seconds: int
    max_wait_seconds: int


@dataclass(frozen=True, kw_only=True)
class Hyperparameters:
    """Defaults of the pipeline's hyperparameters; train.py knows what each allows."""

    num_round: int
    early_stopping_rounds: int
    max_depth: int
    eta: float
    min_child_weight: float
    lambda_: float
    subsample: float
    colsample_bytree: float


@dataclass(frozen=True, kw_only=True)
class ModelSettings:
    """Settings of a model."""

    target: str
    problem: str
    seed: int
    data: str
    instances: InstanceSettings
    training: TrainingSettings
    hyperparameters: Hyperparameters


SECTIONS: dict[str, Any] = {
    "instances": InstanceSettings,
    "training": TrainingSettings,
    "hyperparameters": Hyperparameters,
}
TYPES: dict[str, tuple[type, ...]] = {"int": (int,), "float": (float, int), "str": (str,), "bool": (bool,)}


def read_model(path: Path) -> ModelSettings:
    """Parse `model.toml`. Raises UserError listing every unknown or missing key and every refused value."""
    try:
        # An editor may have put a byte order mark first.
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UserError(
            f"{path}: not UTF-8 (byte {error.start + 1} is 0x{error.object[error.start]:02x}); "
            "save it as UTF-8"
        ) from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}); run this where model.toml is") from None
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{path}: not TOML ({error})") from None
    problems: list[str] = []
    values = section(
        ModelSettings, {k: v for k, v in raw.items() if k not in SECTIONS}, path.name, "", problems
    )
    parts = {
        name: section(kind, raw.get(name, {}), path.name, f"{name}.", problems)
        for name, kind in SECTIONS.items()
    }
    if values.get("problem") not in (None, *PROBLEMS):
        problems.append(f"{path.name}: problem is {values['problem']!r}; allowed: {', '.join(PROBLEMS)}")
    training = parts["training"]
    if training.get("max_wait_seconds", 0) < training.get("max_runtime_seconds", 0):
        problems.append(
            f"{path.name}: training.max_wait_seconds is below training.max_runtime_seconds; raise it"
        )
    if problems:
        raise UserError(problems)
    return ModelSettings(**values, **{name: kind(**parts[name]) for name, kind in SECTIONS.items()})


def section(kind: Any, raw: Any, file: str, prefix: str, problems: list[str]) -> dict[str, Any]:
    """The values of one section that are sound; what is not goes to `problems`."""
    known = {
        field.name.rstrip("_"): field
        for field in fields(kind)
        if kind is not ModelSettings or field.name not in SECTIONS
    }
    given: dict[str, Any] = raw if isinstance(raw, dict) else {}
    found: dict[str, Any] = {}
    for name in given.keys() - known.keys():
        nearest = difflib.get_close_matches(name, known, 1)
        hint = f"did you mean {prefix}{nearest[0]}?" if nearest else f"allowed: {', '.join(known)}"
        problems.append(f"{file}: {prefix}{name} is unknown; {hint}")
    for name, field in known.items():
        value = given.get(name)
        allowed = TYPES[str(field.type)]
        if value is None:
            problems.append(f"{file}: {prefix}{name} is missing; give {field.type}")
        elif not isinstance(value, allowed) or (isinstance(value, bool) and field.type != "bool"):
            problems.append(f"{file}: {prefix}{name} is {value!r}; allowed: {field.type}")
        else:
            found[field.name] = value
            refused = rules().get(prefix + name, _anything)(value)
            if refused:
                problems.append(f"{file}: {prefix}{name} is {value!r}; allowed: {refused}")
    return found


def _anything(_: Any) -> None:
    return None
