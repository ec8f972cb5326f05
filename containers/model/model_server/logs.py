"""Logs: one JSON object per line on standard output. Payload values never appear in them."""

from __future__ import annotations

import json
import logging
import os
import re
from datetime import UTC, datetime

STDOUT = 1
_BARE_ID = re.compile(r"[A-Za-z0-9._:/=+-]{1,128}")
_NAMED_ID = re.compile(r"(?:^|[,;\s])(?:request-id|request_id|trace-id)=([A-Za-z0-9._:/+-]{1,128})(?=$|[,;\s])")


def log(event: str, **fields: object) -> None:
    """Write one line. One `write` call per line keeps the lines of several processes apart."""
    time = datetime.now(UTC).isoformat(timespec="milliseconds")
    line = json.dumps({"time": time, "event": event, **fields}, default=str) + "\n"
    os.write(STDOUT, line.encode())


def request_id(custom_attributes: str) -> str | None:
    """The caller's id in `X-Amzn-SageMaker-Custom-Attributes`: `request-id=…`, `trace-id=…`, or a bare token.

    Anything else in that header stays out of the logs: botocore's model of sagemaker-runtime marks it as sensitive.
    """
    named = _NAMED_ID.search(custom_attributes)
    if named:
        return named.group(1)
    return custom_attributes if _BARE_ID.fullmatch(custom_attributes) else None


class JsonHandler(logging.Handler):
    """Puts the records of gunicorn's own logger into the same form."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write `record`; of an exception only its type, since its text may quote a payload."""
        fields: dict[str, object] = {"level": record.levelname.lower(), "message": record.getMessage()}
        if record.exc_info and record.exc_info[0]:
            fields["exception"] = record.exc_info[0].__name__
        log("gunicorn", **fields)
