"""What the settings of an API may say, alone and with other stacks' files; each mistake with its words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from settings.check import check
from tests.example_files import copy_example

PREFIX = "mlops-platform:"
Edit = Callable[[dict[str, Any]], object]
ENDPOINT = "vpce-0123456789abcdef0"


def problems(directory: Path, **edits: Edit) -> list[str]:
    """What is wrong with the example, edited."""
    copy_example(directory)
    for stack, edit in edits.items():
        path = directory / f"Pulumi.{stack.replace('_', '-')}.yaml"
        content = yaml.safe_load(path.read_text())
        edit(content["config"])
        path.write_text(yaml.safe_dump(content))
    return [str(problem) for problem in check(directory)]


def api(**changes: Any) -> Edit:
    """The API's section, changed; None drops a key."""

    def edit(config: dict[str, Any]) -> None:
        section = config[f"{PREFIX}deployments"]["production"]["api"]
        section.update(changes)
        for name in [name for name, value in changes.items() if value is None]:
            del section[name]

    return edit


def endpoints(*services: str) -> Edit:
    """The workload's list of endpoints, with these besides."""
    every = ["kms", "logs", "monitoring", "sts", "ecr.api", "ecr.dkr", "sagemaker.api", "sagemaker.runtime", *services]
    return lambda config: config[f"{PREFIX}network"].update(endpoints=every)


TOKENS = {"issuer": "https://login.example.com", "audiences": ["api"], "keySet": "https://login.example.com/keys"}
CERTIFICATE = "arn:aws:acm:eu-west-1:333333333333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"

GOOD: dict[str, dict[str, Edit]] = {
    "as it is": {},
    "no API": {"project_screening": lambda config: config.pop(f"{PREFIX}deployments")},
    "keys": {"project_screening": api(authentication="key", callers=None, clients=[{"name": "portal"}])},
    "tokens": {"project_screening": api(authentication="jwt", callers=None, tokens=TOKENS)},
    "private": {
        "project_screening": api(access="private", vpcEndpoints=[ENDPOINT]),
        "prod": endpoints("execute-api"),
    },
    "a domain": {"project_screening": api(domain={"name": "models.example.com", "certificate": CERTIFICATE}, waf=True)},
    "tracing": {"project_screening": api(tracing=True), "prod": endpoints("xray")},
    "idempotency": {"project_screening": api(idempotency=True)},
}

BAD: dict[str, tuple[dict[str, Edit], str]] = {
    "nobody authenticates": ({"project_screening": api(authentication="none")}, "allowed: iam, key, jwt"),
    "authentication is not said": ({"project_screening": api(authentication=None)}, "authentication"),
    "signing callers that are none": ({"project_screening": api(callers=[])}, "give the roles that call"),
    "callers beside keys": (
        {"project_screening": api(authentication="key", clients=[{"name": "portal"}])},
        "is for authentication iam, and here it is key",
    ),
    "keys for nobody": ({"project_screening": api(authentication="key", callers=None)}, "give a client at least"),
    "a client twice": (
        {"project_screening": api(authentication="key", callers=None, clients=[{"name": "one"}, {"name": "one"}])},
        "names one twice",
    ),
    "tokens of nobody": (
        {"project_screening": api(authentication="jwt", callers=None)},
        "give issuer, audiences and keySet",
    ),
    "keys over plain HTTP": (
        {
            "project_screening": api(
                authentication="jwt", callers=None, tokens={**TOKENS, "keySet": "http://a.example.com"}
            )
        },
        "begins with https://",
    ),
    "keys on a local host": (
        {
            "project_screening": api(
                authentication="jwt", callers=None, tokens={**TOKENS, "keySet": "https://localhost/k"}
            )
        },
        "is not a full name on the internet",
    ),
    "a password in an address": (
        {
            "project_screening": api(
                authentication="jwt", callers=None, tokens={**TOKENS, "keySet": "https://u:p@a.example.com/k"}
            )
        },
        "holds more than a host and a path",
    ),
    "no audience": (
        {"project_screening": api(authentication="jwt", callers=None, tokens={**TOKENS, "audiences": []})},
        "at least 1 needed",
    ),
    "a firewall in private": (
        {"project_screening": api(access="private", waf=True), "prod": endpoints("execute-api")},
        "is for access public, and here it is private",
    ),
    "endpoints in public": ({"project_screening": api(vpcEndpoints=[ENDPOINT])}, "is for access private"),
    "private without a way in": ({"project_screening": api(access="private")}, "add execute-api to network.endpoints"),
    "traces without a way out": ({"project_screening": api(tracing=True)}, "add xray to network.endpoints"),
    "a domain in capitals": (
        {"project_screening": api(domain={"name": "Models.example.com", "certificate": CERTIFICATE})},
        "small letters",
    ),
    "a certificate that is none": (
        {"project_screening": api(domain={"name": "models.example.com", "certificate": "arn:x"})},
        "not the ARN of a certificate in ACM",
    ),
    "days that logs know not": ({"project_screening": api(logDays=100)}, "did you mean 400?"),
    "a shift that CodeDeploy knows not": ({"project_screening": api(shift="canary")}, "LambdaCanary10Percent5Minutes"),
    "more than the gateway passes": ({"project_screening": api(throttle={"rate": 20_000})}, "10000"),
    "an account that does not admit it": (
        {"prod": lambda config: config.pop(f"{PREFIX}apis")},
        "admits no API of screening: add it to apis there",
    ),
    "an account that admits another's": (
        {"prod": lambda config: config.update({f"{PREFIX}apis": ["screening", "other"]})},
        "names other, none of projects",
    ),
    "functions that nobody builds": (
        {"dev": lambda config: config.pop(f"{PREFIX}apiFunctions")},
        "set apiFunctions: true",
    ),
}


@pytest.mark.parametrize("case", sorted(GOOD))
def test_an_api_that_can_be_is_taken(case: str, tmp_path: Path) -> None:
    assert problems(tmp_path, **GOOD[case]) == []


@pytest.mark.parametrize("case", sorted(BAD))
def test_one_that_cannot_be_is_refused_with_what_to_do(case: str, tmp_path: Path) -> None:
    edits, words = BAD[case]
    found = problems(tmp_path, **edits)
    assert [each for each in found if words in each], found
