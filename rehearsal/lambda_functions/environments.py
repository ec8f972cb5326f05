"""One execution environment: a process that serves invocations of one version, one after another.

Module state stays between invocations, as Lambda's does (Lambda Developer Guide, "Understanding the Lambda execution
environment lifecycle").
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rehearsal.aws.actors import Actor
from rehearsal.aws.cloud import Cloud
from rehearsal.aws.processes import Processes
from rehearsal.lambda_functions.function_logs import FunctionLog
from rehearsal.lambda_functions.results import MAX_RESPONSE_BYTES, InvocationResult, failed
from rehearsal.lambda_functions.runtime_api import RuntimeApi, RuntimeInvocation
from rehearsal.lambda_functions.versions import InvocationTarget
from rehearsal.service_model.aws_behavior import aws_behavior

_SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"
# A runtime that is slow to start is a slow machine's here; Lambda's own limit is 10 s, after which it starts again.
_INIT_SECONDS = 60.0
_POLL_SECONDS = 0.05


@aws_behavior('AWS Lambda Developer Guide, "Configuring CloudWatch log groups"')
def log_group(target: InvocationTarget) -> str:
    """A function logs to its own group, or to the one that its logging configuration names."""
    config = getattr(target.function, "logging_config", None) or {}
    return str(config.get("LogGroup") or f"/aws/lambda/{target.named.name}")


@dataclass(frozen=True)
class RuntimeProgram:
    """What starts a function's runtime: a command, the folder of its code, and what its environment has besides."""

    command: Sequence[str]
    task_root: Path
    environment: Mapping[str, str]


class ExecutionEnvironment:
    """One process for one version. It is used by one invocation at a time; `alive` ends with the process."""

    def __init__(
        self, cloud: Cloud, processes: Processes, target: InvocationTarget, actor: Actor, outside: Actor, logs: Path
    ) -> None:
        self.fingerprint = target.fingerprint
        # One that was deleted and made again under its name is another function.
        self.function = target.function
        self.used = time.monotonic()
        self._processes = processes
        self._target = target
        name = target.named.name
        self._log_file = logs / f"{name}-{uuid.uuid4().hex[:8]}.log"
        self._read = 0
        self._work = Path(tempfile.mkdtemp(prefix="function-"))
        self._api = RuntimeApi()
        self.log = FunctionLog(cloud, outside, log_group(target), target.version)
        self._actor, self._cloud = actor, cloud
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process is not None and self._process.poll() is None

    def start(self, program: RuntimeProgram) -> None:
        """Start the runtime's process."""
        self._process = self._processes.start(
            program.command,
            environment={**self._environment(program), **program.environment},
            folder=program.task_root,
            log=self._log_file,
        )

    def invoke(self, payload: bytes, request_id: str, trace: str, arn: str) -> InvocationResult:
        """Run one invocation to its end or time-out; the process ends with what Lambda ends it for.

        `arn` is the function as this request named it: one environment serves all qualifiers of its version.
        """
        function, version = self._target.function, self._target.version
        invocation = RuntimeInvocation(request_id, arn, payload, float(function.timeout), trace)
        began = time.monotonic()
        result = self._initialized(request_id, began)
        if result is None:
            self._api.hand_over(invocation)
            began = time.monotonic()
            result = self._waited(invocation, began)
        seconds = time.monotonic() - began
        self.used = time.monotonic()
        done = InvocationResult(result.payload, result.error, self._printed(), request_id, version, seconds)
        self.log.add(done, function.memory_size)
        return done

    def close(self) -> None:
        """End the process and remove what it wrote."""
        self._api.close()
        if self._process is not None:
            self._processes.end(self._process, 1.0)
        shutil.rmtree(self._work, ignore_errors=True)

    def _initialized(self, request_id: str, began: float) -> InvocationResult | None:
        """The failure of the initialization, if it failed."""
        limit = began + _INIT_SECONDS
        while not self._api.ready.wait(_POLL_SECONDS):
            if not self.alive:
                return self._ended(request_id)
            if time.monotonic() > limit:
                return self._timed_out(request_id, _INIT_SECONDS)
        if self._api.init_error:
            self._end()
            return InvocationResult(json.loads(self._api.init_error), "Unhandled", "", request_id)
        return None

    def _waited(self, invocation: RuntimeInvocation, began: float) -> InvocationResult:
        limit = began + invocation.seconds
        while not invocation.done.wait(min(_POLL_SECONDS, max(0.0, limit - time.monotonic()))):
            if time.monotonic() >= limit:
                return self._timed_out(invocation.id, invocation.seconds)
            if not self.alive and not invocation.done.wait(_POLL_SECONDS):
                return self._ended(invocation.id)
        if len(invocation.answer) > MAX_RESPONSE_BYTES:
            text = f"Response payload size exceeded maximum allowed payload size ({MAX_RESPONSE_BYTES} bytes)."
            return failed("Function.ResponseSizeTooLarge", text, invocation.id)
        payload = json.loads(invocation.answer or b"null")
        return InvocationResult(payload, "Unhandled" if invocation.error else "", "", invocation.id)

    def _timed_out(self, request_id: str, seconds: float) -> InvocationResult:
        self._end()
        text = f"RequestId: {request_id} Error: Task timed out after {seconds:.2f} seconds"
        return failed("Sandbox.Timedout", text, request_id)

    def _ended(self, request_id: str) -> InvocationResult:
        process = self._process
        status = process.wait() if process else 1
        how = f"signal: {-status}" if status < 0 else f"exit status {status}"
        text = f"RequestId: {request_id} Error: Runtime exited with error: {how}"
        return failed("Runtime.ExitError", text, request_id)

    def _end(self) -> None:
        if self._process is not None:
            self._processes.end(self._process, 0.2)

    def _printed(self) -> str:
        """What the process printed since it was asked last."""
        if not self._log_file.exists():
            return ""
        with self._log_file.open("rb") as file:
            file.seek(self._read)
            new = file.read()
        self._read += len(new)
        return new.decode("utf-8", errors="replace")

    def _environment(self, program: RuntimeProgram) -> dict[str, str]:
        function, name = self._target.function, self._target.named.name
        own: Mapping[str, str] = {
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.run_time}" if function.run_time else "AWS_Lambda_Image",
            "AWS_LAMBDA_FUNCTION_NAME": name,
            "AWS_LAMBDA_FUNCTION_VERSION": self._target.version,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": self.log.group,
            "AWS_LAMBDA_LOG_STREAM_NAME": self.log.stream,
            "AWS_LAMBDA_RUNTIME_API": self._api.address,
            "LAMBDA_TASK_ROOT": str(program.task_root),
            "_HANDLER": function.handler or "",
            "TZ": ":UTC",
            "LANG": "en_US.UTF-8",
            "HOME": str(self._work),
            "TMPDIR": str(self._work),
            "PATH": f"{Path(program.command[0]).parent}:{_SYSTEM_PATH}",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        return {**own, **(function.environment_vars or {}), **self._cloud.environment(self._actor)}
