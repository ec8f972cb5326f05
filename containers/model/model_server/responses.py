"""Predictions to text. A number is written as the shortest decimal of its float64 value.

Read back as float64 or as float32 it is exactly the float32 that the model gave: every float32 is a float64.
"""

from __future__ import annotations

import json

import numpy as np

from model_server.media_types import MediaType
from model_server.model import Floats


def render(predictions: Floats, media: MediaType) -> bytes:
    """`predictions`, (n,) or (n, classes), as a body of kind `media`, one entry per row in the rows' order.

    CSV: one line per row, class probabilities separated by commas. JSON: `{"predictions": […]}`.
    JSON lines: `{"prediction": …}` per row.
    """
    if not np.isfinite(predictions).all():
        raise ArithmeticError("a prediction is not a finite number")
    values = predictions.tolist()
    if media is MediaType.JSON:
        return json.dumps({"predictions": values}).encode()
    if media is MediaType.JSON_LINES:
        return "".join(f'{{"prediction": {json.dumps(value)}}}\n' for value in values).encode()
    if predictions.ndim == 1:
        return ("\n".join(map(repr, values)) + "\n").encode()
    return ("\n".join(",".join(map(repr, row)) for row in values) + "\n").encode()
