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
    values = {"target": target} | ({"problem": problem} if problem else {})
    for key, value in values.items():
        # A function, since a text may hold what looks like a reference to a group.
        line = f"{key} = {json.dumps(value, ensure_ascii=False)}"
        model = re.sub(rf'^{key} = "[^"]*"', lambda _, line=line: str(line), model, flags=re.M)  # type: ignore[misc]
    return model
