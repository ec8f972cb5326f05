"""Settings of a foundation's account controls."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from settings.foundation import Detection, Prevention
from settings.model import AwsOrganization

OWNER = "arn:aws:iam::111111111111:role/owner"


def test_a_service_control_policy_needs_owners() -> None:
    with pytest.raises(ValidationError, match="nobody could change a foundation any longer: name them in owners"):
        Prevention.model_validate({"serviceControlPolicy": ["r-ab12"]})
    assert Prevention.model_validate({"serviceControlPolicy": ["r-ab12"], "owners": [OWNER]}).owners == (OWNER,)


def test_buckets_to_read_need_macie() -> None:
    with pytest.raises(ValidationError, match="switch macie on, or drop macieBuckets"):
        Detection.model_validate({"macieBuckets": ["mlops-dev-data"]})
    assert Detection.model_validate({"macie": True, "macieBuckets": ["mlops-dev-data"]}).macie_buckets


def test_the_cheap_detectors_are_on_and_the_others_off() -> None:
    on = {name for name, value in Detection().model_dump().items() if value is True}
    assert on == {"trail", "access_analyzer"}


def test_targets_of_a_policy_are_of_one_organization() -> None:
    of_two = {"serviceControlPolicy": ["r-ab12", "ou-cd34-11111111", "222222222222"], "owners": [OWNER]}
    with pytest.raises(ValidationError, match="below r-ab12 and r-cd34, and an organization has one root"):
        Prevention.model_validate(of_two)
    of_one = of_two | {"serviceControlPolicy": ["r-ab12", "ou-ab12-11111111", "222222222222"]}
    assert Prevention.model_validate(of_one).service_control_policy


def test_a_path_of_units_stays_below_its_root() -> None:
    with pytest.raises(ValidationError, match="has a unit that is not below its root: its ids are of r-ab12 and r-cd3"):
        AwsOrganization.model_validate({"paths": ["o-a1b2c3d4e5/r-ab12/ou-cd34-11111111/"]})
    assert AwsOrganization.model_validate({"paths": ["o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/"]}).paths


@pytest.mark.parametrize(("depth", "is_refused"), [(5, False), (6, True)])
def test_a_path_is_no_deeper_than_an_organization(depth: int, is_refused: bool) -> None:
    paths = {"paths": [f"o-a1b2c3d4e5/r-ab12/{'ou-ab12-11111111/' * depth}"]}
    if not is_refused:
        assert AwsOrganization.model_validate(paths).paths
        return
    with pytest.raises(ValidationError, match="goes through 6 units, and an organization has 5 levels of them"):
        AwsOrganization.model_validate(paths)
