"""What each shape of serving takes beyond the single endpoint: statements for a project's roles in a workload account.

Only of the shapes that the workload stack's `servingShapes` gives the project.
"""

from __future__ import annotations

from collections.abc import Sequence

from catalog.scope import Scope
from catalog.serving import COMPARED, ServingShape
from policies.documents import common_statements
from policies.documents.statement import Statement

# Folders of the project in the account's bucket for captures: requests are written there before the model reads them.
REQUESTS = {ServingShape.ASYNCHRONOUS: "asynchronous/requests", ServingShape.BATCH: "batch/requests"}


def _requests(bucket_arn: str, project: str, shapes: Sequence[ServingShape]) -> list[str]:
    return [f"{bucket_arn}/{project}/{folder}/*" for shape, folder in REQUESTS.items() if shape in shapes]


def model_role(bucket_arn: str, project: str, shapes: Sequence[ServingShape]) -> tuple[Statement, ...]:
    """For the role that models run with: it reads what it is asked. Answers it writes as it writes captures."""
    requests = _requests(bucket_arn, project, shapes)
    if not requests:
        return ()
    found = (Statement(sid="ReadRequests", actions=["s3:GetObject"], resources=requests),)
    if ServingShape.BATCH not in shapes:
        return found
    # A job finds its files by their prefix.
    prefix = f"{project}/{REQUESTS[ServingShape.BATCH]}/*"
    return (
        *found,
        Statement(
            sid="ListRequests",
            actions=["s3:ListBucket"],
            resources=[bucket_arn],
            conditions={"StringLike": {"s3:prefix": prefix}},
        ),
    )


def tester(
    scope: Scope,
    bucket_arn: str,
    keys: tuple[str, str],
    *,
    project: str,
    stage: str,
    endpoint: str,
    shapes: Sequence[ServingShape],
) -> tuple[Statement, ...]:
    """For the role that tests and compares; `keys` are the ARNs of the keys of captures and of volumes."""
    capture_key, volume_key = keys
    found: list[Statement] = []
    if COMPARED & set(shapes):
        found.append(
            Statement(
                sid="CompareByMetrics",
                actions=["cloudwatch:GetMetricData"],
                resources=["*"],
                reason='Metrics know no resource (Service Authorization Reference, "Amazon CloudWatch")',
            )
        )
    if ServingShape.ASYNCHRONOUS in shapes:
        found.append(
            Statement(
                sid="CallAsynchronously",
                actions=["sagemaker:InvokeEndpointAsync"],
                resources=[scope.arn("sagemaker", f"endpoint/{endpoint}")],
            )
        )
    if requests := _requests(bucket_arn, project, shapes):
        found += [
            Statement(sid="WriteRequests", actions=["s3:PutObject"], resources=requests),
            common_statements.use_storage_keys("EncryptRequests", scope.region, capture_key),
        ]
    if ServingShape.BATCH in shapes:
        found += _batch(scope, endpoint, volume_key, stage)
    return tuple(found)


def _batch(scope: Scope, endpoint: str, volume_key: str, stage: str) -> list[Statement]:
    return [
        Statement(
            sid="FindBucketAndKeys",
            actions=["ssm:GetParameter"],
            resources=[
                scope.arn("ssm", f"parameter/{scope.prefix}/{stage}/{name}")
                for name in ("keys/capture", "keys/volumes", "storage/capture-bucket")
            ],
        ),
        Statement(
            sid="RunTransformJobs",
            actions=[
                "sagemaker:CreateTransformJob",
                "sagemaker:DescribeTransformJob",
                "sagemaker:StopTransformJob",
            ],
            resources=[scope.arn("sagemaker", f"transform-job/{endpoint}-*")],
        ),
        *common_statements.encrypt_volumes("EncryptVolumes", scope.region, volume_key),
    ]
