"""Cases of the rule in `policies/pack/rules/feature_group.py`."""

from __future__ import annotations

from typing import Any

from policies.pack.model import UNKNOWN, StackResource
from policies.pack.rules import feature_group
from tests.policies.pack.pack_factories import KEY_ARN, at, make
from tests.policies.pack.pack_factories import without as lacking
from tests.policies.pack.rule_cases import Cases, on


def features(**props: Any) -> StackResource:
    right = {
        "featureGroupName": "patients",
        "onlineStoreConfig": {"enableOnlineStore": True, "securityConfig": {"kmsKeyId": KEY_ARN}},
        "offlineStoreConfig": {"s3StorageConfig": {"s3Uri": "s3://features", "kmsKeyId": KEY_ARN}},
    }
    return make("aws:sagemaker/featureGroup:FeatureGroup", "patients", **{**right, **props})


CASES = Cases(
    rule=feature_group.RULE,
    passes=[on(features()), on(lacking(features(), "onlineStoreConfig")), on(features(onlineStoreConfig=UNKNOWN))],
    violations=[
        (on(at(features(), "onlineStoreConfig.securityConfig", None)), "onlineStoreConfig has no customer"),
        (on(at(features(), "offlineStoreConfig.s3StorageConfig.kmsKeyId", "")), "offlineStoreConfig has no"),
    ],
)
