"""The functions of all accounts: invoked by the API, by events and by other services, at once or asynchronously."""

from __future__ import annotations

import base64
import json
import sys
import threading
import time
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from botocore.exceptions import ClientError
from moto.awslambda.models import lambda_backends
from moto.core.request import Request

from rehearsal.aws.actors import Actor
from rehearsal.aws.answers import Answer
from rehearsal.aws.cloud import Cloud, NotTrusted
from rehearsal.aws.logs import refused
from rehearsal.aws.processes import Processes
from rehearsal.aws.requests import SignedRequest
from rehearsal.lambda_functions.asynchronous import AsynchronousInvocations
from rehearsal.lambda_functions.metrics import Report, no_report, report_invocation
from rehearsal.lambda_functions.pool import EnvironmentPool
from rehearsal.lambda_functions.results import CannotRun, InvocationResult, Throttled, failed
from rehearsal.lambda_functions.versions import (
    FunctionName,
    InvocationTarget,
    UnknownFunction,
    function_name,
    target_of,
)
from rehearsal.zip_archives import ArchiveError

# Payload limits of synchronous and asynchronous invocations (Lambda Developer Guide, "Lambda quotas").
MAX_PAYLOAD_BYTES = 6 * 1024 * 1024
MAX_EVENT_BYTES = 1024 * 1024


class LambdaFunctions:
    """The functions of all accounts. `python` stands for every Python runtime and has boto3, as Lambda's have."""

    def __init__(
        self, cloud: Cloud, *, processes: Processes, logs: Path, python: Path | None = None, report: Report = no_report
    ) -> None:
        self.cloud = cloud
        self.processes = processes
        self.logs = logs
        self.python = python or Path(sys.executable)
        self._pool = EnvironmentPool(cloud, processes, logs, self.python)
        self._report = report
        self._later = AsynchronousInvocations(cloud, self.run)
        self._running: list[threading.Thread] = []

    def install(self) -> None:
        """Answer `lambda:Invoke` of every caller."""
        self.cloud.patches.set_item(self.cloud.handlers, "lambda:Invoke", self._invoked)

    def invoke(self, account: str, name: str, payload: Any, region: str | None = None) -> tuple[int, Any]:
        """Run a function and give HTTP status and answer. A function that fails answers 200 with an `errorType`."""
        try:
            return 200, self.run(account, region or self.cloud.region, name, payload).payload
        except UnknownFunction as error:
            return 404, {"errorType": "ResourceNotFoundException", "errorMessage": str(error)}

    def run(
        self, account: str, region: str, name: str, payload: Any, qualifier: str = "", trace: str = ""
    ) -> InvocationResult:
        """Run a function, a version or what an alias leads to, to its end or time-out.

        Raises UnknownFunction, and Throttled where its concurrency is used up.
        """
        target = target_of(function_name(account, region, name, qualifier))
        request_id = str(uuid.uuid4())
        try:
            result = self._run(target, payload, request_id, trace)
        except Throttled:
            report_invocation(self._report, target, {"Throttles": 1.0})
            raise
        concurrent = self._pool.concurrent(target.named.account, target.named.region, target.named.name) + 1
        measured = {"Invocations": 1.0, "Errors": float(bool(result.error)), "Duration": result.seconds * 1000}
        report_invocation(
            self._report, target, {**measured, "Throttles": 0.0, "ConcurrentExecutions": float(concurrent)}
        )
        return result

    def _run(self, target: InvocationTarget, payload: Any, request_id: str, trace: str) -> InvocationResult:
        try:
            with self._pool.environment(target, reserved_concurrency) as environment:
                return environment.invoke(json.dumps(payload).encode(), request_id, trace, target.named.arn)
        except (NotTrusted, ArchiveError, CannotRun) as error:
            return failed("Runtime.ExitError", str(error), request_id, version=target.version)
        except ClientError as error:
            return failed("AccessDeniedException", refused(error), request_id, version=target.version)

    def start(self, account: str, region: str, name: str, payload: Any, qualifier: str = "") -> None:
        """Run a function asynchronously: tried again where it fails, then sent to where its failures go."""
        named = function_name(account, region, name, qualifier)
        thread = threading.Thread(
            target=self._later.run, args=(named, payload), daemon=True, name=_thread_name(account, region, name)
        )
        self._running.append(thread)
        thread.start()

    def wait(self, seconds: float = 60.0) -> None:
        """Wait for functions that run asynchronously. Raises TimeoutError."""
        deadline = time.monotonic() + seconds
        for thread in self._running:
            thread.join(max(0.0, deadline - time.monotonic()))
        self._running = [thread for thread in self._running if thread.is_alive()]
        if self._running:
            raise TimeoutError(f"{len(self._running)} functions still run after {seconds:.0f} seconds")
        self._pool.flush()

    def wait_for(self, account: str, region: str, name: str, seconds: float = 60.0) -> None:
        """Wait until one function runs no more for events, but no longer than so many seconds."""
        deadline = time.monotonic() + seconds
        for thread in [each for each in self._running if each.name == _thread_name(account, region, name)]:
            thread.join(max(0.0, deadline - time.monotonic()))

    def policy(self, account: str, region: str, name: str) -> dict[str, Any]:
        """A function's resource policy, with the statements of all versions and aliases. Raises UnknownFunction."""
        found = target_of(FunctionName(account, region, function_name(account, region, name).name))
        return {"Version": "2012-10-17", "Statement": found.function.policy.statements}

    def close(self) -> None:
        """Wait a little for functions that were invoked asynchronously, then end the environments."""
        for thread in self._running:
            thread.join(5)
        self._pool.close()

    # ---- callers through the API

    def _invoked(self, actor: Actor, question: SignedRequest, request: Request) -> Answer | None:
        name = unquote(request.path.split("/functions/")[1].split("/")[0])
        qualifier = str(request.args.get("Qualifier") or "")
        named = function_name(actor.account, question.region, name, qualifier)
        kind = request.headers.get("X-Amz-Invocation-Type", "RequestResponse")
        body = request.data
        most = MAX_EVENT_BYTES if kind == "Event" else MAX_PAYLOAD_BYTES
        if len(body) > most:
            return _error(413, "RequestTooLargeException", f"{len(body)} bytes exceed {most}")
        try:
            payload = json.loads(body or b"{}")
        except ValueError:
            return _error(400, "InvalidRequestContentException", "Could not parse request body into json")
        try:
            return self._asked(named, payload, kind, tail=request.headers.get("X-Amz-Log-Type") == "Tail")
        except UnknownFunction as error:
            return _error(404, "ResourceNotFoundException", str(error))
        except Throttled as error:
            return _error(429, "TooManyRequestsException", str(error), Reason=error.reason)

    def _asked(self, named: FunctionName, payload: Any, kind: str, *, tail: bool) -> Answer:
        target_of(named)
        if kind == "DryRun":
            return 204, {"Content-Type": "application/json"}, b""
        if kind == "Event":
            self.start(named.account, named.region, named.name, payload, named.qualifier)
            return 202, {"Content-Type": "application/json"}, b""
        return _answer(self.run(named.account, named.region, named.name, payload, named.qualifier), tail=tail)


def _thread_name(account: str, region: str, name: str) -> str:
    plain = name.rsplit(":function:", maxsplit=1)[-1].split(":", maxsplit=1)[0]
    return f"function-{account}-{region}-{plain}"


def reserved_concurrency(account: str, region: str) -> dict[str, int]:
    """The reserved concurrency of an account's functions, of those that have one."""
    functions = lambda_backends[account][region].list_functions()
    return {
        function.function_name: int(function.reserved_concurrency)
        for function in functions
        if function.reserved_concurrency is not None
    }


def _answer(result: InvocationResult, *, tail: bool) -> Answer:
    headers = {
        "Content-Type": "application/json",
        "X-Amz-Executed-Version": result.version,
        "x-amzn-RequestId": result.request_id,
    }
    if result.error:
        headers["X-Amz-Function-Error"] = result.error
    if tail:
        headers["X-Amz-Log-Result"] = base64.b64encode(result.log.encode()[-4096:]).decode()
    return 200, headers, json.dumps(result.payload).encode()


def _error(status: int, code: str, message: str, **more: str) -> Answer:
    text = json.dumps({"Type": "User", "Message": message, "message": message, **more})
    return status, {"Content-Type": "application/json", "x-amzn-errortype": code}, text.encode()
