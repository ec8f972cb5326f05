"""Probes: what is run, what an answer is worth, what is kept of it."""

from __future__ import annotations

import json
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from botocore.exceptions import ClientError

from assumptions import register
from assumptions.__main__ import main
from assumptions.assumption import Assumption, Probe, ProbedStack, ProbeResult
from assumptions.probing import ProbeAnswer, RealStack, keep, probes_of, run
from assumptions.render import answers, page
from settings.load import from_file
from tests.example_files import EXAMPLE


class _Stack:
    account, region, partition, prefix = "111111111111", "eu-west-1", "aws", "mlops"

    def client(self, service: str, role_arn: str = "") -> Any:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": role_arn}}, service)

    def output(self, name: str) -> Any:
        return {"known": "value"}[name]

    def registry_output(self, name: str) -> Any:
        raise KeyError(name)

    def pause(self, seconds: float) -> None:
        pytest.fail(f"waits {seconds}")


def _assumption(probe: Probe) -> Assumption:
    return Assumption(
        name="sample",
        question="Is it so?",
        if_it_holds="Yes.",
        if_it_fails="No.",
        design="Works.",
        leans_on=("README.md",),
        sources=("Some Guide",),
        probe=probe,
    )


def _probe(function: Any, kinds: tuple[str, ...] = ("project",)) -> Probe:
    return Probe(run=function, kinds=kinds, price=0.01, minutes=1)


def test_a_probe_that_aws_refuses_settles_nothing() -> None:
    def refused(stack: ProbedStack) -> tuple[ProbeResult, str]:
        stack.client("s3")
        return ProbeResult.HOLDS, "never"

    answer = run(_probe(refused), _Stack())
    assert answer.result is ProbeResult.UNCLEAR
    assert "AccessDenied" in answer.evidence


def test_a_missing_output_settles_nothing_and_is_named() -> None:
    answer = run(_probe(lambda stack: (ProbeResult.HOLDS, stack.output("missing"))), _Stack())
    assert answer == ProbeAnswer(ProbeResult.UNCLEAR, "the stack has no output 'missing'")


def test_an_answer_is_kept_and_shown_on_the_page(tmp_path: Path) -> None:
    path, sample = tmp_path / "answers.json", _assumption(_probe(lambda _: (ProbeResult.HOLDS, "seen")))
    keep(sample, ProbeAnswer(ProbeResult.UNCLEAR, "refused"), "eu-west-1", path)
    assert answers(path) == {}
    keep(sample, ProbeAnswer(ProbeResult.FAILS, "refused by SNS"), "eu-west-1", path)
    text = page([sample], answers(path))
    assert "1 settled by a probe" in text
    assert "fails (eu-west-1, " in text
    assert "refused by SNS" in text


def test_a_stack_runs_the_probes_of_its_kind_alone() -> None:
    sample = _assumption(_probe(lambda _: (ProbeResult.HOLDS, ""), ("workload", "project")))
    assert [each.name for each, _ in probes_of([sample], "workload")] == ["sample"]
    assert not probes_of([sample], "data-science")


def test_no_probe_is_free_of_limits() -> None:
    for assumption in register():
        if assumption.probe:
            assert 0 <= assumption.probe.price <= 2
            assert 0 < assumption.probe.minutes <= 60
            assert {*assumption.probe.kinds} <= {"foundation", "workload", "data-science", "project"}


def test_a_stack_file_that_is_not_there_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", "nowhere", "--directory", str(tmp_path)]) == 1
    assert "Pulumi.nowhere.yaml" in capsys.readouterr().err


def test_without_a_yes_nothing_is_made(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    sample = _assumption(_probe(lambda _: pytest.fail("ran"), ("data-science",)))
    monkeypatch.setattr("assumptions.__main__.register", lambda: (sample,))
    monkeypatch.setattr("builtins.input", lambda _: "")
    assert main(["probe", "dev", "--directory", str(EXAMPLE)]) == 1
    assert "nothing was made" in capsys.readouterr().out
    assert main(["probe", "staging", "--directory", str(EXAMPLE)]) == 1
    assert "its probes: none" in capsys.readouterr().err


def test_outputs_are_read_once_of_the_stack_and_of_the_one_that_it_takes_models_from(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    def pulumi(command: list[str], **_: Any) -> CompletedProcess[str]:
        asked.append(command[-1])
        return CompletedProcess(command, 0, json.dumps({"name": command[-1]}), "")

    monkeypatch.setattr("assumptions.probing.shutil.which", lambda _: "pulumi")
    monkeypatch.setattr("assumptions.probing.subprocess.run", pulumi)
    workload = RealStack("staging", from_file(EXAMPLE / "Pulumi.staging.yaml"), EXAMPLE)
    assert [workload.output("name"), workload.output("name"), workload.registry_output("name")] == ["staging"] * 2 + [
        "dev"
    ]
    assert asked == ["staging", "dev"]
    with pytest.raises(KeyError):
        RealStack("dev", from_file(EXAMPLE / "Pulumi.dev.yaml"), EXAMPLE).registry_output("name")
