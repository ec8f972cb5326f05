"""Requests that break the limits of AWS's own models: lengths and patterns, which botocore knows and does not check."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from botocore.exceptions import UnknownServiceError
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape
from moto.core.utils import get_service_model
from pydantic_core import SchemaError

from rehearsal.aws.requests import SignedRequest
from rehearsal.service_model.aws_behavior import aws_behavior
from settings.patterns import matcher

MOST_TAGS = 50


@aws_behavior(
    "botocore, service models: `pattern`, `min` and `max` of each shape, of which clients check lengths alone",
    'IAM User Guide, "Tags for AWS Identity and Access Management resources": at most 50, characters by the pattern',
)
def texts_beyond_their_model(question: SignedRequest) -> str | None:
    """A request is refused where a text is of another form than the service's model says, or where tags are over 50."""
    model = _model(question.service)
    if model is None or question.operation not in model.operation_names:
        return None
    shape = model.operation_model(question.operation).input_shape
    return next(_faults(dict(question.parameters), shape, ""), None)


@cache
def _model(service: str) -> ServiceModel | None:
    try:
        found: ServiceModel = get_service_model(service)
    except UnknownServiceError:
        return None
    return found


def _faults(value: Any, shape: Shape | None, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _faults(inner, shape.members.get(name), f"{path}.{name}".lstrip("."))
    elif isinstance(shape, ListShape) and isinstance(value, list):
        if len(value) > MOST_TAGS and "tag" in shape.name.lower():
            yield f"{path} has {len(value)} tags, and at most {MOST_TAGS} are allowed"
        for index, inner in enumerate(value):
            yield from _faults(inner, shape.member, f"{path}[{index}]")
    elif isinstance(shape, MapShape) and isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _faults(name, shape.key, f"{path}.{name}")
            yield from _faults(inner, shape.value, f"{path}.{name}")
    elif shape is not None and shape.type_name == "string" and isinstance(value, str):
        yield from _text_faults(value, shape, path)


@cache
def readable(pattern: str) -> bool:
    """Whether an expression of Java's can be read here; a few have ranges of surrogates or lookaheads that cannot."""
    try:
        matcher(pattern)
    except (re.error, SchemaError):
        return False
    return True


def _text_faults(value: str, shape: Shape, path: str) -> Iterator[str]:
    least, most, pattern = (shape.metadata.get(each) for each in ("min", "max", "pattern"))
    if (least and len(value) < least) or (most and len(value) > most):
        yield f"{path} has {len(value)} characters, and {shape.name} allows {least or 0} to {most}"
    elif pattern and readable(pattern) and not matcher(pattern)(value):
        yield f"{path} = {value[:80]!r} does not satisfy the pattern of {shape.name}: {pattern}"
