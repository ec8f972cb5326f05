"""A registry account and two workload accounts in memory, and endpoints that answer."""

from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
import pytest
from botocore.loaders import create_loader
from moto import mock_aws
from moto.sagemakerruntime.responses import SageMakerRuntimeResponse
from moto.sts.models import STSBackend

from deploy.cli import main
from deploy.deployed import Deployed
from tests.in_memory_aws import REGION, REGISTRY, AccessDenied, InMemoryAws, assumed, template_text

# Every assumed role makes a session, and each would read SageMaker's service model (5 MB) again.
_LOADER = create_loader()


@pytest.fixture(autouse=True)
def _one_loader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botocore.session.create_loader", lambda _paths=None: _LOADER)


@pytest.fixture(autouse=True)
def _no_real_account(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "AWS_PROFILE",
        "AWS_ENDPOINT_URL",
        "MLOPS_PARAMETERS",
        "AWS_SESSION_TOKEN",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MODEL_PACKAGE_ARN", "none")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[InMemoryAws]:
    monkeypatch.setenv("MLOPS_PARAMETERS", InMemoryAws.tree)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "template.json").write_text(template_text(), encoding="utf-8")
    with mock_aws():
        keys = assumed(REGISTRY)
        for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN"):
            monkeypatch.setenv(f"AWS_{name}", keys[name.title().replace("_", "")])
        boto3.setup_default_session()
        made = InMemoryAws(tmp_path)
        original = STSBackend.assume_role

        def assume_role(self: STSBackend, **arguments: object) -> object:
            if any(f"::{account}:" in str(arguments["role_arn"]) for account in made.forbidden):
                raise AccessDenied
            return original(self, **arguments)  # type: ignore[arg-type]

        def invoke(self: SageMakerRuntimeResponse) -> tuple[int, dict[str, str], bytes]:
            body = self.body.encode() if isinstance(self.body, str) else self.body
            status, headers, answer = made.invoke(self.current_account, self.path, self.headers, body)
            return status, headers | {"status": str(status)}, answer  # moto reads the status there

        monkeypatch.setattr(STSBackend, "assume_role", assume_role)
        monkeypatch.setattr(
            "deploy.cli.deployed_stack_set", lambda _, name: Deployed(made.deployed.get(name, {}))
        )
        monkeypatch.setattr(SageMakerRuntimeResponse, "invoke_endpoint", invoke)
        yield made
        boto3.DEFAULT_SESSION = None


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs the command line: exit code, standard output, standard error."""

    def call(*arguments: str) -> tuple[int, str, str]:
        code = main(list(arguments))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call
