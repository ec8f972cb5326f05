"""A data lake of another team: Glue jobs turn raw files into tables, analysts query them with Athena."""

from __future__ import annotations

import json
from typing import Any

from tests.policies.access.inventory.exports import Export, account_trust, allow, policy, service_trust, under_key

ACCOUNT = "410000000001"
RAW, CURATED, RESULTS = "acme-lake-raw", "acme-lake-curated", "acme-lake-athena-results"
INVENTORY: dict[str, Any] = {
    "accounts": [ACCOUNT],
    "data": {
        "buckets": [RAW, f"arn:aws:s3:::{CURATED}"],
        "keys": ["alias/lake"],
        "readers": ["lake-etl", "lake-analyst"],
        "writers": ["lake-etl"],
    },
    "artifacts": {"buckets": [RESULTS], "readers": ["lake-analyst"], "writers": ["lake-analyst"]},
    "roles": {"deployers": ["lake-deployer"]},
    "delegations": [
        {"role": "lake-sign-in", "actsAs": "lake-analyst", "because": "analysts sign in by it"},
        {"role": "lake-sign-in", "actsAs": "lake-deployer", "because": "the lake's owners sign in by it"},
    ],
}


def data_lake() -> Export:
    """The estate as it should be."""
    lake = Export("acme-lake", "prod", ACCOUNT)
    lake.component("acme:lake:Zone", "raw")
    key = lake.key(1, "lake")
    raw = lake.bucket(RAW, key, under_key(RAW, key))
    curated = lake.bucket(CURATED, key, under_key(CURATED, key))
    results = lake.bucket(RESULTS, key, under_key(RESULTS, key))
    etl = lake.role("lake-etl", service_trust("glue.amazonaws.com", ACCOUNT))
    lake.inline(
        "lake-etl",
        "objects",
        [allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], [f"{raw}/*", f"{curated}/*"])],
    )
    lake.inline("lake-etl", "key", [allow(["kms:Decrypt", "kms:GenerateDataKey"], key)])
    analysts = account_trust(f"arn:aws:iam::{ACCOUNT}:role/lake-sign-in")
    lake.role("lake-sign-in", service_trust("ssm.amazonaws.com", ACCOUNT))
    read = lake.arn("iam", "policy/lake-read").replace(":eu-central-1:", "::")
    lake.role("lake-analyst", analysts, managedPolicyArns=[read], maxSessionDuration=3600)
    statements = [
        allow("s3:GetObject", f"{curated}/*"),
        allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], f"{results}/*"),
        allow(["kms:Decrypt", "kms:GenerateDataKey"], key),
        allow(["athena:StartQueryExecution", "athena:GetQueryResults", "glue:GetTable"], "*"),
    ]
    lake.add("aws:iam/policy:Policy", "lake-read", {"name": "lake-read", "policy": policy_text(statements)}, arn=read)
    lake.role("lake-deployer", account_trust(f"arn:aws:iam::{ACCOUNT}:role/lake-sign-in"))
    lake.inline("lake-deployer", "tables", [allow(["glue:*", "iam:GetRole"], "*")])
    lake.role("lake-dashboard", service_trust("quicksight.amazonaws.com", ACCOUNT))
    lake.inline("lake-dashboard", "metrics", [allow("cloudwatch:GetMetricData", "*")])
    lake.add("aws:glue/catalogDatabase:CatalogDatabase", "curated", {"name": "curated"}, id="curated")
    lake.add(
        "aws:glue/job:Job",
        "etl",
        {"name": "etl", "roleArn": etl, "command": {"scriptLocation": f"s3://{RAW}/etl.py"}},
        arn=lake.arn("glue", "job/etl"),
    )
    crawler = {"name": "curated", "databaseName": "curated", "role": etl, "s3Targets": [{"path": f"s3://{CURATED}/"}]}
    lake.add("aws:glue/crawler:Crawler", "curated", crawler, arn=lake.arn("glue", "crawler/curated"))
    lake.add("random:index/randomId:RandomId", "suffix", {"byteLength": 4}, hex="8badf00d")
    return lake


def policy_text(statements: list[dict[str, Any]]) -> str:
    """A policy as `aws.iam.getPolicyDocument` gives it: text with new lines."""
    return json.dumps(policy(*statements), indent=2)
