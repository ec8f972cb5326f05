"""Names fit AWS's limits, and both sides of an account boundary compute the same ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import names
from catalog.roles import RoleKind
from catalog.scope import partition_of

WORD = st.from_regex(r"[a-z][a-z0-9]{0,9}", fullmatch=True)


@given(st.text(alphabet="abcdefghij-", min_size=1, max_size=200))
def test_a_fitted_name_is_within_the_limit_and_stays_itself(text: str) -> None:
    fitted = names.fitted(text, names.NameLimit.RULE)
    assert len(fitted) <= names.NameLimit.RULE.value
    assert names.fitted(text, names.NameLimit.RULE) == fitted
    assert len(text) > names.NameLimit.RULE.value or fitted == text


@given(st.text(alphabet="ab", min_size=70, max_size=90), st.text(alphabet="ab", min_size=70, max_size=90))
def test_different_names_stay_different_when_cut(one: str, other: str) -> None:
    same = names.fitted(one, names.NameLimit.ROLE) == names.fitted(other, names.NameLimit.ROLE)
    assert same == (one == other)


def test_a_name_that_another_account_computes_is_refused_and_never_cut() -> None:
    with pytest.raises(names.NameTooLong, match=r"bucket name .* has 7. characters, AWS allows 63"):
        names.Names("mlops", "a-very-long-name-of-an-environment").bucket("models", "111111111111", "eu-west-1")


@given(WORD, WORD, WORD)
def test_a_project_has_the_same_role_name_in_every_account_of_a_stage(prefix: str, project: str, stage: str) -> None:
    project_names = names.ProjectNames(prefix, project)
    assert project_names.stage_role(stage, RoleKind.MODEL) == names.ProjectNames(prefix, project).stage_role(
        stage, RoleKind.MODEL
    )
    assert project in project_names.stage_role(stage, RoleKind.MODEL)


@pytest.mark.parametrize(
    ("region", "partition"), [("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
)
def test_a_region_knows_its_partition(region: str, partition: str) -> None:
    assert partition_of(region) == partition


@pytest.mark.parametrize("prefix", ["ml", "mlops", "a" * 10])
@pytest.mark.parametrize("length", range(2, 21))
def test_what_a_build_writes_is_in_another_folder_than_what_deploys(prefix: str, length: int) -> None:
    project = names.ProjectNames(prefix, "p" * length)
    other = names.ProjectNames(prefix, "p" * (length - 1) + "q")
    folders = [each.artifact_folder(purpose) for each in (project, other) for purpose in ("build", "deploy")]
    assert len({*folders}) == len(folders)
    called = [project.code_pipeline(purpose) for purpose in ("build", "deploy")]
    # The deployer makes pipelines, and rules of their names, whose names end so.
    assert [name.endswith(f"-{prefix}-{purpose}") for name, purpose in zip(called, ("build", "deploy"), strict=True)]
    assert max(map(len, called)) <= names.NameLimit.RULE.value
