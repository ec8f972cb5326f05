"""Functions that are container images: which process stands for them.

Images are built here without a container engine, so that none can be started: what runs is the model image's own
environment, installed from the same lock file, with the program that the image's definition names.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from rehearsal.aws.processes import MODEL_IMAGE, container_python
from rehearsal.lambda_functions.environments import RuntimeProgram
from rehearsal.lambda_functions.results import CannotRun

_PYTHONS = ("python", "python3", "/opt/venv/bin/python", "/opt/venv/bin/python3")


def image_program(function: Any) -> RuntimeProgram:
    """The process of an image's function: its entry point and command, under the model image's Python.

    Raises CannotRun where the entry point is no Python.
    """
    config = function.image_config.response()
    words = [*(config.get("EntryPoint") or ()), *(config.get("Command") or ())]
    if not words or words[0] not in _PYTHONS:
        raise CannotRun(
            f"{function.function_name}: entry point {words[:1] or 'none'}: set ImageConfig.EntryPoint to one of "
            f"{', '.join(_PYTHONS)} with -m awslambdaric, and ImageConfig.Command to the handler"
        )
    python = container_python()
    if not python.exists() or shutil.which(str(python)) is None:
        raise CannotRun(f"{function.function_name}: the model image's environment is not installed: make setup")
    root = Path(config.get("WorkingDirectory") or MODEL_IMAGE)
    folder = root if root.is_dir() else MODEL_IMAGE
    return RuntimeProgram([str(python), *words[1:]], folder, {"PYTHONPATH": str(MODEL_IMAGE)})
