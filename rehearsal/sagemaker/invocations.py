"""InvokeEndpoint: to the container and back, with AWS's own errors.

Headers and errors: botocore, sagemaker-runtime 2017-05-13.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

import urllib3

from rehearsal.aws.answers import Answer
from rehearsal.sagemaker.servers import ModelServer

# BodyBlob, botocore.
LARGEST_BODY = 6_291_456
_PASSED_ON = ("Content-Type", "Accept", "X-Amzn-SageMaker-Custom-Attributes", "X-Amzn-SageMaker-Inference-Id")
_NUMBER = re.compile(rb"(?<![\w.\"])-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w\"])")


@dataclass(frozen=True)
class ContainerReply:
    """What a container answered; status 0 where it did not."""

    status: int
    body: bytes
    content_type: str
    custom_attributes: str | None
    microseconds: float


def error(status: int, code: str, message: str, **more: str | int) -> Answer:
    """An error of sagemaker-runtime."""
    body = json.dumps({"Message": message, **more}).encode()
    return status, {"Content-Type": "application/json", "x-amzn-errortype": code}, body


def send(server: ModelServer, headers: Mapping[str, str], body: bytes, path: str = "/invocations") -> ContainerReply:
    """One request to a container, and what it answers on to the next one of an inference pipeline.

    Each gets what the one before answered, and its content type; the last one alone is told what the caller accepts
    (SageMaker Developer Guide, "Run Real-time Predictions with an Inference Pipeline").
    """
    given = {name: headers[name] for name in _PASSED_ON if headers.get(name)}
    accept = given.pop("Accept", None)
    chain = [server, *server.following]
    taken = 0.0
    for number, container in enumerate(chain):
        last = {"Accept": accept} if accept and number == len(chain) - 1 else {}
        reply = _post(container, given | last, body, path)
        taken += reply.microseconds
        if reply.status != 200:
            break
        body, given = reply.body, {**given, "Content-Type": reply.content_type}
    return replace(reply, microseconds=taken)


def _post(server: ModelServer, headers: Mapping[str, str], body: bytes, path: str) -> ContainerReply:
    start = time.perf_counter()
    try:
        answer = server.pool.request("POST", path, body=body, headers=headers, redirect=False)
    except urllib3.exceptions.HTTPError as failure:
        taken = (time.perf_counter() - start) * 1e6
        return ContainerReply(0, type(failure).__name__.encode(), "text/plain", None, taken)
    taken = (time.perf_counter() - start) * 1e6
    attributes = answer.headers.get("X-Amzn-SageMaker-Custom-Attributes")
    return ContainerReply(answer.status, answer.data, answer.headers.get("Content-Type", ""), attributes, taken)


def answer(account: str, region: str, endpoint: str, server: ModelServer, reply: ContainerReply) -> Answer:
    """The container's reply as SageMaker gives it to the caller."""
    if 200 <= reply.status < 300:
        headers = {"Content-Type": reply.content_type, "x-Amzn-Invoked-Production-Variant": server.variant}
        if reply.custom_attributes:
            headers["X-Amzn-SageMaker-Custom-Attributes"] = reply.custom_attributes
        return 200, headers, reply.body
    kind = "client" if 400 <= reply.status < 500 else "server"
    text = reply.body.decode("utf-8", "replace")
    if reply.status:
        message = f'Received {kind} error ({reply.status}) from primary with message "{text}".'
    else:
        message = "Received server error (0) from primary and could not load the entire response body."
    group = f"/aws/sagemaker/Endpoints/{endpoint}"
    return error(
        424,
        "ModelError",
        message,
        OriginalStatusCode=reply.status,
        OriginalMessage=text,
        LogStreamArn=f"arn:aws:logs:{region}:{account}:log-group:{group}",
    )


def perturbed(body: bytes) -> bytes:
    """The answer with every number changed, still a probability where it was one."""
    return _NUMBER.sub(lambda match: repr(float(match[0]) * 0.5 + 0.17).encode(), body)
