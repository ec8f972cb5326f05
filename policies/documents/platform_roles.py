"""Identity policies of the platform's own roles in the data science account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.names import ProjectNames
from catalog.scope import Scope
from policies.documents.statement import Statement, document

_SEE_MODELS = (
    "sagemaker:DescribeModelPackage",
    "sagemaker:DescribeModelPackageGroup",
    "sagemaker:ListModelPackages",
)
_SEE_DEPLOYMENTS = (
    "codepipeline:GetPipelineExecution",
    "codepipeline:GetPipelineState",
    "codepipeline:ListActionExecutions",
    "codepipeline:ListPipelineExecutions",
)


@dataclass(frozen=True, kw_only=True)
class RecordsPlace:
    """Where the projects' records of releases lie: the artifacts bucket and its key, as ARNs."""

    bucket: str
    key: str


@dataclass(frozen=True, kw_only=True)
class _Decided:
    """What an approver decides on: patterns of a project's id, of its package group and of its pipelines."""

    project: str
    group: str
    deploy: str
    rollback: str


def approver(scope: Scope, records: RecordsPlace, without: Sequence[str] = ()) -> str:
    """An approver's work: see what a model is and how it measured, say yes or no, let it into production, or back.

    Projects that it is `without` have approvers of their own, who alone decide there.
    """
    prefix = scope.prefix
    every = _Decided(project="*", group=f"{prefix}-*", deploy=f"*-{prefix}-deploy", rollback=f"*-{prefix}-rollback")
    return _approving(scope, records, every, [ProjectNames(prefix, each) for each in without])


def team_approver(scope: Scope, records: RecordsPlace, project: str) -> str:
    """The same work for one project, whose own approvers do it."""
    own = ProjectNames(scope.prefix, project)
    decided = _Decided(
        project=project,
        group=own.group(),
        deploy=own.code_pipeline("deploy"),
        rollback=own.code_pipeline("rollback"),
    )
    return _approving(scope, records, decided, [])


def _approving(scope: Scope, records: RecordsPlace, decided: _Decided, without: Sequence[ProjectNames]) -> str:
    packages = [
        scope.arn("sagemaker", f"model-package-group/{decided.group}"),
        scope.arn("sagemaker", f"model-package/{decided.group}/*"),
    ]
    deploy, rollback = (scope.arn("codepipeline", name) for name in (decided.deploy, decided.rollback))
    others = [
        *(scope.arn("sagemaker", f"model-package/{each.group()}/*") for each in without),
        *(f"{scope.arn('codepipeline', each.code_pipeline('deploy'))}/Approve/*" for each in without),
        *(f"{scope.arn('codepipeline', each.code_pipeline('deploy'))}/Production" for each in without),
        *(scope.arn("codepipeline", each.code_pipeline("rollback")) for each in without),
    ]
    return document(
        *(_left_to_others(others) if others else ()),
        Statement(sid="SeeModels", actions=_SEE_MODELS, resources=packages),
        Statement(
            sid="ListModels",
            actions=["sagemaker:ListModelPackageGroups"],
            resources=["*"],
            reason="Listing groups knows no resource",
        ),
        Statement(
            sid="DecideOnModels",
            actions=["sagemaker:UpdateModelPackage"],
            resources=packages,
            # The call that changes a package without deciding on it, its metrics for example, is not theirs.
            conditions={"StringEquals": {"sagemaker:ModelApprovalStatus": ["Approved", "Rejected"]}},
        ),
        Statement(sid="SeeDeployments", actions=_SEE_DEPLOYMENTS, resources=[deploy, rollback]),
        Statement(
            sid="DecideOnProduction",
            actions=["codepipeline:PutApprovalResult"],
            resources=[f"{deploy}/Approve/*"],
        ),
        # What they have let in and an account did not take: the same package, with the same yes.
        Statement(
            sid="CompleteProduction", actions=["codepipeline:RetryStageExecution"], resources=[f"{deploy}/Production"]
        ),
        # Back to what approvers have let in before: rendering refuses everything else.
        Statement(sid="GoBack", actions=["codepipeline:StartPipelineExecution"], resources=[rollback]),
        *_read_records(scope, records, decided.project),
    )


def _read_records(scope: Scope, records: RecordsPlace, project: str) -> tuple[Statement, ...]:
    """What was released, and when; nothing else of the artifacts bucket."""
    releases = f"{project}/releases/*"
    return (
        Statement(sid="ReadReleases", actions=["s3:GetObject"], resources=[f"{records.bucket}/{releases}"]),
        Statement(
            sid="ListReleases",
            actions=["s3:ListBucket"],
            resources=[records.bucket],
            conditions={"StringLike": {"s3:prefix": [releases]}},
        ),
        Statement(
            sid="DecryptReleases",
            actions=["kms:Decrypt"],
            resources=[records.key],
            conditions={"StringEquals": {"kms:ViaService": scope.service_host("s3")}},
        ),
    )


def _left_to_others(resources: Sequence[str]) -> tuple[Statement, ...]:
    return (
        Statement(
            sid="LeaveProjectsToTheirApprovers",
            effect="Deny",
            actions=[
                "codepipeline:PutApprovalResult",
                "codepipeline:RetryStageExecution",
                "codepipeline:StartPipelineExecution",
                "sagemaker:UpdateModelPackage",
            ],
            resources=resources,
        ),
    )
