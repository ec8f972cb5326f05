"""A container with several models: the contract of multi-model endpoints, over HTTP, with several processes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Start
from tests.models import csv_body, sample
from tests.servers import ServerProcess


@pytest.fixture
def root(tmp_path: Path, trained: Callable[[str], Path]) -> Path:
    """A container's root with the artifacts of two models, as SageMaker unpacks them."""
    for name, problem in (("one", "binary"), ("two", "regression")):
        shutil.copytree(trained(problem) / "model", tmp_path / "ml" / "models" / name / "model")
    return tmp_path / "ml"


@pytest.fixture
def server(front: dict[str, str], root: Path, start: Start) -> ServerProcess:
    return start(root, **front, MULTI_MODEL="true", MODEL_SERVER_MAX_MODELS="2", MODEL_SERVER_WORKERS="3").ready()


def url(root: Path, name: str) -> str:
    return str(root / "models" / name / "model")


def load(server: ServerProcess, name: str, address: str) -> int:
    body = json.dumps({"model_name": name, "url": address})
    return server.request("POST", "/models", body, content_type="application/json").status


def test_it_is_healthy_before_any_model_is_loaded(server: ServerProcess) -> None:
    assert server.request("GET", "/ping").status == 200
    assert server.request("GET", "/models").json == {"models": []}


def test_every_process_answers_as_the_single_server_does(
    server: ServerProcess, root: Path, trained: Callable[[str], Path], start: Start
) -> None:
    assert load(server, "one", url(root, "one")) == 200
    assert load(server, "two", url(root, "two")) == 200
    for name, problem in (("one", "binary"), ("two", "regression")):
        single = start(trained(problem)).ready()
        rows = csv_body(sample(problem, 20))
        answers = {
            server.request("POST", f"/models/{name}/invoke", rows, content_type="text/csv").body for _ in range(12)
        }
        assert answers == {single.invoke(rows).body}


def test_a_model_is_described_listed_by_page_and_unloaded(server: ServerProcess, root: Path) -> None:
    for name in ("one", "two"):
        load(server, name, url(root, name))
    one = {"modelName": "one", "modelUrl": url(root, "one")}
    assert server.request("GET", "/models/one").json == one
    assert server.request("GET", "/models?limit=1").json == {"models": [one], "nextPageToken": "one"}
    rest = server.request("GET", "/models?limit=1&next_page_token=one").json
    assert [each["modelName"] for each in rest["models"]] == ["two"]
    assert "nextPageToken" not in rest
    assert server.request("DELETE", "/models/one").status == 200
    # Whichever process is asked: all of them have forgotten it.
    asked = [server.request("POST", "/models/one/invoke", b"1\n", content_type="text/csv").status for _ in range(12)]
    assert set(asked) == {404}


def test_what_the_contract_refuses_has_its_status(server: ServerProcess, root: Path) -> None:
    assert server.request("GET", "/models/one").status == 404
    assert server.request("DELETE", "/models/one").status == 404
    assert load(server, "one", url(root, "one")) == 200
    assert load(server, "one", url(root, "one")) == 409
    assert load(server, "two", url(root, "two")) == 200
    assert load(server, "three", url(root, "two")) == 507
    assert server.invoke(b"1,2\n").status == 404


@pytest.mark.parametrize("address", ["/etc", "", "models/../../.."])
def test_a_folder_outside_of_the_container_is_refused(server: ServerProcess, root: Path, address: str) -> None:
    assert load(server, "other", f"{root}/{address}" if address.startswith("models") else address) == 400


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"model_name": "x"}'])
def test_a_malformed_load_is_refused_with_the_form_that_is_allowed(server: ServerProcess, body: bytes) -> None:
    answer = server.request("POST", "/models", body, content_type="application/json")
    assert (answer.status, answer.error["code"]) == (400, "bad_input")
    assert "model_name" in answer.error["message"]


def test_a_spoilt_model_is_refused_and_not_listed(server: ServerProcess, root: Path) -> None:
    (root / "models" / "one" / "model" / "model.ubj").write_bytes(b"")
    assert load(server, "one", url(root, "one")) == 400
    assert server.request("GET", "/models").json == {"models": []}
