"""Probes: small experiments in a real account that settle assumptions. `make probe STACK=…` runs those of a stack.

What a probe makes it removes again, whatever happens; its answer is written to `assumptions/answers.json`, from which
the page is made. An answer never changes what the platform does: the design holds both ways, or the page says so.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from assumptions.assumption import Assumption, Probe, ProbedStack, ProbeResult
from assumptions.render import ANSWERS, answers
from settings.config import AnyStack
from settings.model import WorkloadSettings


class ProbeRefused(Exception):
    """Why no probe can be run with a stack: the text says what to do."""


@dataclass(frozen=True)
class ProbeAnswer:
    """What a probe found, with one sentence of evidence."""

    result: ProbeResult
    evidence: str


class RealStack:
    """A stack in its real account, with the credentials that `pulumi up` would use for it."""

    def __init__(self, stack: str, settings: AnyStack, directory: Path) -> None:
        import boto3

        self.stack, self.directory = stack, directory
        self.account, self.region, self.prefix = settings.account, settings.region, settings.prefix
        self._credentials = settings.credentials
        self._found: dict[str, Mapping[str, Any]] = {}
        self._registry = settings.registry.stack if isinstance(settings, WorkloadSettings) else None
        self._session = boto3.Session(profile_name=settings.credentials.profile, region_name=settings.region)
        self.partition = str(self._session.get_partition_for_region(settings.region))

    def client(self, service: str, role_arn: str = "") -> Any:
        """A boto3 client of the deployer, or of a role that the deployer may assume."""
        session = self._deployer if not role_arn else self._assumed(self._deployer, role_arn)
        return session.client(service)

    def output(self, name: str) -> Any:
        """An output of the stack, read by the Pulumi CLI. Raises KeyError where it has none of the name."""
        return self._outputs(self.stack)[name]

    def registry_output(self, name: str) -> Any:
        """An output of the data science stack that a workload stack takes its models from. Raises KeyError likewise."""
        if self._registry is None:
            raise KeyError(name)
        return self._outputs(self._registry)[name]

    def pause(self, seconds: float) -> None:
        """Wait for AWS."""
        time.sleep(seconds)

    def require_own_account(self) -> None:
        """Raise ProbeRefused where the credentials are of another account than the settings name."""
        try:
            found = str(self.client("sts").get_caller_identity()["Account"])
        except (BotoCoreError, ClientError) as error:
            raise ProbeRefused(f"{self.stack}: no usable AWS credentials ({error}); sign in as for pulumi up") from None
        if found != self.account:
            raise ProbeRefused(f"{self.stack} is in account {self.account}, the credentials are of {found}")

    @cached_property
    def _deployer(self) -> Any:
        role = self._credentials.role_arn
        return self._assumed(self._session, role, self._credentials.external_id) if role else self._session

    def _assumed(self, session: Any, role_arn: str, external_id: str | None = None) -> Any:
        import boto3

        extra = {"ExternalId": external_id} if external_id else {}
        answer = session.client("sts").assume_role(RoleArn=role_arn, RoleSessionName="mlops-probe", **extra)
        keys = answer["Credentials"]
        return boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], self.region)

    def _outputs(self, stack: str) -> Mapping[str, Any]:
        if stack in self._found:
            return self._found[stack]
        program = shutil.which("pulumi")
        if program is None:
            raise ProbeRefused("the Pulumi CLI is needed to read the stack's outputs; it is not on PATH")
        command = [program, "stack", "output", "--json", "--stack", stack]
        done = subprocess.run(command, cwd=self.directory, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ProbeRefused(f"pulumi stack output --stack {stack}: {done.stderr.strip()[-300:]}")
        self._found[stack] = json.loads(done.stdout)
        return self._found[stack]


def probes_of(register: Iterable[Assumption], kind: str) -> Sequence[tuple[Assumption, Probe]]:
    """The assumptions that a stack of a kind can settle, each with its probe."""
    return [(each, each.probe) for each in register if each.probe is not None and kind in each.probe.kinds]


def run(probe: Probe, stack: ProbedStack) -> ProbeAnswer:
    """Run one probe. What AWS refuses of the experiment itself is no answer to its question: unclear."""
    try:
        result, evidence = probe.run(stack)
    except (ClientError, BotoCoreError) as error:
        return ProbeAnswer(ProbeResult.UNCLEAR, f"the probe was refused: {error}")
    except KeyError as error:
        return ProbeAnswer(ProbeResult.UNCLEAR, f"the stack has no output {error}")
    return ProbeAnswer(result, evidence)


def keep(assumption: Assumption, answer: ProbeAnswer, region: str, path: Path = ANSWERS) -> None:
    """Write an answer beside the earlier ones. An unclear one is not kept: it settles nothing."""
    if answer.result is ProbeResult.UNCLEAR:
        return
    entry = {
        "answer": str(answer.result),
        "evidence": answer.evidence,
        "region": region,
        "day": datetime.now(UTC).date().isoformat(),
    }
    found = {**answers(path), assumption.name: entry}
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(dict(sorted(found.items())), indent=1) + "\n", encoding="utf-8")
    unfinished.replace(path)
