"""Opening model.tar.gz, which may come from anywhere."""

from __future__ import annotations

import tarfile
from dataclasses import dataclass
from pathlib import Path

import xgboost as xgb

from booster import MODEL_FILE, SCHEMA_FILE, load_booster
from container import JobError
from table_schema import TableSchema, load_schema

# A table's model is megabytes; this bounds what a hostile archive can unpack to.
LARGEST_BYTES = 4 << 30
MOST_MEMBERS = 1_000


@dataclass(frozen=True)
class ModelArtifact:
    """An opened model and the schema that it was trained with."""

    model: xgb.Booster
    schema: TableSchema


def open_artifact(archive: Path, folder: Path) -> ModelArtifact:
    """Unpack `archive` into `folder` and load it."""
    unpack(archive, folder)
    for name in (MODEL_FILE, SCHEMA_FILE):
        if not (folder / name).is_file():
            raise JobError(f"{archive.name}: it holds no {name}; train.py writes it")
    return ModelArtifact(load_booster(folder / MODEL_FILE), load_schema(folder / SCHEMA_FILE))


def unpack(archive: Path, folder: Path) -> None:
    """Extract regular files and folders only, none outside `folder`, within the limits on number and size."""
    folder.mkdir(parents=True, exist_ok=True)
    total = 0
    try:
        with tarfile.open(archive, "r:gz") as tar:
            for count, member in enumerate(tar, 1):
                total += member.size
                if not (member.isfile() or member.isdir()):
                    raise JobError(
                        f"{archive.name}: {member.name!r} is neither file nor folder; it is refused"
                    )
                if count > MOST_MEMBERS or total > LARGEST_BYTES:
                    raise JobError(f"{archive.name}: more than {MOST_MEMBERS} files or 4 GiB; it is refused")
                tar.extract(member, folder, filter="data")
    except (tarfile.TarError, EOFError, OSError) as error:
        raise JobError(f"{archive.name}: not a sound tar.gz ({error}); train again") from None
