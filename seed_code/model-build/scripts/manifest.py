"""One manifest of all versions that made a model: code, data, image, settings, libraries. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from contract import script_hashes
from table_schema import Schema


def build_manifest(
    schema: Schema, training: dict[str, Any], evaluation: dict[str, Any], environment: Mapping[str, str]
) -> dict[str, Any]:
    """The manifest. What the pipeline knows comes by environment variable and is None outside one."""

    def told(name: str) -> str | None:
        return environment.get(name) or None

    return {
        "source": {"commit": told("SOURCE_COMMIT"), "code_uri": told("CODE_URI"), "scripts": script_hashes()},
        "data": {
            "uri": told("DATA_URI"),
            "version": told("DATA_VERSION"),
            "files": [asdict(each) for each in schema.inputs],
            "rows": schema.rows,
        },
        "image": told("IMAGE_URI"),
        "pipeline_execution_arn": told("PIPELINE_EXECUTION_ARN"),
        "model_package_group": told("MODEL_PACKAGE_GROUP"),
        "model_data_url": told("MODEL_DATA_URL"),
        "artifact": evaluation["artifact"],
        "problem": schema.problem,
        "seed": {"split": schema.seed, "training": training["seed"]},
        "training": training,
        "evaluation": {
            name: evaluation[name] for name in ("metric", "value", "threshold", "metrics", "gate")
        },
    }
