"""What probes make of the ends of their jobs: a job that fails for another reason is no answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError

from assumptions import buckets, processing_jobs, roles
from assumptions.assumption import ProbeResult
from assumptions.entries import outputs_without_encrypt, via_service_of_volume_grants
from assumptions.processing_jobs import Job

_KEY = "arn:aws:kms:eu-west-1:111111111111:key/1"
_DONE = Job("Completed")
_LACKS = Job("Failed", "ClientError: not authorized to perform: kms:CreateGrant")
_LIMIT = Job("Refused", "ResourceLimitExceeded: ml.t3.medium for processing job usage is 0 Instances")
_STOPPED = Job("Stopped")


class _Client:
    """A SageMaker whose jobs end as they are told, and an S3 whose objects are under the key that is given."""

    def __init__(self, ends: Iterator[Job], under: str) -> None:
        self._ends, self._under = ends, under
        self.names: list[str] = []
        self._end = _DONE

    def create_processing_job(self, **given: Any) -> None:
        self._end = next(self._ends)
        self.names.append(given["ProcessingJobName"])
        if self._end.status == "Refused":
            code, _, message = self._end.reason.partition(": ")
            raise ClientError({"Error": {"Code": code, "Message": message}}, "CreateProcessingJob")

    def describe_processing_job(self, **_: Any) -> dict[str, str]:
        return {"ProcessingJobStatus": self._end.status, "FailureReason": self._end.reason}

    def head_object(self, **_: Any) -> dict[str, str]:
        return {"SSEKMSKeyId": self._under}


class _Stack:
    account, region, partition, prefix = "111111111111", "eu-west-1", "aws", "mlops"

    def __init__(self, *ends: Job, under: str = _KEY, region: str = "eu-west-1") -> None:
        self.region = region
        self.made = _Client(iter(ends), under)

    def client(self, service: str, role_arn: str = "") -> Any:
        assert (service in ("s3", "sagemaker"), role_arn) == (True, "")
        return self.made

    def output(self, name: str) -> Any:
        return {"subnetIds": ["subnet-1"], "workloadSecurityGroupId": "sg-1"}[name]

    def registry_output(self, name: str) -> Any:
        pytest.fail(f"reads {name}")

    def pause(self, seconds: float) -> None:
        assert seconds < 60


def _made(value: str) -> Callable[..., Any]:
    @contextmanager
    def made(*_: Any, **__: Any) -> Iterator[str]:
        yield value

    return made


@pytest.fixture(autouse=True)
def _nothing_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processing_jobs, "key", _made(_KEY))
    monkeypatch.setattr(buckets, "bucket", _made("bucket"))
    monkeypatch.setattr(roles, "role", _made("arn:aws:iam::111111111111:role/probe"))
    monkeypatch.setattr(roles, "may", lambda *_: None)


@pytest.mark.parametrize(
    ("ends", "result"),
    [
        ((_DONE, _LACKS), ProbeResult.HOLDS),
        ((_LACKS, _LACKS, _DONE), ProbeResult.FAILS),
        # A right that became known late.
        ((_LACKS, _DONE, _LACKS), ProbeResult.HOLDS),
        # A role that may not grant was not asked to.
        ((_DONE, _DONE), ProbeResult.UNCLEAR),
        ((_DONE, _STOPPED), ProbeResult.UNCLEAR),
        # Even a role that may grant is refused.
        ((_LACKS, _LACKS, _LACKS), ProbeResult.UNCLEAR),
        ((_LIMIT,), ProbeResult.UNCLEAR),
        ((_STOPPED,), ProbeResult.UNCLEAR),
    ],
)
def test_grants_through_sagemaker(ends: tuple[Job, ...], result: ProbeResult) -> None:
    stack = _Stack(*ends)
    assert via_service_of_volume_grants._run(stack)[0] is result
    assert len({*stack.made.names}) == len(ends)


@pytest.mark.parametrize(
    ("ends", "under", "result"),
    [
        ((_DONE,), _KEY, ProbeResult.HOLDS),
        ((_DONE,), "another", ProbeResult.UNCLEAR),
        ((_LACKS, _LACKS, _DONE), _KEY, ProbeResult.FAILS),
        ((_LACKS, _LACKS, _LACKS), _KEY, ProbeResult.UNCLEAR),
        ((_LIMIT,), _KEY, ProbeResult.UNCLEAR),
    ],
)
def test_outputs_without_the_right_to_encrypt(ends: tuple[Job, ...], under: str, result: ProbeResult) -> None:
    assert outputs_without_encrypt._run(_Stack(*ends, under=under))[0] is result


def test_a_region_without_a_known_image_is_no_answer() -> None:
    for module in (outputs_without_encrypt, via_service_of_volume_grants):
        result, told = module._run(_Stack(region="sa-east-1"))
        assert (result, "sa-east-1" in told) == (ProbeResult.UNCLEAR, True)
