"""Functions that are container images: which process stands for them.

Images are built here without a container engine, so that none can be started: what runs is what the repository's own
Dockerfile names, in the environment that is installed from the same lock file.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from rehearsal.aws.processes import REPOSITORY
from rehearsal.lambda_functions.environments import RuntimeProgram
from rehearsal.lambda_functions.results import CannotRun
from rehearsal.service_model.aws_behavior import aws_behavior

FUNCTION_IMAGE = REPOSITORY / "containers" / "function"
_PYTHONS = ("python", "python3", "/opt/venv/bin/python", "/opt/venv/bin/python3")
_LIST = re.compile(r"^(ENTRYPOINT|CMD)\s+(\[.*\])\s*$", re.MULTILINE)


@dataclass(frozen=True)
class ImageDefaults:
    """What an image runs where nothing else is said."""

    entry_point: tuple[str, ...]
    command: tuple[str, ...]


@cache
def image_defaults(folder: Path) -> ImageDefaults:
    """ENTRYPOINT and CMD of a folder's Dockerfile."""
    text = (folder / "Dockerfile").read_text(encoding="utf-8")
    found = {name: tuple(json.loads(words)) for name, words in _LIST.findall(text)}
    return ImageDefaults(found.get("ENTRYPOINT", ()), found.get("CMD", ()))


@aws_behavior(
    'AWS Lambda API Reference, "ImageConfig": EntryPoint, Command and WorkingDirectory override the Dockerfile',
)
def image_words(config: dict[str, Any], defaults: ImageDefaults) -> list[str]:
    """An image's function starts as its Dockerfile says, save for what the function's configuration overrides."""
    return [*(config.get("EntryPoint") or defaults.entry_point), *(config.get("Command") or defaults.command)]


def image_program(function: Any) -> RuntimeProgram:
    """The process of an image's function, under the Python of the functions' image.

    Raises CannotRun where the entry point is no Python, or where that environment is not installed.
    """
    words = image_words(function.image_config.response(), image_defaults(FUNCTION_IMAGE))
    if not words or words[0] not in _PYTHONS:
        raise CannotRun(
            f"{function.function_name}: entry point {words[:1] or 'none'}: here it is one of {', '.join(_PYTHONS)}"
        )
    python = FUNCTION_IMAGE / ".venv" / "bin" / "python"
    if not python.exists():
        raise CannotRun(f"{function.function_name}: {python} is not there: make setup installs the functions' image")
    # The image's program lies in /var/task, which is where Lambda starts it.
    return RuntimeProgram([str(python), *words[1:]], FUNCTION_IMAGE, {"PYTHONPATH": str(FUNCTION_IMAGE)})
