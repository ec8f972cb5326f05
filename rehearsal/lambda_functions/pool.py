"""The execution environments of all functions: reused when idle, started when all are busy, bounded by concurrency."""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from botocore.exceptions import ClientError

from rehearsal import zip_archives
from rehearsal.aws.cloud import Cloud
from rehearsal.aws.processes import Processes
from rehearsal.lambda_functions.environments import ExecutionEnvironment, RuntimeProgram
from rehearsal.lambda_functions.images import image_program
from rehearsal.lambda_functions.results import CannotRun, Throttled
from rehearsal.lambda_functions.versions import InvocationTarget
from rehearsal.network.ec2 import attachment
from rehearsal.network.model import VpcAttachment
from rehearsal.service_model.aws_behavior import aws_behavior

# An account's default (Lambda Developer Guide, "Lambda quotas").
ACCOUNT_CONCURRENCY = 1000
# How long an idle environment is kept; Lambda's own time is minutes and not told.
_IDLE_SECONDS = 120.0
_BOOTSTRAP = Path(__file__).with_name("bootstrap.py")
_Key = tuple[str, str, str, str]


@aws_behavior(
    'AWS Lambda Developer Guide, "Configuring reserved concurrency for a function": 0 throttles the function',
    'AWS Lambda Developer Guide, "Troubleshoot invocation issues in Lambda": ReservedFunctionConcurrentInvocation'
    "LimitExceeded and ConcurrentInvocationLimitExceeded",
)
def require_concurrency(reserved: int | None, of_function: int, of_account: int, reserved_by_others: int) -> None:
    """An invocation beyond a function's reserved concurrency, or what the account has left, is throttled.

    Raises Throttled.
    """
    if reserved is not None:
        if of_function >= reserved:
            raise Throttled("ReservedFunctionConcurrentInvocationLimitExceeded")
    elif of_account >= ACCOUNT_CONCURRENCY - reserved_by_others:
        raise Throttled("ConcurrentInvocationLimitExceeded")


class EnvironmentPool:
    """Environments by version. `python` stands for every Python runtime and has boto3, as Lambda's have."""

    def __init__(self, cloud: Cloud, processes: Processes, logs: Path, python: Path) -> None:
        self._cloud, self._processes, self._logs, self._python = cloud, processes, logs, python
        self._idle: dict[_Key, list[ExecutionEnvironment]] = {}
        self._busy: Counter[_Key] = Counter()
        self._lock = threading.Lock()
        self._folder = tempfile.TemporaryDirectory(prefix="functions-", ignore_cleanup_errors=True)
        self._unpacking: dict[str, threading.Lock] = {}
        self._closing = threading.Event()
        threading.Thread(target=self._tend, daemon=True, name="lambda-environments").start()

    @contextlib.contextmanager
    def environment(
        self, target: InvocationTarget, reserved: Callable[[str, str], dict[str, int]]
    ) -> Iterator[ExecutionEnvironment]:
        """An environment for one invocation; started if none is idle.

        Raises Throttled, CannotRun, NotTrusted or ArchiveError.
        """
        key = (target.named.account, target.named.region, target.named.name, target.version)
        with self._lock:
            self._require(key, reserved(key[0], key[1]))
            self._busy[key] += 1
            found, outdated = self._taken(key, target)
        for each in outdated:
            each.close()
        try:
            environment = found or self._started(target)
            try:
                yield environment
            finally:
                self._put_back(key, environment)
        finally:
            with self._lock:
                self._busy[key] -= 1

    def concurrent(self, account: str, region: str, name: str) -> int:
        """How many invocations of a function run now."""
        with self._lock:
            return sum(n for key, n in self._busy.items() if key[:3] == (account, region, name))

    def flush(self) -> None:
        """Write what environments have printed and not sent."""
        with self._lock:
            every = [each for idle in self._idle.values() for each in idle]
        for each in every:
            with contextlib.suppress(ClientError):  # refused: the request is recorded, and Lambda says nothing
                each.log.flush()

    def close(self) -> None:
        """End every idle environment; those that are busy end with their processes."""
        self._closing.set()
        self.flush()
        with self._lock:
            every = [each for idle in self._idle.values() for each in idle]
            self._idle.clear()
        for each in every:
            each.close()
        self._folder.cleanup()

    def _require(self, key: _Key, reserved: dict[str, int]) -> None:
        account, region, name = key[:3]
        of_function = sum(n for k, n in self._busy.items() if k[:3] == (account, region, name))
        unreserved = sum(n for k, n in self._busy.items() if k[:2] == (account, region) and k[2] not in reserved)
        require_concurrency(reserved.get(name), of_function, unreserved, sum(reserved.values()))

    def _taken(
        self, key: _Key, target: InvocationTarget
    ) -> tuple[ExecutionEnvironment | None, list[ExecutionEnvironment]]:
        idle = self._idle.get(key, [])
        fitting = [
            each
            for each in idle
            if each.function is target.function and each.fingerprint == target.fingerprint and each.alive
        ]
        outdated = [each for each in idle if each not in fitting]
        found = fitting.pop() if fitting else None
        self._idle[key] = fitting
        return found, outdated

    def _put_back(self, key: _Key, environment: ExecutionEnvironment) -> None:
        with self._lock:
            keep = environment.alive and not self._closing.is_set()
            if keep:
                self._idle.setdefault(key, []).append(environment)
        if not keep:
            with contextlib.suppress(ClientError):
                environment.log.flush()
            environment.close()

    def _tend(self) -> None:
        """Send what was printed, end what has been idle for long."""
        while not self._closing.wait(0.5):
            self.flush()
            limit = time.monotonic() - _IDLE_SECONDS
            with self._lock:
                old = [each for idle in self._idle.values() for each in idle if each.used < limit]
                self._idle = {key: [each for each in idle if each not in old] for key, idle in self._idle.items()}
            for each in old:
                each.close()

    def _started(self, target: InvocationTarget) -> ExecutionEnvironment:
        function, named = target.function, target.named
        program = self._program(target)
        session = named.name[:64]
        outside = self._cloud.service_assume(
            function.role, service="lambda.amazonaws.com", session=session, region=named.region
        )
        vpc = _vpc(function, named.account, named.region)
        actor = self._cloud.in_vpc(outside, vpc) if vpc else outside
        environment = ExecutionEnvironment(self._cloud, self._processes, target, actor, outside, self._logs)
        environment.start(program)
        return environment

    def _program(self, target: InvocationTarget) -> RuntimeProgram:
        function, runtime = target.function, target.function.run_time or ""
        if function.package_type == "Image":
            return image_program(function)
        if not runtime.startswith("python"):
            raise CannotRun(
                f"{function.function_name}: package {function.package_type}, runtime {runtime or 'none'}: "
                "only images and zip archives for Python run here"
            )
        command = [str(self._python), "-I", str(_BOOTSTRAP)]
        return RuntimeProgram(command, self._unpacked(function.code_bytes), {})

    def _unpacked(self, archive: bytes) -> Path:
        """The archive's folder, shared by the environments of the same code."""
        digest = hashlib.sha256(archive).hexdigest()[:24]
        with self._lock:
            lock = self._unpacking.setdefault(digest, threading.Lock())
        folder = Path(self._folder.name) / digest
        with lock:
            if not folder.exists():
                zip_archives.unpack(archive, folder)
        return folder


def _vpc(function: object, account: str, region: str) -> VpcAttachment | None:
    """Where the function is attached. moto's own `vpc_config` says `vpc-123abc` for every function."""
    given = getattr(function, "_vpc_config", None) or {}
    try:
        return attachment(account, region, given.get("SubnetIds") or (), given.get("SecurityGroupIds") or ())
    except ValueError as error:
        raise CannotRun(f"{getattr(function, 'function_name', '')}: {error}") from None
