"""Identity policies of the platform's own roles in the data science account."""

from __future__ import annotations

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


def approver(scope: Scope) -> str:
    """An approver's work: see what a model is and how it measured, say yes or no, and let it into production."""
    prefix = scope.prefix
    packages = [
        scope.arn("sagemaker", f"model-package-group/{prefix}-*"),
        scope.arn("sagemaker", f"model-package/{prefix}-*/*"),
    ]
    pipelines = scope.arn("codepipeline", f"*-{prefix}-deploy")
    return document(
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
    )
