"""Settings of a foundation's account controls."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from settings.foundation import Detection, Prevention

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
