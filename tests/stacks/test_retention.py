"""How long data is kept is what the stack files say."""

from __future__ import annotations

from typing import Any

from tests.stacks.conftest import Platform

LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"


def rule(platform: Platform, stack: str, bucket: str) -> dict[str, Any]:
    found = platform.resources(stack, LIFECYCLE)[f"{bucket}-lifecycle"].inputs["rules"][0]
    assert isinstance(found, dict)
    return found


def test_captures_and_old_versions_go_after_the_days_that_are_asked_for(platform: Platform) -> None:
    platform.write("staging", platform.settings("staging") | {"captureDays": 30})
    platform.write("dev", platform.settings("dev") | {"oldVersionsDays": 365})
    platform.up("staging", "prod", "dev")
    assert rule(platform, "staging", "capture")["expiration"] == {"days": 30}
    assert not rule(platform, "prod", "capture").get("expiration")
    for bucket in ("data", "models"):
        assert rule(platform, "dev", bucket)["noncurrentVersionExpiration"] == {"noncurrentDays": 365}
        assert not rule(platform, "dev", bucket).get("expiration")
