"""One manifest of all versions that made a model: code, data, image, settings, libraries. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from container import script_hashes
from table_schema import TableSchema


def build_manifest(
    schema: TableSchema,
    training: dict[str, Any],
    evaluation: dict[str, Any],
    environment: Mapping[str, str],
    checks: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The manifest. What the pipeline knows comes by environment variable and is None outside one.

    `checks` are address and SHA-256 of the rows that endpoints are checked with, None where there are none.
    """

    def variable(name: str) -> str | None:
        return environment.get(name) or None

    return {
        "source": {
            "commit": variable("SOURCE_COMMIT"),
            "code_uri": variable("CODE_URI"),
            "scripts": script_hashes(),
        },
        "data": {
            "uri": variable("DATA_URI"),
            "version": variable("DATA_VERSION"),
            "files": [asdict(each) for each in schema.inputs],
            "rows": schema.rows,
        },
        "image": variable("IMAGE_URI"),
        "pipeline_execution_arn": variable("PIPELINE_EXECUTION_ARN"),
        "model_package_group": variable("MODEL_PACKAGE_GROUP"),
        "model_data_url": variable("MODEL_DATA_URL"),
        "artifact": evaluation["artifact"],
        "checks": dict(checks) if checks else None,
        "problem": schema.problem,
        # What callers must send and what they get: the API's document is made of it.
        "schema": {"features": schema.features, "target": schema.target, "classes": schema.classes},
        "seed": {"split": schema.seed, "training": training["seed"]},
        "training": training,
        "evaluation": {
            name: evaluation[name] for name in ("metric", "value", "threshold", "metrics", "gate")
        },
    }
