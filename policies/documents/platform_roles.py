"""Identity policies of the platform's own roles in the data science account."""

from __future__ import annotations

from collections.abc import Sequence

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
    "codepipeline:ListPipelineExecutions",
)


def approver(scope: Scope, without: Sequence[str] = ()) -> str:
    """An approver's work: see what a model is and how it measured, say yes or no, and let it into production.

    Projects that it is `without` have approvers of their own, who alone decide there.
    """
    prefix = scope.prefix
    return _approving(scope, f"{prefix}-*", f"*-{prefix}-deploy", [ProjectNames(prefix, each) for each in without])


def team_approver(scope: Scope, project: str) -> str:
    """The same work for one project, whose own approvers do it."""
    own = ProjectNames(scope.prefix, project)
    return _approving(scope, own.group(), own.code_pipeline("deploy"), [])


def _approving(scope: Scope, group: str, pipeline: str, without: Sequence[ProjectNames]) -> str:
    packages = [
        scope.arn("sagemaker", f"model-package-group/{group}"),
        scope.arn("sagemaker", f"model-package/{group}/*"),
    ]
    pipelines = scope.arn("codepipeline", pipeline)
    others = [
        *(scope.arn("sagemaker", f"model-package/{each.group()}/*") for each in without),
        *(f"{scope.arn('codepipeline', each.code_pipeline('deploy'))}/Approve/*" for each in without),
        *(f"{scope.arn('codepipeline', each.code_pipeline('deploy'))}/Production" for each in without),
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
        Statement(sid="SeeDeployments", actions=_SEE_DEPLOYMENTS, resources=[pipelines]),
        Statement(
            sid="DecideOnProduction",
            actions=["codepipeline:PutApprovalResult"],
            resources=[f"{pipelines}/Approve/*"],
        ),
        # What they have let in and an account did not take: the same package, with the same yes.
        Statement(
            sid="CompleteProduction",
            actions=["codepipeline:RetryStageExecution"],
            resources=[f"{pipelines}/Production"],
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
                "sagemaker:UpdateModelPackage",
            ],
            resources=resources,
        ),
    )
