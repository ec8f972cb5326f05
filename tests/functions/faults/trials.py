"""Runs with something in their way, and what went wrong in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from tests.functions.faults.answers import FAULTS, Fault, FunctionEnded, Lasting, faulty
from tests.functions.faults.calls import CallInterceptor, CallPoint, intercepted
from tests.functions.faults.case import FunctionAccount, FunctionCase
from tests.functions.faults.environment import remembered_models
from tests.functions.faults.events import malformed

# What an invocation raises that no line of the function meant to raise.
MISTAKES = (AttributeError, KeyError, IndexError, TypeError, UnboundLocalError, RecursionError)


@dataclass(frozen=True, kw_only=True)
class Undisturbed:
    """The run without a fault: the calls, and what is there before and after."""

    points: Sequence[CallPoint]
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One run with something in its way; `problem` says what went wrong, and is empty where nothing did."""

    case: str
    function: str
    kind: str
    name: str
    problem: str


def undisturbed(case: FunctionCase) -> Undisturbed:
    """Run a case without a fault. It must change something, else no trial says anything."""
    with case.account() as account:
        before = account.state()
        with intercepted(CallInterceptor()) as calls:
            account.handle(account.event)
        after = account.state()
    return Undisturbed(points=calls.points, before=before, after=after)


def fault_trials(case: FunctionCase, fault: Fault) -> Iterator[Trial]:
    """The fault at each call, as long as it may last."""
    plain = undisturbed(case)
    for point in plain.points:
        for lasting in fault.lasting:
            if lasting is Lasting.ALWAYS and case.invocations == 1:
                continue
            problem = _with_fault(case, plain, point, fault, lasting)
            yield _trial(case, fault.name, f"{point}, {lasting}", problem)


def overlapping_trials(case: FunctionCase) -> Iterator[Trial]:
    """The same event is dealt with as a whole, by another instance, just before each call of the first."""
    plain = undisturbed(case)
    for point in plain.points:
        with case.account() as account:

            def intercept(send: Callable[[], Any], operation: Any, url: str, times: int, account: Any = account) -> Any:  # noqa: ARG001
                if times == 1:
                    account.handle(account.event)
                return send()

            problem = _invoke(case, account, CallInterceptor(point, intercept))
            problem = problem or _difference(case, plain, account)
        yield _trial(case, "at the same time", str(point), problem)


def duplicate_trials(case: FunctionCase) -> Iterator[Trial]:
    """The same event once more, and twice more."""
    plain = undisturbed(case)
    for times in (2, 3):
        with case.account() as account:
            problem = "".join(_invoke(case, account, CallInterceptor()) for _ in range(times))
            problem = problem or _difference(case, plain, account)
        yield _trial(case, "duplicate", f"{times} times", problem)


def late_trials(case: FunctionCase) -> Iterator[Trial]:
    """Events that come when something else has happened."""
    for what, late in case.late.items():
        with case.account() as account:
            late.happened(account)
            before = account.state()
            problem = _invoke(case, account, CallInterceptor())
            try:
                late.leaves(before, account.state())
            except AssertionError as error:
                problem = problem or f"it leaves something else: {error}"
        yield _trial(case, "late", what, problem)


def malformed_trials(case: FunctionCase) -> Iterator[Trial]:
    """Each part of the event left out or replaced: refused with nothing done, or of no importance."""
    plain = undisturbed(case)
    with ExitStack() as stack:
        account = stack.enter_context(case.account())
        for name, event in malformed(account.event):
            calls = CallInterceptor()
            problem = _malformed(case, plain, account, event, calls)
            yield _trial(case, "malformed", name, problem)
            if calls.points and account.state() != plain.before:
                stack.close()
                account = stack.enter_context(case.account())


def _malformed(
    case: FunctionCase, plain: Undisturbed, account: FunctionAccount, event: Any, calls: CallInterceptor
) -> str:
    """What is there is the same as before, or as after the event in its right shape."""
    try:
        with intercepted(calls):
            account.handle(event)
    except (*case.refusals, ClientError, BotoCoreError) as error:
        text = str(error)
        if isinstance(error, case.refusals) and ("\n" in text or len(text) > 2000):
            return f"its refusal is no line that somebody reads: {text[:200]!r}"
        if not calls.points or account.state() == plain.before:
            return ""
        return f"it refused the event and changed something: {account.state()}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    after = account.state() if calls.points else plain.before
    return "" if after in (plain.before, plain.after) else f"it did something else: {after}"


def _trial(case: FunctionCase, kind: str, name: str, problem: str) -> Trial:
    return Trial(case=case.title, function=case.function, kind=kind, name=name, problem=problem)


def _with_fault(case: FunctionCase, plain: Undisturbed, point: CallPoint, fault: Fault, lasting: Lasting) -> str:
    """Invoke until it goes well, as AWS does; then, where it never did, once more as a message that is sent back."""
    with case.account() as account:
        for number in range(case.invocations + 1):
            last = number == case.invocations
            there = not last and (number == 0 or lasting is Lasting.ALWAYS)
            interceptor = CallInterceptor(point, faulty(fault, lasting)) if there else CallInterceptor()
            try:
                with intercepted(interceptor):
                    account.handle(account.event)
                break
            except FunctionEnded:
                continue
            except MISTAKES as error:
                return f"{type(error).__name__}: {error}"
            except (*case.refusals, ClientError, BotoCoreError) as error:
                if last:
                    return f"sent back without the fault, it fails: {error}"
        return _difference(case, plain, account)


def _invoke(case: FunctionCase, account: FunctionAccount, interceptor: CallInterceptor) -> str:
    try:
        with intercepted(interceptor):
            account.handle(account.event)
    except case.refusals:
        return ""
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def _difference(case: FunctionCase, plain: Undisturbed, account: FunctionAccount) -> str:
    after = account.state()
    found = []
    for name in sorted({*plain.after, *after}):
        wanted, given = plain.after.get(name), after.get(name)
        if name in case.repeated and isinstance(wanted, list) and isinstance(given, list):
            wanted, given = sorted({*map(str, wanted)}), sorted({*map(str, given)})
        if wanted != given:
            found.append(f"{name}: {given!r} instead of {wanted!r}")
    return "; ".join(found)


KINDS: Mapping[str, Callable[[FunctionCase], Iterator[Trial]]] = {
    **{fault.name: partial(fault_trials, fault=fault) for fault in FAULTS},
    "malformed": malformed_trials,
    "duplicate": duplicate_trials,
    "at the same time": overlapping_trials,
    "late": late_trials,
}


def trials(case: FunctionCase, kind: str) -> list[Trial]:
    """All trials of a kind."""
    with remembered_models():
        return list(KINDS[kind](case))
