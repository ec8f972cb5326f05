"""AWS's own names of regions and instance types, taken from botocore's models; the committed lists come from here.

botocore is no dependency of the program: only whoever refreshes or tests the lists needs it.
"""

from __future__ import annotations

import json
from typing import Any

from settings.closed_lists import DATA

# Shapes of the sagemaker model that name an instance type of an endpoint, a job or an app.
SHAPES = ("ProductionVariantInstanceType", "TrainingInstanceType", "ProcessingInstanceType", "AppInstanceType")


def regions(loader: Any) -> list[str]:
    """Regions of every partition. Pseudo regions of global services (`aws-global`) are none."""
    models = (loader.load_data("endpoints"), loader.load_data("partitions"))
    names = {name for model in models for partition in model["partitions"] for name in partition["regions"]}
    return sorted(name for name in names if not name.endswith("-global"))


def instance_types(loader: Any) -> list[str]:
    """SageMaker's instance types (`ml.…`) for endpoints, training, processing and apps; `system` is none."""
    shapes = loader.load_service_model("sagemaker", "service-2")["shapes"]
    names = {name for shape in SHAPES for name in shapes[shape]["enum"]}
    return sorted(name for name in names if name.startswith("ml."))


def write() -> list[str]:
    """Writes both lists anew. Returns what was written."""
    import botocore
    from botocore.loaders import Loader

    loader = Loader()
    lists = {
        "regions": ("endpoints.json, partitions.json", regions(loader)),
        "instance-types": (f"sagemaker service-2.json, {', '.join(SHAPES)}", instance_types(loader)),
    }
    for name, (models, names) in lists.items():
        content = {"source": f"botocore {botocore.__version__}: {models}", "names": names}
        (DATA / f"{name}.json").write_text(json.dumps(content, indent=1) + "\n")
    return [str(DATA / f"{name}.json") for name in lists]
