from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.models import train
from tests.servers import ServerProcess

Start = Callable[..., ServerProcess]


@pytest.fixture(scope="session", params=["nginx", "plain"])
def front(request: pytest.FixtureRequest) -> dict[str, str]:
    """The settings for each of the two ways to listen."""
    if request.param == "plain":
        return {"MODEL_SERVER_NGINX": "off"}
    if shutil.which("nginx") is None:
        pytest.skip("nginx is not installed")
    return {"MODEL_SERVER_NGINX": "on"}


@pytest.fixture(scope="session", params=["regression", "binary", "multiclass"])
def problem(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Roots with a trained model, one per problem."""
    roots: dict[str, Path] = {}

    def root(problem: str) -> Path:
        if problem not in roots:
            roots[problem] = train(tmp_path_factory.mktemp(problem), problem)
        return roots[problem]

    return root


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts servers that are gone when the test ends."""
    servers: list[ServerProcess] = []

    def start_server(root: Path, **environ: str) -> ServerProcess:
        servers.append(ServerProcess(root, tmp_path / f"server-{len(servers)}.log", environ))
        return servers[-1].start()

    yield start_server
    for server in servers:
        server.close()


@pytest.fixture(scope="module")
def regressor(
    front: dict[str, str], trained: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    """One server of the diabetes model for tests that only send requests; small limits."""
    environ = {**front, "MODEL_SERVER_MAX_ROWS": "2000", "MODEL_SERVER_MAX_BODY_BYTES": "500000"}
    server = ServerProcess(trained("regression"), tmp_path_factory.mktemp("server") / "log", environ).start().ready()
    yield server
    assert server.stop() == 0
