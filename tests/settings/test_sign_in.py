"""A job signs in as the deployer or the previewer of a stack's account, by a profile that botocore reads."""

from __future__ import annotations

from pathlib import Path

import botocore.session
import pytest

from settings import __main__ as command
from tests.settings.folder import Folder

PREVIEWS = "  mlops-platform:previewer: {trustedBy: ['arn:aws:iam::222222222222:role/ci-preview']%s}\n"
DEPLOYER = "  mlops-platform:deployer"


@pytest.fixture
def ready(folder: Folder) -> Folder:
    """Staging signs in by a profile, and its account has a previewer."""
    folder.change(
        "staging", "  mlops-platform:tags", "  mlops-platform:credentials: {profile: ours}\n  mlops-platform:tags"
    )
    folder.change("foundation-staging", DEPLOYER, PREVIEWS % ", externalId: agreed" + DEPLOYER)
    return folder


def sign_in(folder: Folder, stack: str, role: str = "previewer") -> int:
    return command.main(["sign-in", stack, "--as", role, "--directory", str(folder.path)])


def test_the_profile_is_the_previewer_asked_for_with_the_credentials_of_the_environment(
    ready: Folder, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sign_in(ready, "staging") == 0
    file = tmp_path / "aws"
    file.write_text(capsys.readouterr().out)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    assert botocore.session.Session(profile="ours").get_scoped_config() == {
        "role_arn": "arn:aws:iam::222222222222:role/mlops/foundation/mlops-previewer",
        "external_id": "agreed",
        "credential_source": "Environment",
        "role_session_name": "pulumi-staging",
        "region": "eu-west-1",
    }


def test_the_same_profile_is_the_deployer_where_changes_are_made(
    ready: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sign_in(ready, "staging", "deployer") == 0
    out = capsys.readouterr().out
    assert "[profile ours]\nrole_arn = arn:aws:iam::222222222222:role/mlops/foundation/mlops-deployer\n" in out
    assert "external_id" not in out


@pytest.mark.parametrize(
    ("stack", "old", "new", "words"),
    [
        ("staging", "{profile: ours}", "{}", ("credentials.profile", "such as mlops-staging")),
        ("staging", "profile: ours", 'profile: "a]b"', ("credentials.profile = 'a]b'", "letters, digits")),
        (
            "staging",
            "profile: ours",
            "roleArn: 'arn:aws:iam::222222222222:role/mlops/foundation/mlops-deployer'",
            ("credentials.roleArn", "kept in the state", "say credentials.profile instead"),
        ),
        (
            "foundation-staging",
            PREVIEWS % ", externalId: agreed",
            "",
            ("Pulumi.staging.yaml", "has no previewer", "previewer.trustedBy"),
        ),
        (
            "foundation-staging",
            '"222222222222"',
            '"999999999999"',
            ("account", "no foundation here is of this account"),
        ),
        ("staging", "stage: staging", "stage: nowhere", ("stage = 'nowhere'",)),
    ],
    ids=["ambient", "profile", "role", "previewer", "foundation", "settings"],
)
def test_what_is_missing_is_said_and_nothing_is_printed(
    ready: Folder, capsys: pytest.CaptureFixture[str], stack: str, old: str, new: str, words: tuple[str, ...]
) -> None:
    ready.change(stack, old, new)
    assert sign_in(ready, "staging") == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert [word for word in words if word not in told.err] == []


def test_a_foundation_has_no_deployer_and_an_unknown_stack_its_neighbour(
    ready: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sign_in(ready, "foundation-staging", "deployer") == 1
    assert "its account's owner's" in capsys.readouterr().err
    assert sign_in(ready, "stagin") == 1
    assert "did you mean staging?" in capsys.readouterr().err
