"""Pulumi programs brought up against the in-memory AWS, in this process."""

from __future__ import annotations

import asyncio
import atexit
import contextvars
import gc
import logging
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from typing import Any

from pulumi import RunError
from pulumi.runtime.config import set_all_config
from pulumi.runtime.mocks import MockEngine
from pulumi.runtime.settings import Settings, configure, set_root_resource
from pulumi.runtime.stack import run_in_stack

from rehearsal.aws.cloud import Cloud
from rehearsal.engine.calls import DeployerClients, PreviewerClients, Refused
from rehearsal.engine.deletion import refuse_protected
from rehearsal.engine.deployment import Deployment, Listener
from rehearsal.engine.invocation import Invoke
from rehearsal.engine.monitor import Monitor
from rehearsal.engine.provider import Provider
from rehearsal.engine.state import Missing, Stack, StackFailed, dependents_first

Program = Callable[[], None]


class Engine:
    """Stacks of one project. All programs of a process share one event loop; each run has settings of its own.

    `invoke_function(resource, function name, payload)` runs what an `aws.lambda_.Invocation` calls and gives its
    result; without it the function is only looked up.
    """

    def __init__(self, cloud: Cloud, project: str = "mlops-platform") -> None:
        self.cloud = cloud
        self.project = project
        self.stacks: dict[str, Stack] = {}
        self.clients = DeployerClients(cloud)
        self._provider = Provider(self.clients)

    @property
    def owned(self) -> set[str]:
        """Stacks that the account's owner brings up; the others are its deployer's."""
        return self._provider.caller.owned

    @property
    def invoke_function(self) -> Invoke | None:
        """What runs functions for `aws.lambda_.Invocation`."""
        return self._provider.invocations.run

    @invoke_function.setter
    def invoke_function(self, run: Invoke | None) -> None:
        self._provider.invocations.run = run

    def up(
        self,
        stack: str,
        program: Program,
        config: Mapping[str, str] | None = None,
        on_resource: Listener | None = None,
        *,
        as_previewer: bool = False,
    ) -> Stack:
        """Run a program and make AWS what it says. Raises StackFailed; what was made before stays in the state.

        `config` holds texts under full keys (`mlops-platform:kind`, `pulumi:disable-default-providers`). `as_previewer`
        sends every request as the account's previewer: of a stack that is up and unchanged those of a preview.
        """
        state = self.stacks.get(stack) or Stack(stack)
        provider = Provider(PreviewerClients(self.cloud)) if as_previewer else self._provider
        deployment = self._deployment(state, dict(config or {}), on_resource, provider)
        monitor = Monitor(deployment)
        existed = stack in self.stacks
        try:
            with _no_collection():
                contextvars.copy_context().run(self._run, stack, program, monitor, dict(config or {}))
            if monitor.failure is not None:
                raise monitor.failure
            deployment.finish()
        except Exception as error:
            _free_frames(error)
            raise StackFailed(_failure_message(stack, monitor.failure or error)) from (monitor.failure or error)
        finally:
            if existed or state.resources:
                self.stacks[stack] = state
        return state

    def close(self) -> None:
        """Let go of the process's event loop; a later `up` makes a new one."""
        _close_loop()

    def destroy(self, stack: str, on_resource: Listener | None = None) -> None:
        """Delete everything in a stack, dependents first. Raises StackFailed, for protected ones beforehand."""
        state = self._stack(stack)
        try:
            refuse_protected(state.resources.values())
            deployment = self._deployment(state, {}, on_resource)
            deployment.finish()
        except (Refused, StackFailed) as error:
            raise StackFailed(_failure_message(stack, error)) from error
        del self.stacks[stack]

    def unprotect(self, stack: str) -> None:
        """Take the protection from every resource of a stack, as `pulumi state unprotect --all` does."""
        for resource in self._stack(stack).resources.values():
            resource.options.pop("protect", None)

    def refresh(self, stack: str) -> list[Missing]:
        """Look for each resource in its own account and region; those that are not there, or are otherwise."""
        found = []
        for resource in dependents_first(self._stack(stack).resources)[::-1]:
            if resource.managed and not resource.options.get("external"):
                reason = self._provider.drift(resource)
                if reason is not None:
                    found.append(Missing(stack, resource.urn, resource.account, reason))
        return found

    # ---- parts

    def _stack(self, stack: str) -> Stack:
        if stack not in self.stacks:
            raise StackFailed(f"there is no stack {stack!r}; there are {', '.join(self.stacks) or 'none'}")
        return self.stacks[stack]

    def _deployment(
        self, state: Stack, config: Mapping[str, str], listener: Listener | None, provider: Provider | None = None
    ) -> Deployment:
        return Deployment(state, self.project, self.stacks, provider or self._provider, config, listener)

    def _run(self, stack: str, program: Program, monitor: Monitor, config: dict[str, str]) -> None:
        loop = _event_loop()
        asyncio.set_event_loop(loop)
        settings = Settings(
            project=self.project,
            stack=stack,
            monitor=monitor,
            engine=MockEngine(logging.getLogger("pulumi")),
            dry_run=False,
            organization="organization",
        )
        configure(settings)
        set_root_resource(None)  # type: ignore[arg-type]
        set_all_config(config)
        try:
            loop.run_until_complete(run_in_stack(program))
        finally:
            with _unawaited():
                _settle(loop)


def _settle(loop: asyncio.AbstractEventLoop) -> None:
    """Let nothing of a program that failed run on in the next one."""
    tasks = [task for task in asyncio.all_tasks(loop) if not task.done()]
    for task in tasks:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*tasks, _turn(), return_exceptions=True))


async def _turn() -> None:
    """One turn of the loop: callbacks that are ready run, and let go of what they hold."""
    await asyncio.sleep(0)


@contextmanager
def _unawaited() -> Iterator[None]:
    """The SDK's coroutines that a program which stopped leaves behind are no news beside the failure itself."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "coroutine .* was never awaited", RuntimeWarning)
        yield


def _free_frames(error: BaseException | None) -> None:
    """Free what the frames of a failed program hold, before it is freed among somebody else's doings.

    One failure told to several outputs may stand in its own chain of causes.
    """
    seen: set[int] = set()
    with _unawaited():
        while error is not None and id(error) not in seen:
            seen.add(id(error))
            traceback.clear_frames(error.__traceback__)
            error = error.__cause__ or error.__context__
        gc.collect()


@cache
def _event_loop() -> asyncio.AbstractEventLoop:
    """The loop of this process; outputs of one program may be awaited in the next."""
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda *_: None)  # a program's failure is told once, by `up`
    # Steps are taken one at a time; more threads would only wait for each other.
    loop.set_default_executor(ThreadPoolExecutor(1, "engine"))
    atexit.register(_close_loop)
    return loop


def _close_loop() -> None:
    if _event_loop.cache_info().currsize:
        loop = _event_loop()
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
        asyncio.set_event_loop(None)
        _event_loop.cache_clear()


@contextmanager
def _no_collection() -> Iterator[None]:
    """No garbage collection while a program runs: it took a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _failure_message(stack: str, error: BaseException) -> str:
    """The message of a failure: the program's own words, AWS's, or the engine's."""
    if isinstance(error, (StackFailed, Refused, RunError)):
        return f"stack {stack}: {error}"
    text: Any = str(error) or repr(error)
    return f"stack {stack}: {type(error).__name__}: {text}"
