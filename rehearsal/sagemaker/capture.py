"""Data capture: whether a request is captured, the line that it becomes, the object that holds it. Pure.

Form of a line: SageMaker Developer Guide, "Interpret captured data".
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True)
class CapturedExchange:
    """A request to an endpoint and its answer."""

    variant: str
    request: bytes
    request_type: str
    answer: bytes
    answer_type: str
    inference_id: str | None
    custom_attributes: str | None
    at: datetime


def wanted(config: Mapping[str, Any] | None, draw: float) -> bool:
    """Whether a request is captured. `draw` is a random number from 0 to 1."""
    if not config or not config.get("EnableCapture"):
        return False
    return draw * 100 < float(config["InitialSamplingPercentage"])


def line(config: Mapping[str, Any], exchange: CapturedExchange) -> str:
    """One captured exchange as a line of JSON."""
    modes = {option["CaptureMode"] for option in config["CaptureOptions"]}
    both = "InputAndOutput" in modes
    data: dict[str, Any] = {}
    if both or "Input" in modes:
        data["endpointInput"] = _part(config, exchange.request, exchange.request_type, "INPUT")
    if both or "Output" in modes:
        data["endpointOutput"] = _part(config, exchange.answer, exchange.answer_type, "OUTPUT")
    metadata: dict[str, Any] = {
        "eventId": str(uuid.uuid4()),
        "inferenceTime": exchange.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    if exchange.inference_id:
        metadata["inferenceId"] = exchange.inference_id
    if exchange.custom_attributes:
        metadata["customAttributes"] = [exchange.custom_attributes]
    return json.dumps({"captureData": data, "eventMetadata": metadata, "eventVersion": "0"})


def _part(config: Mapping[str, Any], content: bytes, content_type: str, mode: str) -> dict[str, str]:
    headers = config.get("CaptureContentTypeHeader") or {}
    media = content_type.partition(";")[0].strip().lower()
    encoding = "BASE64"
    if media in (headers.get("CsvContentTypes") or ()):
        encoding = "CSV"
    elif media in (headers.get("JsonContentTypes") or ()):
        encoding = "JSON"
    data = base64.b64encode(content).decode() if encoding == "BASE64" else content.decode("utf-8", "replace")
    return {"observedContentType": content_type, "mode": mode, "data": data, "encoding": encoding}


def address(config: Mapping[str, Any], endpoint: str, variant: str, at: datetime) -> str:
    """Where lines of a moment go: `<prefix>/<endpoint>/<variant>/yyyy/mm/dd/hh/….jsonl`."""
    moment = at.astimezone(UTC)
    name = f"{moment:%M-%S}-{moment.microsecond // 1000:03d}-{uuid.uuid4()}.jsonl"
    return f"{config['DestinationS3Uri'].rstrip('/')}/{endpoint}/{variant}/{moment:%Y/%m/%d/%H}/{name}"
