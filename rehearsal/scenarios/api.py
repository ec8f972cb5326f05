"""The API in front of a model: who is answered, who is refused and how, and what stands in logs of it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from rehearsal.journey.inputs import JourneyInputs
from rehearsal.journey.steps import JourneyFailed
from rehearsal.scenarios.api_callers import ApiCallers, HttpAnswer
from rehearsal.scenarios.api_settings import api, stacks_with_api
from rehearsal.scenarios.scenario import Scenario, ScenarioRun

PROBLEM = "application/problem+json"
# In every body, header and credential that must not be found in a log.
MARK = "found4711"
STRANGER = "arn:aws:iam::555555555555:role/stranger"
# Requests a second, of which twice as many may come at once; and more than that, at once.
RATE, FLOOD = 20, 400


@dataclass(frozen=True)
class Refusal:
    """A request that is not answered: its status and code, and how it is made."""

    name: str
    status: int
    code: str
    ask: Callable[[], HttpAnswer]


def run(scenario: ScenarioRun) -> None:
    """Call the API as its callers do, and as nobody should."""
    callers = ApiCallers(scenario)
    scenario.steps.run("Call the API with a role that may", lambda: _answered(callers))
    scenario.steps.run("Call it as nobody should", lambda: _refused(_refusals(callers)))
    scenario.steps.run("Call it more often than it passes", lambda: _throttled(scenario, callers))
    scenario.steps.run("Look for what should not stand in logs", lambda: _quiet(scenario, callers))


def _answered(callers: ApiCallers) -> str:
    answer = callers.call(json.dumps({"instances": [callers.row()]}), signer=callers.caller())
    if answer.status != 200:
        raise JourneyFailed(f"the API answers {answer.status}: {answer.text[:300]}")
    found = json.loads(answer.text)
    return f"{found['predictions']} of version {found['modelVersion']}, answered as {answer.content_type}"


def _refusals(callers: ApiCallers) -> Sequence[Refusal]:
    caller = callers.caller()
    good = json.dumps({"instances": [callers.row()]})
    foreign = callers.role(STRANGER, allowed=True)
    csv = {"Content-Type": "text/csv"}
    hostile = {"X-Forwarded-For": MARK, "User-Agent": f"${{jndi:{MARK}}}", "Authorization": f"Bearer {MARK}"}
    return (
        Refusal("no credential", 403, "not_found_or_unsigned", lambda: callers.call(good)),
        Refusal("a role that may not", 403, "access_denied", lambda: callers.call(good, signer=foreign)),
        Refusal("hostile headers", 403, "refused", lambda: callers.call(good, headers=hostile)),
        Refusal(
            "an unknown path",
            403,
            "not_found_or_unsigned",
            lambda: callers.call(good, signer=caller, path=f"/{MARK}"),
        ),
        Refusal("malformed JSON", 400, "malformed_body", lambda: callers.call(f"{{{MARK}", signer=caller)),
        Refusal("no body", 400, "malformed_body", lambda: callers.call("", signer=caller)),
        Refusal(
            "another content type",
            415,
            "unsupported_media_type",
            lambda: callers.call(f"<{MARK}/>", signer=caller, headers={"Content-Type": "text/xml"}),
        ),
        Refusal(
            "a text for a number",
            422,
            "invalid_rows",
            lambda: callers.call(json.dumps({"instances": [[MARK] * len(callers.row())]}), signer=caller),
        ),
        Refusal("6 MB", 413, "body_too_large", lambda: callers.call("1" * (6 * 1024**2), signer=caller, headers=csv)),
        Refusal("11 MB", 413, "body_too_large", lambda: callers.call("1" * (11 * 1024**2), signer=caller, headers=csv)),
    )


def _refused(refusals: Sequence[Refusal]) -> str:
    wrong = [f"{refusal.name}: {problem}" for refusal in refusals if (problem := _wrong(refusal))]
    if wrong:
        raise JourneyFailed("; ".join(wrong))
    return f"{len(refusals)} kinds of requests refused as documented: {', '.join(each.name for each in refusals)}"


def _wrong(refusal: Refusal) -> str | None:
    """How an answer differs from the documented one."""
    answer = refusal.ask()
    try:
        code = json.loads(answer.text).get("code")
    except ValueError:
        return f"{answer.status}, and its body is not JSON: {answer.text[:100]}"
    if (answer.status, code, answer.content_type) != (refusal.status, refusal.code, PROBLEM):
        return f"{answer.status} {code} as {answer.content_type}, not {refusal.status} {refusal.code} as {PROBLEM}"
    return None


def _throttled(scenario: ScenarioRun, callers: ApiCallers) -> str:
    body, caller, url = "{", callers.caller(), callers.url()
    with ThreadPoolExecutor(32) as threads:
        answers = list(threads.map(lambda _: callers.call(body, signer=caller, url=url), range(FLOOD)))
    by_status = {status: sum(each.status == status for each in answers) for status in {each.status for each in answers}}
    scenario.measured("api-burst", by_status)
    late = [each for each in answers if each.status == 429]
    if not late or set(by_status) != {400, 429}:
        raise JourneyFailed(f"{FLOOD} requests at once are answered {by_status}")
    if any(json.loads(each.text)["code"] != "too_many_requests" or "retry-after" not in each.headers for each in late):
        raise JourneyFailed("a throttled request is not told so as documented")
    time.sleep(1.0)
    return f"of {FLOOD} requests at once {len(late)} are told to come back; the others reached the function"


def _quiet(scenario: ScenarioRun, callers: ApiCallers) -> str:
    scenario.runtime.apigateway.flush()
    texts = callers.logs()
    found = [group for group, text in texts.items() if MARK in text]
    if found:
        raise JourneyFailed(f"what callers sent stands in {', '.join(found)}")
    if not any("/predictions" in text for text in texts.values()):
        raise JourneyFailed("no access log says anything of the requests")
    return f"{sum(map(len, texts.values())) // 1024} KB of logs in {len(texts)} groups, nothing of it from callers"


def _with_api(_: JourneyInputs) -> Mapping[str, str]:
    return {"deployments": json.dumps({"production": {"api": api(rate=RATE)}})}


SCENARIO = Scenario(
    summary="the API in front of a model is called as it should be, and as it should not be",
    run=run,
    settings=_with_api,
    others=stacks_with_api,
)
