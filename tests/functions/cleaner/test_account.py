"""What the data science account is cleared of, and what is refused before that."""

from __future__ import annotations

from typing import Any

import pytest

from functions.cleaner import account, buckets
from functions.cleaner.waiting import NotRemoved
from tests.functions.cleaner.faults import Client, Clock

EVENT: dict[str, Any] = {
    "stack": "dev",
    "domain": "d-1",
    "tags": {"studio-home-of": "dev"},
    "buckets": {"data": "the-data", "models": "the-models"},
    "groups": "mlops-",
    "delete": [],
}


class Account:
    """An account with spaces, groups and numbers of versions in buckets; it counts what changes it."""

    def __init__(self, *, spaces: int = 0, groups: tuple[str, ...] = (), **versions: int) -> None:
        self.spaces, self.versions = spaces, {name.replace("_", "-"): count for name, count in versions.items()}
        self.changes: list[str] = []
        self.sagemaker = Client(
            list_model_package_groups=lambda **_: {
                "ModelPackageGroupSummaryList": [{"ModelPackageGroupName": name} for name in groups]
            },
            list_spaces=lambda **_: {"Spaces": [{"SpaceName": f"s{i}"} for i in range(self.spaces)]},
            list_apps=lambda **_: {"Apps": []},
            delete_space=self._delete_space,
        )
        self.s3 = Client(list_object_versions=self._listed, delete_objects=self._delete)
        self.ec2 = Client(describe_security_groups=lambda **_: {"SecurityGroups": []})
        self.efs = Client(describe_file_systems=lambda **_: {"FileSystems": []})

    def client(self, service: str) -> Any:
        return getattr(self, service)

    def _delete_space(self, **_: Any) -> None:
        self.changes.append("space")
        self.spaces = 0

    def _listed(self, Bucket: str, MaxKeys: int) -> dict[str, Any]:  # noqa: N803 - boto3's own names
        count = min(self.versions.get(Bucket, 0), MaxKeys)
        return {"Versions": [{"Key": f"k{i}", "VersionId": "v"} for i in range(count)]}

    def _delete(self, Bucket: str, Delete: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 - boto3's own names
        self.changes.append(Bucket)
        self.versions[Bucket] -= len(Delete["Objects"])
        return {}


def test_everything_in_the_way_is_told_at_once_and_nothing_is_changed() -> None:
    full = Account(spaces=1, groups=("mlops-screening", "others"), the_data=3, the_models=5000)
    with pytest.raises(NotRemoved) as refusal:
        account.clear(full.client, EVENT, Clock().waiting())
    told = str(refusal.value)
    for words in (
        "dev: Projects are still there (mlops-screening)",
        "Studio holds space s0",
        "Bucket the-data holds 3 versions",
        "Bucket the-models holds at least 1,000 versions",
        "add data to removal.delete",
        "Nothing was destroyed",
    ):
        assert words in told
    assert full.changes == []


def test_one_consent_is_not_another() -> None:
    full = Account(the_data=3, the_models=3)
    with pytest.raises(NotRemoved, match="the-models"):
        account.clear(full.client, {**EVENT, "delete": ["data", "studio"]}, Clock().waiting())
    assert full.changes == []


def test_what_was_agreed_to_goes_in_as_many_requests_as_it_takes() -> None:
    full = Account(spaces=2, the_data=2500, the_models=1)
    removed = account.clear(full.client, {**EVENT, "delete": ["data", "models", "studio"]}, Clock().waiting())
    assert removed == ["space s0", "space s1", "2,500 versions in the-data", "1 versions in the-models"]
    assert full.changes == ["space", "space", "the-data", "the-data", "the-data", "the-models"]


def test_an_empty_account_needs_no_consent() -> None:
    assert account.clear(Account().client, EVENT, Clock().waiting()) == []


def test_a_bucket_that_takes_longer_than_a_run_goes_on_at_the_next() -> None:
    full, clock = Account(the_data=3000), Clock()
    waiting = clock.waiting(100)

    def slowly(**given: Any) -> dict[str, Any]:
        clock.now += 60
        return full._delete(**given)

    with pytest.raises(NotRemoved, match=r"2,000 versions were deleted.*it goes on from there"):
        buckets.empty(Client(list_object_versions=full._listed, delete_objects=slowly), "the-data", waiting)
    assert full.versions["the-data"] == 1000


def test_a_version_that_s3_does_not_delete_is_named() -> None:
    locked = Client(
        list_object_versions=lambda **_: {"Versions": [{"Key": "k", "VersionId": "v"}]},
        delete_objects=lambda **_: {"Errors": [{"Key": "k", "Code": "AccessDenied", "Message": "object is locked"}]},
    )
    with pytest.raises(NotRemoved, match="does not delete 1 of 1 versions, such as k: AccessDenied: object is locked"):
        buckets.empty(locked, "the-data", Clock().waiting())
