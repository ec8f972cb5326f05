"""Start, failure and stop of the processes."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Start
from tests.models import csv_body, sample, train, write_schema
from tests.servers import ServerProcess, alive, children, free_port

Trained = Callable[[str], Path]
BODY = csv_body(sample("regression", 20))
REQUEST = (
    b"POST /invocations HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: text/csv\r\n"
    b"Content-Length: " + str(len(BODY)).encode() + b"\r\n\r\n" + BODY
)


def _exchange(port: int, request: bytes) -> bytes | None:
    """The whole answer; None if no connection could be opened. An open one that yields no answer raises."""
    try:
        connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    except OSError:
        return None
    with connection:
        connection.sendall(request)
        return _read(connection)


def _read(connection: socket.socket) -> bytes:
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts)


def _load(port: int, answers: list[bytes], lost: list[Exception]) -> None:
    """Send requests one after the other until the server takes no more."""
    while True:
        try:
            answer = _exchange(port, REQUEST)
        except OSError as error:
            lost.append(error)
            continue
        if answer is None:
            return
        answers.append(answer)


def test_a_stop_under_load_loses_no_request(front: dict[str, str], trained: Trained, start: Start) -> None:
    server = start(trained("regression"), **front).ready()
    expected = server.invoke(BODY).body
    answers: list[bytes] = []
    lost: list[Exception] = []
    clients = [threading.Thread(target=_load, args=(server.port, answers, lost)) for _ in range(12)]
    for client in clients:
        client.start()
    time.sleep(1.5)
    assert server.stop() == 0
    for client in clients:
        client.join()
    assert lost == []
    assert len(answers) > 100
    assert all(answer.startswith(b"HTTP/1.1 200 OK") and answer.endswith(expected) for answer in answers)
    assert server.logs()[-1] | {"time": ""} == {"time": "", "event": "stopped", "clean": True}


def test_a_request_in_flight_is_finished_after_the_stop_signal(
    front: dict[str, str], trained: Trained, start: Start
) -> None:
    server = start(trained("regression"), **front).ready()
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(REQUEST[:-30])
        time.sleep(0.3)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(1)
        assert server.process.poll() is None
        connection.sendall(REQUEST[-30:])
        assert _read(connection).startswith(b"HTTP/1.1 200 OK")
    assert server.wait() == 0


def test_the_stop_is_bounded_when_a_client_never_finishes(
    front: dict[str, str], trained: Trained, start: Start
) -> None:
    server = start(trained("regression"), **front, MODEL_SERVER_GRACE_SECONDS="2").ready()
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(REQUEST[:-30])
        time.sleep(0.3)
        started = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - started < 6


def test_two_servers_run_side_by_side(front: dict[str, str], trained: Trained, start: Start) -> None:
    first = start(trained("regression"), **front)
    second = start(trained("binary"), **front)
    assert len(first.ready().invoke(BODY).body.splitlines()) == 20
    assert len(second.ready().invoke(csv_body(sample("binary", 3))).body.splitlines()) == 3
    assert first.stop() == 0
    assert second.invoke(csv_body(sample("binary", 3))).status == 200


def test_a_killed_worker_is_replaced(front: dict[str, str], trained: Trained, start: Start) -> None:
    server = start(trained("regression"), **front).ready()
    (master,) = server.children("http_server")
    _until(lambda: len(children(master)) == 2)
    before = children(master)
    os.kill(before[0], signal.SIGKILL)
    _until(lambda: len(set(children(master)) - set(before)) == 1)
    assert {server.invoke(BODY).status for _ in range(30)} == {200}


@pytest.mark.parametrize("victim", ["http_server", "nginx"])
def test_the_death_of_one_process_ends_the_others(
    front: dict[str, str], trained: Trained, start: Start, victim: str
) -> None:
    if victim == "nginx" and front["MODEL_SERVER_NGINX"] == "off":
        pytest.skip("there is no nginx to kill")
    server = start(trained("regression"), **front).ready()
    _until(lambda: len(_descendants(server)) >= 3)
    descendants = _descendants(server)
    os.kill(server.children(victim)[0], signal.SIGKILL)
    assert server.wait() != 0
    _until(lambda: not any(map(alive, descendants)))


def test_nothing_is_left_when_the_supervisor_is_killed(front: dict[str, str], trained: Trained, start: Start) -> None:
    server = start(trained("regression"), **front).ready()
    _until(lambda: len(_descendants(server)) >= 3)
    descendants = _descendants(server)
    server.process.kill()
    server.wait()
    _until(lambda: not any(map(alive, descendants)))


def test_ping_says_503_and_the_log_why_when_the_model_answers_nonsense(
    front: dict[str, str], start: Start, tmp_path: Path
) -> None:
    root = train(tmp_path / "ml", "regression")
    names = [f"f{number}" for number in range(10)]
    write_schema(root / "model", features=names, target="y", problem="binary", classes=["no", "yes"])
    server = start(root, **front).ready()
    answer = server.request("GET", "/ping")
    assert (answer.status, answer.error["code"]) == (503, "model_unavailable")
    reasons = {line["reason"] for line in server.logs() if line["event"] == "unhealthy"}
    assert reasons == {"the answer of a binary model is not a probability"}


def _truncate(folder: Path) -> None:
    content = (folder / "model.ubj").read_bytes()
    (folder / "model.ubj").write_bytes(content[: len(content) // 2])


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "no folder": (shutil.rmtree, "schema.json cannot be read: No such file"),
    "no model": (lambda folder: (folder / "model.ubj").unlink(), "model.ubj cannot be read: No such file"),
    "empty model": (lambda folder: (folder / "model.ubj").write_bytes(b""), "model.ubj is not an XGBoost model"),
    "half a model": (_truncate, "model.ubj is not an XGBoost model"),
    "noise": (lambda folder: (folder / "model.ubj").write_bytes(bytes(range(256))), "is not an XGBoost model"),
    "no JSON": (lambda folder: (folder / "schema.json").write_text("{"), "schema.json is not JSON"),
    "one feature": (
        lambda folder: write_schema(folder, features=["a"], problem="regression"),
        "has 10 features, schema.json has 1",
    ),
    "no features": (lambda folder: write_schema(folder, problem="regression"), "`features` is not a list"),
    "no problem": (lambda folder: write_schema(folder, features=["a"]), "`problem` is none of regression, binary"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_model_folder_ends_the_server_with_one_clear_line(
    front: dict[str, str], start: Start, tmp_path: Path, case: str
) -> None:
    spoil, reason = BROKEN[case]
    spoil(train(tmp_path / "ml", "regression") / "model")
    server = start(tmp_path / "ml", **front)
    assert server.wait() == 3
    lines = [line["reason"] for line in server.logs() if line["event"] == "cannot-start"]
    assert len(lines) == 1
    assert reason in lines[0]
    assert "\n" not in lines[0]


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("SAGEMAKER_BIND_TO_PORT", "eighty", "a whole number from 1 to 65535"),
        ("MODEL_SERVER_WORKERS", "0", "a whole number from 1 to 256"),
        ("MODEL_SERVER_NGINX", "yes", "auto, on or off"),
        ("MODEL_SERVER_BIND", "192.0.2.1", "check MODEL_SERVER_BIND"),
    ],
)
def test_bad_settings_end_the_server_with_what_is_allowed(
    trained: Trained, start: Start, name: str, value: str, allowed: str
) -> None:
    server = start(trained("regression"), **{name: value})
    assert server.wait() == 2
    (line,) = server.logs()
    assert value in line["reason"]
    assert allowed in line["reason"]


def test_a_taken_port_is_said(trained: Trained, start: Start) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port := free_port()))
        taken.listen()
        server = start(trained("regression"), SAGEMAKER_BIND_TO_PORT=str(port))
        assert server.wait() == 2
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in server.logs()[0]["reason"]


def test_a_temporary_folder_too_deep_for_a_socket_is_said(trained: Trained, start: Start, tmp_path: Path) -> None:
    if shutil.which("nginx") is None:
        pytest.skip("nginx is not installed")
    deep = tmp_path / ("d" * 100)
    deep.mkdir()
    server = start(trained("regression"), MODEL_SERVER_NGINX="on", TMPDIR=str(deep))
    assert server.wait() == 2
    assert "set TMPDIR to a short path" in server.logs()[-1]["reason"]
    assert list(deep.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may change the owner of processes")
def test_workers_run_as_the_given_user_when_started_as_root(
    front: dict[str, str], trained: Trained, start: Start
) -> None:
    server = start(trained("regression"), **front, MODEL_SERVER_USER="daemon").ready()
    assert server.invoke(BODY).status == 200
    workers = [pid for child in children(server.process.pid) for pid in children(child)]
    assert workers
    assert {Path(f"/proc/{pid}").stat().st_uid for pid in workers} == {1}


def _descendants(server: ServerProcess) -> list[int]:
    """All processes below the supervisor."""
    direct = children(server.process.pid)
    return [*direct, *(pid for child in direct for pid in children(child))]


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "it does not come true within 10 s"
        time.sleep(0.05)
