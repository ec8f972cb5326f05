"""Which version of a function an invocation reaches: `$LATEST`, a published one, or one that an alias leads to."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from moto.awslambda.models import lambda_backends

from rehearsal.service_model.aws_behavior import aws_behavior

LATEST = "$LATEST"


class UnknownFunction(Exception):
    """There is no function, version or alias of that name."""


@dataclass(frozen=True)
class FunctionName:
    """A function as a request names it: by its name or ARN, with a qualifier in it or beside it."""

    account: str
    region: str
    name: str
    qualifier: str = ""

    @property
    def arn(self) -> str:
        """The ARN, qualified as the request named it."""
        plain = f"arn:aws:lambda:{self.region}:{self.account}:function:{self.name}"
        return f"{plain}:{self.qualifier}" if self.qualifier else plain


@dataclass(frozen=True)
class InvocationTarget:
    """One version that runs for one invocation. `function` is the in-memory Lambda's record of it."""

    named: FunctionName
    version: str
    function: Any

    @property
    def by_alias(self) -> bool:
        """Whether the request named an alias."""
        return bool(self.named.qualifier) and self.named.qualifier != LATEST and not self.named.qualifier.isdigit()

    @property
    def fingerprint(self) -> str:
        """What an environment is made of: another one is started when any of it changes."""
        function = self.function
        parts = (
            self.version,
            function.code_sha_256,
            function.handler,
            function.role,
            function.environment_vars,
            function.timeout,
            function.memory_size,
            function.run_time,
            function._vpc_config,
            str(function.code.get("ImageUri")),
            function.tracing_config,
            getattr(function, "logging_config", None),
        )
        return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def function_name(account: str, region: str, name: str, qualifier: str = "") -> FunctionName:
    """Reads `name`, `name:qualifier`, `account:function:name` or an ARN."""
    before, _, rest = name.rpartition("function:")
    if name.startswith("arn:"):
        parts = name.split(":")
        account, region = parts[4], parts[3]
    elif before:
        account = before.rstrip(":").rpartition(":")[2]
    plain, _, inner = rest.partition(":")
    return FunctionName(account, region, plain, inner or qualifier)


def target_of(named: FunctionName, draw: Callable[[], float] = random.random) -> InvocationTarget:
    """The version that an invocation runs. Raises UnknownFunction."""
    backend = lambda_backends[named.account][named.region]
    versions = backend._lambdas._functions.get(named.name)
    if not versions or versions["latest"] is None:
        raise UnknownFunction(f"Function not found: {named.arn}")
    if named.qualifier in ("", LATEST):
        return InvocationTarget(named, LATEST, versions["latest"])
    version = named.qualifier
    if not version.isdigit():
        alias = backend._lambdas._get_function_aliases(named.name).get(named.qualifier)
        if alias is None:
            raise UnknownFunction(f"Function not found: {named.arn}")
        routing: Any = alias.routing_config
        version = routed(alias.function_version, routing, draw())
    if version == LATEST:
        return InvocationTarget(named, LATEST, versions["latest"])
    for function in versions["versions"]:
        if str(function.version) == version:
            return InvocationTarget(named, version, function)
    raise UnknownFunction(f"Function not found: {named.arn}")


@aws_behavior(
    'AWS Lambda Developer Guide, "Implement Lambda canary deployments using a weighted alias"',
)
def routed(version: str, routing: Mapping[str, Any] | None, drawn: float) -> str:
    """An alias sends the share of its additional version's weight there, each invocation for itself by chance."""
    for additional, weight in ((routing or {}).get("AdditionalVersionWeights") or {}).items():
        if drawn < float(weight):
            return str(additional)
    return version
