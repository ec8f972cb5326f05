"""Clients that make throttled calls again, and end before the function's own time."""

from __future__ import annotations

from functools import cache
from typing import Any

# Of one call: three attempts are 3 x (2 + 5) seconds at most, below the 29 that API Gateway waits.
ATTEMPTS, CONNECT_SECONDS, READ_SECONDS = 3, 2, 5


@cache
def client(service: str) -> Any:
    """A client by its service's name (Boto3 guide, "Retries")."""
    import boto3
    from botocore.config import Config

    retries: Any = {"mode": "standard", "total_max_attempts": ATTEMPTS}
    config = Config(retries=retries, connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS)
    return boto3.client(service, config=config)
