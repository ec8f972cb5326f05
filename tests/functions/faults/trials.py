"""Runs with something in their way, and what went wrong in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from .answers import FAULTS, Fault, FunctionEnded, Lasting, faulty
from .calls import CallInterceptor, CallPoint, intercepted, load_models
from .case import FunctionAccount, FunctionCase, Late
from .copies import in_copy
from .environment import remembered_clients, remembered_models
from .events import malformed

# Of a refusal, in characters.
_LONGEST = 2000
_SOMETHING_ELSE = "it did something else: "
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


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A case with its AWS, of which each trial gets a copy, and the run without a fault."""

    case: FunctionCase
    account: FunctionAccount
    plain: Undisturbed

    def trial(self, kind: str, name: str, work: Callable[[], str]) -> Trial:
        """One trial, by what it finds in a copy."""
        return _trial(self.case, kind, name, in_copy(work))


@contextmanager
def subject(case: FunctionCase) -> Iterator[Subject]:
    """Make a case's AWS. The run without a fault must change something, else no trial says anything."""
    with remembered_models(), case.account() as account, remembered_clients() as clients:
        account.state()
        plain, asked = in_copy(lambda: (undisturbed(account), clients.asked))
        clients.make(asked)
        load_models(plain.points)
        yield Subject(case=case, account=account, plain=plain)


def undisturbed(account: FunctionAccount) -> Undisturbed:
    """Run without a fault."""
    before = account.state()
    with intercepted(CallInterceptor()) as calls:
        account.handle(account.event)
    return Undisturbed(points=calls.points, before=before, after=account.state())


def fault_trials(given: Subject, fault: Fault) -> Iterator[Trial]:
    """The fault at each call, as long as it may last."""
    for point in given.plain.points:
        for lasting in fault.lasting:
            if lasting is Lasting.ALWAYS and given.case.invocations == 1:
                continue
            yield given.trial(
                fault.name, f"{point}, {lasting}", partial(_with_fault, given, point, faulty(fault, lasting), lasting)
            )


def overlapping_trials(given: Subject) -> Iterator[Trial]:
    """The same event is dealt with as a whole, by another instance, just before each call of the first."""
    account = given.account

    def intercept(send: Callable[[], Any], operation: Any, url: str, times: int) -> Any:  # noqa: ARG001
        if times == 1:
            with suppress(*given.case.refusals):
                account.handle(account.event)
        return send()

    for point in given.plain.points:
        yield given.trial("at the same time", str(point), partial(_interrupted, given, point, intercept))


def _interrupted(given: Subject, point: CallPoint, intercept: Callable[..., Any]) -> str:
    return _invoke(given, CallInterceptor(point, intercept)) or _difference(given)


def duplicate_trials(given: Subject) -> Iterator[Trial]:
    """The same event once more, and twice more."""
    for times in (2, 3):
        yield given.trial("duplicate", f"{times} times", partial(_repeated, given, times))


def _repeated(given: Subject, times: int) -> str:
    return "".join(_invoke(given, CallInterceptor()) for _ in range(times)) or _difference(given)


def late_trials(given: Subject) -> Iterator[Trial]:
    """Events that come when something else has happened."""
    for what, late in given.case.late.items():
        yield given.trial("late", what, partial(_after, given, late))


def _after(given: Subject, late: Late) -> str:
    late.happened(given.account)
    before = given.account.state()
    problem = _invoke(given, CallInterceptor())
    try:
        late.leaves(before, given.account.state())
    except AssertionError as error:
        problem = problem or f"it leaves something else: {error}"
    return problem


def malformed_trials(given: Subject) -> Iterator[Trial]:
    """Each part of the event left out or replaced: refused with nothing done, or of no importance."""
    left = [name for name, _ in malformed(given.account.event)]
    while left:
        # One copy for all events up to the first that changes something.
        problems = in_copy(partial(_refused, given, left))
        for name, problem in zip(left, problems, strict=False):
            meant = name in given.case.means_else and problem.startswith(_SOMETHING_ELSE)
            yield _trial(given.case, "malformed", name, "" if meant else problem)
        left = left[len(problems) :]


def _refused(given: Subject, names: Sequence[str]) -> list[str]:
    events, problems = dict(malformed(given.account.event)), []
    for name in names:
        problem, after = _malformed(given, events[name])
        problems.append(problem)
        if after != given.plain.before:
            break
    return problems


def _malformed(given: Subject, event: Any) -> tuple[str, Mapping[str, Any]]:
    """What went wrong, and what is there: the same as before, or as after the event in its right shape."""
    case, plain, calls, refusal = given.case, given.plain, CallInterceptor(), ""
    try:
        with intercepted(calls):
            given.account.handle(event)
    except (*case.refusals, ClientError, BotoCoreError) as error:
        refusal = str(error) or type(error).__name__
        if isinstance(error, case.refusals) and ("\n" in refusal or len(refusal) > _LONGEST):
            return f"its refusal is no line that somebody reads: {refusal[:200]!r}", plain.before
    except Exception as error:
        return f"{type(error).__name__}: {error}", given.account.state()
    after = given.account.state() if calls.points else plain.before
    if refusal:
        changed = after != plain.before
        return f"it refused the event and changed something: {after}" if changed else "", after
    return "" if after in (plain.before, plain.after) else f"{_SOMETHING_ELSE}{after}", after


def _trial(case: FunctionCase, kind: str, name: str, problem: str) -> Trial:
    return Trial(case=case.title, function=case.name, kind=kind, name=name, problem=problem)


def _with_fault(given: Subject, point: CallPoint, fault: Callable[..., Any], lasting: Lasting) -> str:
    """Invoke until it goes well, as AWS does; then, where it never did, once more as a message that is sent back."""
    case, account = given.case, given.account
    for number in range(case.invocations + 1):
        last = number == case.invocations
        there = not last and (number == 0 or lasting is Lasting.ALWAYS)
        interceptor = CallInterceptor(point, fault) if there else CallInterceptor()
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
    return _difference(given)


def _invoke(given: Subject, interceptor: CallInterceptor) -> str:
    try:
        with intercepted(interceptor):
            given.account.handle(given.account.event)
    except given.case.refusals:
        return ""
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def _difference(given: Subject) -> str:
    plain, after = given.plain.after, given.account.state()
    found = []
    for name in sorted({*plain, *after}):
        wanted, there = plain.get(name), after.get(name)
        if name in given.case.repeated and isinstance(wanted, list) and isinstance(there, list):
            wanted, there = sorted({*map(str, wanted)}), sorted({*map(str, there)})
        if wanted != there:
            found.append(f"{name}: {there!r} instead of {wanted!r}")
    return "; ".join(found)


KINDS: Mapping[str, Callable[[Subject], Iterator[Trial]]] = {
    **{fault.name: partial(fault_trials, fault=fault) for fault in FAULTS},
    "malformed": malformed_trials,
    "duplicate": duplicate_trials,
    "at the same time": overlapping_trials,
    "late": late_trials,
}


def trials(case: FunctionCase, *kinds: str) -> list[Trial]:
    """All trials of a case, or of some kinds."""
    with subject(case) as given:
        return [trial for kind in kinds or KINDS for trial in KINDS[kind](given)]
