"""Lambda's own part of a Python function's process: finds the handler, asks for invocations, posts the answers.

Runs as a program of its own under whichever Python the function has, so that it imports nothing of the rehearsal. The
protocol is Lambda's runtime API (Lambda Developer Guide, "Using the Lambda runtime API for custom runtimes"); the forms
of errors are those of "Lambda function errors in Python".
"""

from __future__ import annotations

import http.client
import importlib
import json
import os
import sys
import time
import traceback
from collections.abc import Mapping
from typing import Any

_API = "/2018-06-01/runtime"


class LambdaContext:
    """What a handler is given beside the event."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.identity = None
        self.client_context = None
        self._deadline = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self) -> int:
        """How long the invocation may still take."""
        return max(0, self._deadline - int(1000 * time.time()))


def described(error: BaseException, request_id: str, skipped: int = 1) -> dict[str, Any]:
    """An error as Lambda answers it."""
    frames = traceback.format_tb(error.__traceback__)[skipped:]
    kind = type(error).__name__
    return {"errorMessage": str(error), "errorType": kind, "requestId": request_id, "stackTrace": frames}


def load(handler: str) -> tuple[Any, dict[str, Any] | None]:
    """The handler's function, or the error that Lambda answers for it."""
    module, _, name = handler.rpartition(".")
    try:
        loaded = importlib.import_module(module.replace("/", "."))
    except ImportError as error:
        traceback.print_exc()
        text = f"Unable to import module '{module}': {error}"
        return None, {**described(error, ""), "errorType": "Runtime.ImportModuleError", "errorMessage": text}
    except BaseException as error:
        traceback.print_exc()
        return None, described(error, "")
    if not hasattr(loaded, name):
        text = f"Handler '{name}' missing on module '{module}'"
        print(text)
        return None, {"errorType": "Runtime.HandlerNotFound", "errorMessage": text, "stackTrace": []}
    return getattr(loaded, name), None


def post(connection: http.client.HTTPConnection, path: str, body: str) -> None:
    """Send an answer."""
    connection.request("POST", _API + path, body, {"Content-Type": "application/json"})
    connection.getresponse().read()


def answer(function: Any, body: bytes, headers: Mapping[str, str]) -> tuple[str, str]:
    """What the handler returns for an event, as a path and a text."""
    request_id = headers["Lambda-Runtime-Aws-Request-Id"]
    os.environ["_X_AMZN_TRACE_ID"] = headers.get("Lambda-Runtime-Trace-Id") or ""
    try:
        result = function(json.loads(body), LambdaContext(headers))
    except BaseException as error:
        traceback.print_exc()
        return f"/invocation/{request_id}/error", json.dumps(described(error, request_id))
    try:
        return f"/invocation/{request_id}/response", json.dumps(result)
    except (TypeError, ValueError) as error:
        text = f"Unable to marshal response: {error}"
        failure = {"errorType": "Runtime.MarshalError", "errorMessage": text, "requestId": request_id}
        return f"/invocation/{request_id}/error", json.dumps({**failure, "stackTrace": []})


def main() -> None:
    """Serve invocations one after another, for as long as the environment lives."""
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    function, failure = load(os.environ["_HANDLER"])
    sys.stdout.flush()
    if failure is not None:
        post(connection, "/init/error", json.dumps(failure))
        sys.exit(1)
    while True:
        connection.request("GET", _API + "/invocation/next")
        given = connection.getresponse()
        body = given.read()
        path, text = answer(function, body, dict(given.getheaders()))
        sys.stdout.flush()
        sys.stderr.flush()
        post(connection, path, text)


if __name__ == "__main__":
    main()
