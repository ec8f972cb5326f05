"""Pure decisions, and the image's entrypoint."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from model_server.cores import cpu_quota, usable_cores
from model_server.errors import RequestError, SettingsError
from model_server.logs import request_id
from model_server.media_types import MediaType, response_media_type
from model_server.payloads import PayloadReader
from model_server.settings import read_settings

ENTRYPOINT = Path(__file__).resolve().parent.parent / "entrypoint.sh"


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({"cpu.max": "150000 100000"}, 1.5),
        ({"cpu.max": "max 100000"}, None),
        ({"cpu/cpu.cfs_quota_us": "400000", "cpu/cpu.cfs_period_us": "100000"}, 4.0),
        ({"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}, None),
        ({}, None),
    ],
)
def test_the_cpu_quota_of_the_control_group_is_read(tmp_path: Path, files: dict[str, str], cores: float | None) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert cpu_quota(tmp_path) == cores


def test_half_a_core_is_one_worker(tmp_path: Path) -> None:
    (tmp_path / "cpu.max").write_text("50000 100000")
    assert usable_cores(tmp_path) == 1


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ("abc-1", "abc-1"),
        ("tenant=a,request-id=r.1", "r.1"),
        ("trace-id=t:1;x=y", "t:1"),
        ("name=Jane Doe", None),
        ('{"a": 1}', None),
        ("", None),
        ("x" * 129, None),
    ],
)
def test_only_an_id_is_taken_from_the_custom_attributes(attributes: str, expected: str | None) -> None:
    assert request_id(attributes) == expected


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("application/*", MediaType.JSON),
        ("text/*;q=0.5, */*;q=0.1", MediaType.CSV),
        ("text/csv;q=0, */*", MediaType.JSON),
        ("*/*;q=x", None),
        ("text/csv;q=0", None),
    ],
)
def test_accept_is_weighed_as_http_says(accept: str, expected: MediaType | None) -> None:
    if expected is None:
        with pytest.raises(RequestError, match="admits none"):
            response_media_type(accept, MediaType.CSV)
    else:
        assert response_media_type(accept, MediaType.CSV) is expected


def test_a_blank_line_is_a_missing_value_only_for_a_single_feature() -> None:
    assert PayloadReader(["a"], 10).read(b"1\n\n2\n", MediaType.CSV).shape == (3, 1)
    with pytest.raises(RequestError, match="row 2 has 1 values"):
        PayloadReader(["a", "b"], 10).read(b"1,2\n\n3,4\n", MediaType.CSV)


def test_quoted_numbers_and_spaces_are_read() -> None:
    assert PayloadReader(["a", "b"], 10).read(b'"1.5", 2\r\n', MediaType.CSV).tolist() == [[1.5, 2.0]]


def test_a_feature_named_features_is_no_dense_row() -> None:
    reader = PayloadReader(["features"], 10)
    assert reader.read(b'{"features": 3}', MediaType.JSON_LINES).tolist() == [[3.0]]
    with pytest.raises(RequestError, match="column 1"):
        reader.read(b'{"features": [3]}', MediaType.JSON_LINES)


def test_the_largest_payload_of_a_batch_transform_is_the_body_limit() -> None:
    assert read_settings({}).body_bytes == 6_291_456
    assert read_settings({"SAGEMAKER_BATCH": "true", "SAGEMAKER_MAX_PAYLOAD_IN_MB": "100"}).body_bytes == 104_857_600


def test_an_unknown_user_is_said() -> None:
    try:
        settings = read_settings({"MODEL_SERVER_USER": "nobody-of-that-name"})
    except SettingsError as error:
        assert "create it or unset it" in str(error)  # noqa: PT017 - only root is refused
    else:
        assert settings.user is None


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["python3", "-c", "print(6 * 7)"], 0, "42"),
        (["sh", "-c", "exit 5"], 5, ""),
        (["train"], 64, "ContainerEntrypoint"),
        ([], 64, "give 'serve'"),
    ],
)
def test_the_entrypoint_runs_any_other_command_line(arguments: list[str], code: int, text: str) -> None:
    done = subprocess.run([str(ENTRYPOINT), *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert text in done.stdout + done.stderr


def test_the_model_package_is_read_from_its_arn_and_nothing_else_is_taken() -> None:
    arn = "arn:aws:sagemaker:eu-west-1:111111111111:model-package/mlops-screening/7"
    assert read_settings({"MODEL_PACKAGE_ARN": arn}).model_package == "mlops-screening/7"
    assert read_settings({}).model_package is None
    for wrong in ("mlops-screening/7", arn + "\r\nX-Evil: 1", arn.rpartition("/")[0]):
        with pytest.raises(SettingsError, match="MODEL_PACKAGE_ARN"):
            read_settings({"MODEL_PACKAGE_ARN": wrong})
