"""The seed repository as a team edits it before its first hand-over."""

from __future__ import annotations

import io
import json
import re
import zipfile

from components.archives import files
from rehearsal.aws.processes import REPOSITORY


def build_repository(target: str, problem: str | None) -> bytes:
    """The archive of `seed_code/model-build` with the column to predict, and the problem where it is said."""
    folder, buffer = REPOSITORY / "seed_code" / "model-build", io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files(folder):
            name = path.relative_to(folder).as_posix()
            content = path.read_bytes()
            archive.writestr(
                name, edited(content.decode(), target, problem).encode() if name == "model.toml" else content
            )
    return buffer.getvalue()


def edited(model: str, target: str, problem: str | None) -> str:
    """The text of `model.toml` with these values."""
    for key, value in (("target", target), *((("problem", problem),) if problem else ())):
        model = _with(model, key, value)
    return model


def _with(model: str, key: str, value: str) -> str:
    line = f"{key} = {json.dumps(value, ensure_ascii=False)}"
    return re.sub(rf'^{key} = "[^"]*"', lambda _: line, model, flags=re.M)
