"""Settings of the server, read once from environment variables."""

from __future__ import annotations

import os
import pwd
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from model_server.cores import usable_cores
from model_server.errors import SettingsError

MIB = 1024 * 1024

# botocore, service model of sagemaker, ModelPackageArn: a version of a group.
_MODEL_PACKAGE_ARN = re.compile(
    r"arn:aws[a-z-]*:sagemaker:[a-z0-9-]{9,16}:[0-9]{12}:model-package/([a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,62}/[0-9]{1,9})"
)

# InvokeEndpoint's `Body` is at most 6,291,456 bytes: shape BodyBlob in botocore's sagemaker-runtime 2017-05-13 model.
REALTIME_BODY_BYTES = 6 * MIB

# "A customer's model containers must respond to requests within 60 seconds": botocore, same
# model, operation InvokeEndpoint.
REQUEST_SECONDS = 60

# SageMaker sends SIGKILL 30 s after SIGTERM (SageMaker Developer Guide, "Custom Inference Code with Hosting
# Services"); this leaves five.
GRACE_SECONDS = 25


@dataclass(frozen=True, kw_only=True)
class ServerSettings:
    """Where the model is, where to listen, and how much to accept."""

    model_dir: Path
    bind: str
    port: int
    workers: int
    nginx: str | None  # path of the binary; None: gunicorn listens on the port itself
    user: str | None  # owner of the workers when the server is started as root; None: no change
    body_bytes: int
    rows: int
    request_seconds: int
    grace_seconds: int
    model_package: str | None  # group/version; None: answers do not say which model gave them
    prepares: bool  # the first step of an inference pipeline, which hands prepared rows on
    multi_model: bool  # models are loaded and unloaded by name
    most_models: int  # of those, how many at a time


def read_settings(environ: Mapping[str, str]) -> ServerSettings:
    """Settings from environment variables; a `SettingsError` names the variable, its value and what is allowed."""
    body_bytes = _body_bytes(environ)
    batch = environ.get("SAGEMAKER_BATCH", "").lower() == "true"
    return ServerSettings(
        model_dir=Path(environ.get("ML_ROOT", "/opt/ml")) / "model",
        bind=environ.get("MODEL_SERVER_BIND", "0.0.0.0"),  # noqa: S104 - a container's port is reached from outside
        port=_number(environ, "SAGEMAKER_BIND_TO_PORT", 8080, 1, 65535),
        workers=_number(environ, "MODEL_SERVER_WORKERS", usable_cores(), 1, 256),
        nginx=_nginx(environ),
        user=_user(environ),
        body_bytes=body_bytes,
        rows=_number(environ, "MODEL_SERVER_MAX_ROWS", 1_000_000 if batch else 50_000, 1, 10_000_000),
        request_seconds=_number(environ, "MODEL_SERVER_TIMEOUT_SECONDS", REQUEST_SECONDS, 1, 3600),
        grace_seconds=_number(environ, "MODEL_SERVER_GRACE_SECONDS", GRACE_SECONDS, 1, 3600),
        model_package=_model_package(environ),
        prepares=_step(environ) == "prepare",
        multi_model=environ.get("MULTI_MODEL", "").lower() == "true",
        most_models=_number(environ, "MODEL_SERVER_MAX_MODELS", 100, 1, 10_000),
    )


def _body_bytes(environ: Mapping[str, str]) -> int:
    """The limit that is set, or the largest payload of a batch transform, which SageMaker hands over.

    Source: SageMaker Developer Guide, "Custom Inference Code with Batch Transform".
    """
    if "MODEL_SERVER_MAX_BODY_BYTES" in environ:
        return _number(environ, "MODEL_SERVER_MAX_BODY_BYTES", REALTIME_BODY_BYTES, 1, 1024 * MIB)
    batch_mib = _number(environ, "SAGEMAKER_MAX_PAYLOAD_IN_MB", 0, 0, 1024)
    return max(REALTIME_BODY_BYTES, batch_mib * MIB)


def _number(environ: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = environ.get(name)
    if text is None:
        return default
    if not text.isdecimal() or not low <= int(text) <= high:
        raise SettingsError(f"{name}={text!r} is not allowed: give a whole number from {low} to {high}")
    return int(text)


def _model_package(environ: Mapping[str, str]) -> str | None:
    """Group and version of the model package that is served."""
    arn = environ.get("MODEL_PACKAGE_ARN", "")
    match = _MODEL_PACKAGE_ARN.fullmatch(arn)
    if arn and not match:
        raise SettingsError(f"MODEL_PACKAGE_ARN={arn!r} is not allowed: give the ARN of a version, …/<group>/<version>")
    return match[1] if match else None


def _step(environ: Mapping[str, str]) -> str:
    step = environ.get("MODEL_SERVER_STEP", "predict")
    if step not in ("prepare", "predict"):
        raise SettingsError(f"MODEL_SERVER_STEP={step!r} is not allowed: give prepare or predict")
    return step


def _nginx(environ: Mapping[str, str]) -> str | None:
    mode = environ.get("MODEL_SERVER_NGINX", "auto")
    if mode not in ("auto", "on", "off"):
        raise SettingsError(f"MODEL_SERVER_NGINX={mode!r} is not allowed: give auto, on or off")
    path = None if mode == "off" else shutil.which("nginx")
    if mode == "on" and path is None:
        raise SettingsError("MODEL_SERVER_NGINX='on', but nginx is not on PATH: install it, or give auto or off")
    return path


def _user(environ: Mapping[str, str]) -> str | None:
    name = environ.get("MODEL_SERVER_USER")
    if not name or os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(name)
    except KeyError:
        raise SettingsError(f"MODEL_SERVER_USER={name!r} is not a user of this system: create it or unset it") from None
    return name
