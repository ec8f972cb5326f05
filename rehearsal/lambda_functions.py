"""Lambda functions that run: the deployed archive in a child process, with the role's credentials."""

from __future__ import annotations

import base64
import json
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from moto.awslambda.models import lambda_backends
from moto.core.request import Request

from rehearsal import zip_archives
from rehearsal.aws.actors import Actor
from rehearsal.aws.cloud import Answer, Cloud, NotTrusted
from rehearsal.aws.logs import publish, refused
from rehearsal.aws.processes import TIMED_OUT, Processes
from rehearsal.aws.requests import SignedRequest
from rehearsal.network.ec2 import attachment
from rehearsal.network.model import VpcAttachment
from rehearsal.zip_archives import ArchiveError

# Lambda's own part of the process: finds the handler, gives it the event, writes the answer to a file. Printed output
# is the function's log and never its answer. Source of the error's shape: Lambda Developer Guide, "AWS Lambda function
# errors in Python".
_BOOTSTRAP = """
import importlib, json, os, sys, time, traceback
work = sys.argv[1]
sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
job = json.load(open(work + "/job.json"))
class LambdaContext:
    def __init__(self, values):
        self.__dict__.update(values)
    def get_remaining_time_in_millis(self):
        return max(0, int(1000 * (self.deadline - time.time())))
try:
    module, _, name = job["handler"].rpartition(".")
    handler = getattr(importlib.import_module(module.replace("/", ".")), name)
    answer = {"result": handler(job["event"], LambdaContext(job["context"]))}
    text = json.dumps(answer)
except BaseException as error:
    frames = traceback.format_tb(error.__traceback__)[1:]
    text = json.dumps({"failure": {"errorMessage": str(error), "errorType": type(error).__name__,
                                   "requestId": job["context"]["aws_request_id"], "stackTrace": frames}})
    traceback.print_exc()
sys.stdout.flush()
with open(work + "/answer.json", "w") as file:
    file.write(text)
"""
_SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"
# Payload limits of synchronous and asynchronous invocations (Lambda Developer Guide, "Lambda quotas").
MAX_PAYLOAD_BYTES = 6 * 1024 * 1024
# An asynchronous invocation is tried twice more; AWS waits one minute, then two (Lambda Developer Guide, "How Lambda
# handles errors and retries with asynchronous invocation").
ATTEMPTS = 3


class UnknownFunction(Exception):
    """There is no function of that name."""


@dataclass(frozen=True)
class InvocationResult:
    """How an invocation ended. `error` is empty, or `Unhandled` where the function failed; `log` is what it printed."""

    payload: Any
    error: str
    log: str
    request_id: str


class LambdaFunctions:
    """The functions of all accounts. `python` stands for every Python runtime and has boto3, as Lambda's have."""

    def __init__(self, cloud: Cloud, *, processes: Processes, logs: Path, python: Path | None = None) -> None:
        self.cloud = cloud
        self.processes = processes
        self.logs = logs
        self.python = python or Path(sys.executable)
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

    def run(self, account: str, region: str, name: str, payload: Any) -> InvocationResult:
        """Run a function to its end or time-out. Raises UnknownFunction."""
        function = self._function(account, region, name)
        request_id = str(uuid.uuid4())
        try:
            result = self._run(function, account, region, payload, request_id)
        except (NotTrusted, ArchiveError, _CannotRun) as error:
            result = _failed("Runtime.ExitError", str(error), request_id)
        except ClientError as error:
            result = _failed("AccessDeniedException", refused(error), request_id)
        return result

    def start(self, account: str, region: str, name: str, payload: Any) -> None:
        """Run a function asynchronously: tried again where it fails, then left in its dead-letter queue."""
        thread = threading.Thread(
            target=self._asynchronous,
            args=(account, region, name, payload),
            daemon=True,
            name=_thread_name(account, region, name),
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

    def wait_for(self, account: str, region: str, name: str, seconds: float = 60.0) -> None:
        """Wait until one function runs no more for events, but no longer than so many seconds."""
        deadline = time.monotonic() + seconds
        for thread in [each for each in self._running if each.name == _thread_name(account, region, name)]:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _asynchronous(self, account: str, region: str, name: str, payload: Any) -> None:
        for _ in range(ATTEMPTS):
            result = self.run(account, region, name, payload)
            if not result.error:
                return
        function = self._function(account, region, name)
        queue = (function.dead_letter_config or {}).get("TargetArn")
        if queue:
            self._send_to_dead_letter_queue(function, region, str(queue), payload, result)

    def _send_to_dead_letter_queue(
        self, function: Any, region: str, queue: str, payload: Any, result: InvocationResult
    ) -> None:
        """Send an event to the dead-letter queue, as the function's role (Lambda Developer Guide, "Retaining records of
        asynchronous invocations")."""
        actor = self.cloud.service_assume(
            function.role, service="lambda.amazonaws.com", session=function.function_name[:64], region=region
        )
        attributes = {
            "RequestID": result.request_id,
            "ErrorMessage": str(result.payload.get("errorMessage", ""))[:1024],
        }
        account, name = queue.split(":")[4:]
        self.cloud.client(actor, "sqs", region).send_message(
            QueueUrl=f"https://sqs.{region}.amazonaws.com/{account}/{name}",
            MessageBody=json.dumps(payload),
            MessageAttributes={
                key: {"DataType": "String", "StringValue": text} for key, text in attributes.items() if text
            },
        )

    def policy(self, account: str, region: str, name: str) -> dict[str, Any]:
        """A function's resource policy. Raises UnknownFunction."""
        return {"Version": "2012-10-17", "Statement": self._function(account, region, name).policy.statements}

    def close(self) -> None:
        """Wait a little for functions that were invoked asynchronously."""
        for thread in self._running:
            thread.join(5)

    def _function(self, account: str, region: str, name: str) -> Any:
        plain = name.rsplit(":function:", maxsplit=1)[-1].split(":", maxsplit=1)[0]
        for function in lambda_backends[account][region].list_functions():
            if function.function_name == plain:
                return function
        raise UnknownFunction(f"Function not found: arn:aws:lambda:{region}:{account}:function:{plain}")

    def _run(self, function: Any, account: str, region: str, payload: Any, request_id: str) -> InvocationResult:
        runtime = function.run_time or ""
        if function.package_type != "Zip" or not runtime.startswith("python"):
            raise _CannotRun(
                f"{function.function_name}: package {function.package_type}, runtime {runtime or 'none'}: "
                "only zip archives for Python run here"
            )
        session = function.function_name[:64]
        outside = self.cloud.service_assume(
            function.role, service="lambda.amazonaws.com", session=session, region=region
        )
        vpc = _vpc(function, account, region)
        actor = self.cloud.in_vpc(outside, vpc) if vpc else outside
        stream = f"{time.strftime('%Y/%m/%d')}/[$LATEST]{uuid.uuid4().hex}"
        with tempfile.TemporaryDirectory(prefix="function-", ignore_cleanup_errors=True) as folder:
            work = Path(folder)
            zip_archives.unpack(function.code_bytes, work / "task")
            result = self._process(function, actor, work, payload, request_id, stream)
        text = f"START RequestId: {request_id} Version: $LATEST\n{result.log}\nEND RequestId: {request_id}"
        # Lambda writes logs itself, as the function's role, and never through the function's VPC.
        publish(self.cloud.client(outside, "logs"), f"/aws/lambda/{function.function_name}", stream, text)
        return result

    def _process(
        self, function: Any, actor: Actor, work: Path, payload: Any, request_id: str, stream: str
    ) -> InvocationResult:
        (work / "bootstrap.py").write_text(_BOOTSTRAP, encoding="utf-8")
        context = {
            "aws_request_id": request_id,
            "function_name": function.function_name,
            "function_version": "$LATEST",
            "invoked_function_arn": function.function_arn,
            "memory_limit_in_mb": str(function.memory_size),
            "log_group_name": f"/aws/lambda/{function.function_name}",
            "log_stream_name": stream,
            "deadline": time.time() + float(function.timeout),
        }
        job = {"handler": function.handler, "event": payload, "context": context}
        (work / "job.json").write_text(json.dumps(job), encoding="utf-8")
        log = self.logs / f"{function.function_name}-{request_id[:8]}.log"
        ended = self.processes.run(
            [str(self.python), "-I", str(work / "bootstrap.py"), str(work)],
            environment=self._environment(function, actor, work, stream),
            folder=work / "task",
            log=log,
            seconds=float(function.timeout),
        )
        if ended.cause == TIMED_OUT:
            text = f"Task timed out after {float(function.timeout):.2f} seconds"
            return _failed("Sandbox.Timedout", f"RequestId: {request_id} Error: {text}", request_id, ended.output)
        if not (work / "answer.json").exists():
            text = f"RequestId: {request_id} Error: Runtime exited with error: exit status {ended.code}"
            return _failed("Runtime.ExitError", text, request_id, ended.output)
        answer = json.loads((work / "answer.json").read_text(encoding="utf-8"))
        if "failure" in answer:
            return InvocationResult(answer["failure"], "Unhandled", ended.output, request_id)
        return InvocationResult(answer["result"], "", ended.output, request_id)

    def _environment(self, function: Any, actor: Actor, work: Path, stream: str) -> dict[str, str]:
        own: Mapping[str, str] = {
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.run_time}",
            "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.function_name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": stream,
            "LAMBDA_TASK_ROOT": str(work / "task"),
            "_HANDLER": function.handler,
            "TZ": ":UTC",
            "LANG": "en_US.UTF-8",
            "HOME": str(work),
            "PATH": f"{self.python.parent}:{_SYSTEM_PATH}",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        return {**own, **(function.environment_vars or {}), **self.cloud.environment(actor)}

    # ---- callers through the API

    def _invoked(self, actor: Actor, question: SignedRequest, request: Request) -> Answer | None:
        name = str(question.parameters.get("FunctionName") or request.path.split("/functions/")[1].split("/")[0])
        parts = name.split(":")
        account, region = (parts[4], parts[3]) if name.startswith("arn:") else (actor.account, question.region)
        body = request.data
        if len(body) > MAX_PAYLOAD_BYTES:
            return _error(413, "RequestTooLargeException", f"{len(body)} bytes exceed {MAX_PAYLOAD_BYTES}")
        try:
            payload = json.loads(body or b"{}")
        except ValueError:
            return _error(400, "InvalidRequestContentException", "Could not parse request body into json")
        try:
            self._function(account, region, name)
        except UnknownFunction as error:
            return _error(404, "ResourceNotFoundException", str(error))
        if request.headers.get("X-Amz-Invocation-Type", "RequestResponse") == "Event":
            self.start(account, region, name, payload)
            return 202, {"Content-Type": "application/json"}, b""
        result = self.run(account, region, name, payload)
        headers = {
            "Content-Type": "application/json",
            "X-Amz-Executed-Version": "$LATEST",
            "x-amzn-RequestId": result.request_id,
        }
        if result.error:
            headers["X-Amz-Function-Error"] = result.error
        if request.headers.get("X-Amz-Log-Type") == "Tail":
            headers["X-Amz-Log-Result"] = base64.b64encode(result.log.encode()[-4096:]).decode()
        return 200, headers, json.dumps(result.payload).encode()


def _thread_name(account: str, region: str, name: str) -> str:
    plain = name.rsplit(":function:", maxsplit=1)[-1].split(":", maxsplit=1)[0]
    return f"function-{account}-{region}-{plain}"


class _CannotRun(Exception):
    pass


def _failed(kind: str, message: str, request_id: str, log: str = "") -> InvocationResult:
    return InvocationResult({"errorType": kind, "errorMessage": message}, "Unhandled", log, request_id)


def _error(status: int, code: str, message: str) -> Answer:
    text = json.dumps({"Type": "User", "Message": message, "message": message})
    return status, {"Content-Type": "application/json", "x-amzn-errortype": code}, text.encode()


def _vpc(function: Any, account: str, region: str) -> VpcAttachment | None:
    """Where the function is attached. moto's own `vpc_config` says `vpc-123abc` for every function."""
    given = function._vpc_config or {}
    try:
        return attachment(account, region, given.get("SubnetIds") or (), given.get("SecurityGroupIds") or ())
    except ValueError as error:
        raise _CannotRun(f"{function.function_name}: {error}") from None
