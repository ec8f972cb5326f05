"""Compares production's predictions with the model's: the same rows, over HTTP and by XGBoost alone."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import random
import struct
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rehearsal.aws.actors import Actor
from rehearsal.aws.cloud import Cloud
from rehearsal.aws.processes import container_python
from rehearsal.journey.steps import JourneyFailed

ROWS = 1000
# Nothing but xgboost: neither the platform's code nor the container's takes part in the expectation.
_PREDICT = """
import csv, json, sys
import xgboost
model, rows = sys.argv[1:]
booster = xgboost.Booster()
booster.load_model(model)
numbers = [[float(cell) if cell else float("nan") for cell in row] for row in csv.reader(open(rows))]
answers = booster.predict(xgboost.DMatrix(__import__("numpy").array(numbers), feature_names=booster.feature_names))
print(json.dumps(answers.tolist()))
"""


def many_rows(holdout: str, count: int = ROWS, seed: int = 0) -> str:
    """`count` rows without a header: the held-out ones, then mixtures of their values, column by column."""
    _, *rows = csv.reader(io.StringIO(holdout))
    if not rows:
        raise JourneyFailed("the evaluation left no held-out rows")
    chance = random.Random(seed)  # noqa: S311 - no secret is made of it
    columns = list(zip(*rows, strict=True))
    mixed = [[chance.choice(column) for column in columns] for _ in range(max(0, count - len(rows)))]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([*rows, *mixed][:count])
    return text.getvalue()


def answers(cloud: Cloud, actor: Actor, endpoint: str, rows: str) -> list[list[float]]:
    """The endpoint's predictions, by HTTP over loopback: a list of numbers for each row."""
    answer = _over_loopback(cloud, actor).invoke_endpoint(
        EndpointName=endpoint, ContentType="text/csv", Accept="text/csv", Body=rows.encode()
    )
    lines = answer["Body"].read().decode().strip().splitlines()
    return [[float(number) for number in line.split(",")] for line in lines]


def _over_loopback(cloud: Cloud, actor: Actor) -> Any:
    import boto3

    return boto3.client("sagemaker-runtime", endpoint_url=cloud.endpoint_url, **actor.credentials())


def expected(artifact: bytes, rows: str) -> list[list[float]]:
    """What a fresh process answers that loads the artifact with xgboost and nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        with tarfile.open(fileobj=io.BytesIO(artifact)) as archive:
            archive.extractall(root, filter="data")
        (root / "rows.csv").write_text(rows)
        run = subprocess.run(
            [str(container_python()), "-c", _PREDICT, str(root / "model.ubj"), str(root / "rows.csv")],
            capture_output=True,
            text=True,
            check=False,
            cwd=root,
        )
    if run.returncode:
        raise JourneyFailed(f"the artifact cannot be loaded with xgboost alone: {run.stderr.strip().splitlines()[-1]}")
    numbers = json.loads(run.stdout)
    return [number if isinstance(number, list) else [number] for number in numbers]


def sha256(content: bytes) -> str:
    """Hash of an artifact, as the registry keeps it."""
    return hashlib.sha256(content).hexdigest()


def differing(predictions: Sequence[Sequence[float]], expected: Sequence[Sequence[float]]) -> int:
    """Rows whose answers are not the same 32-bit numbers."""
    if len(predictions) != len(expected):
        return max(len(predictions), len(expected))
    return sum(_bits(a) != _bits(b) for a, b in zip(predictions, expected, strict=True))


def compared(
    *,
    endpoint: str,
    account: str,
    rows: str,
    answered: Sequence[Sequence[float]],
    artifact: bytes,
    registered_sha256: str,
    metric: tuple[str, float],
) -> dict[str, Any]:
    """The answers of an account's endpoint beside those of xgboost alone, as the report holds them.

    `artifact` is what the registry's package names, `registered_sha256` the hash in its metadata, `metric` name and
    value on held-out rows.
    """
    alone, same_hash = expected(artifact, rows), sha256(artifact) == registered_sha256
    different = differing(answered, alone)
    sentence = (
        f"Production ({endpoint} in {account}) answered {len(answered)} rows; "
        f"{len(alone) - different} equal those of xgboost alone; held-out {metric[0]} {metric[1]:.4f}"
    )
    first = [{"row": row, "answer": answer} for row, answer in zip(rows.splitlines()[:3], answered, strict=False)]
    return {
        "sentence": sentence if same_hash else f"{sentence}; the artifact is NOT the registry's",
        "endpoint": endpoint,
        "account": account,
        "rows": len(answered),
        "different": different,
        "artifact_sha256": sha256(artifact),
        "artifact_is_the_registrys": same_hash,
        "metric": metric[0],
        "value": metric[1],
        "first": first,
    }


def is_right(asked: Mapping[str, Any]) -> bool:
    """Whether an endpoint answered every row as the model does, and serves the registry's artifact."""
    return not asked["different"] and asked["artifact_is_the_registrys"] and asked["rows"] == ROWS


def _bits(numbers: Sequence[float]) -> bytes:
    return struct.pack(f"{len(numbers)}f", *numbers)
