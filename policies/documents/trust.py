"""Trust policies: who may act with a role. Each has a condition against the confused deputy."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.scope import Scope
from policies.documents.statement import DocumentKind, Principals, Statement, account_principals, document

ASSUME = ("sts:AssumeRole",)
SET_SOURCE_IDENTITY = "sts:SetSourceIdentity"
# Services that say nothing of their source when they assume a role. Lambda's guide (lambda-intro-execution-role) asks
# for none in an execution role's trust, and knows `aws:SourceArn` only where a function is the target; some public
# projects condition on the account all the same (serverless/serverless#13125, still open). A wrong condition breaks
# every function, and a role is never passed to another account's function (IAM User Guide, "Grant a user permissions to
# pass a role to an AWS service"): no condition.
SILENT = frozenset({"lambda.amazonaws.com"})
# Services that may say where they come from, and no page says that they do (`codepipeline-names-its-source` in
# docs/assumptions.md): CodePipeline's guide has no page on cross-service confused deputies, and no trust in it has a
# condition (AWS CodePipeline User Guide, "Create the CodePipeline service role (CLI)"). What they say is held to this
# account; what they do not say is not asked for. As with Lambda, no role is passed to another account's pipeline.
# Nor does API Gateway's of the role that it writes access logs with (Amazon API Gateway Developer Guide, "Set up
# CloudWatch logging for REST APIs in API Gateway"), nor Amazon Q Developer's of a channel's role (`chatbot-names-its-
# source` in docs/assumptions.md; its Administrator Guide, "Understanding permissions").
UNCERTAIN = frozenset({"apigateway.amazonaws.com", "chatbot.amazonaws.com", "codepipeline.amazonaws.com"})
# Tag of a scientist's role: the name of the user profile whose apps run with it.
USER_TAG = "user"


def service_trust(
    service: str, account: str, *, source_arns: Sequence[str] = (), sets_source_identity: bool = False
) -> str:
    """A role for one AWS service, acting for resources of one account only (and only those, where ARNs are given).

    Which ARNs a service sends: SageMaker Developer Guide, "Cross-Service Confused Deputy Prevention" (jobs and
    pipelines by name, Studio and endpoints only `arn:…:sagemaker:<region>:<account>:*`), Amazon EventBridge User Guide,
    "Cross-service confused deputy prevention" (the rule), AWS CodeBuild User Guide, "Allow CodeBuild to interact with
    other AWS services" (the project).
    """
    conditions: dict[str, dict[str, str | Sequence[str]]] = {}
    if service in UNCERTAIN:
        conditions["StringEqualsIfExists"] = {"aws:SourceAccount": account}
    elif service not in SILENT:
        conditions["StringEquals"] = {"aws:SourceAccount": account}
    if source_arns and service not in UNCERTAIN:
        conditions["ArnLike"] = {"aws:SourceArn": source_arns}
    return document(
        Statement(
            sid="ServiceActsForThisAccount",
            actions=(*ASSUME, SET_SOURCE_IDENTITY) if sets_source_identity else ASSUME,
            principals=Principals(services=[service]),
            conditions=conditions,
        ),
        kind=DocumentKind.TRUST,
    )


def role_trust(scope: Scope, role_arns: Sequence[str], *, external_id: str | None = None) -> str:
    """A role for named roles of the account of `scope`, which need not exist yet.

    The account is the principal and the role a condition: a role ARN as principal is stored as the role's unique id,
    which a recreated role no longer matches (IAM User Guide, "AWS JSON policy elements: Principal").
    """
    return _named(account_principals(scope.partition, [scope.account]), role_arns, external_id)


def sign_in_trust(role_arns: Sequence[str], *, external_id: str | None = None) -> str:
    """A role for roles that people, or CI, sign in with, in whichever accounts those are. At least one is named."""
    parts = [arn.split(":") for arn in role_arns]
    accounts = sorted({part[4] for part in parts})
    return _named(account_principals(parts[0][1], accounts), role_arns, external_id)


def _named(principals: Principals, role_arns: Sequence[str], external_id: str | None) -> str:
    conditions: dict[str, dict[str, str | Sequence[str]]] = {"ArnEquals": {"aws:PrincipalArn": role_arns}}
    if external_id:
        conditions["StringEquals"] = {"sts:ExternalId": external_id}
    return document(
        Statement(sid="NamedRolesAssume", actions=ASSUME, principals=principals, conditions=conditions),
        kind=DocumentKind.TRUST,
    )


def publisher_trust(scope: Scope, scientists: Sequence[str]) -> str:
    """A project's publish role: for its scientists' roles (ARNs), each under the name that Studio gave the session.

    Studio sets the profile's name as source identity; it stays through role chaining, cannot be changed, and CloudTrail
    has it (SageMaker Developer Guide, "Monitoring user resource access with sourceIdentity"). `aws:SourceIdentity` is
    what the caller's session carries; what a caller says of itself would be `sts:SourceIdentity` (IAM User Guide,
    "Monitor and control actions taken with assumed roles"). Without scientists nobody publishes: a trust policy must
    hold a statement, so it holds a denial.
    """
    if not scientists:
        return document(
            Statement(sid="NobodyPublishes", effect="Deny", actions=ASSUME, principals=Principals(aws=["*"])),
            kind=DocumentKind.TRUST,
        )
    return document(
        Statement(
            sid="ScientistsPublishUnderTheirNames",
            actions=(*ASSUME, SET_SOURCE_IDENTITY),
            principals=account_principals(scope.partition, [scope.account]),
            conditions={
                "ArnEquals": {"aws:PrincipalArn": scientists},
                "StringEquals": {"aws:SourceIdentity": f"${{aws:PrincipalTag/{USER_TAG}}}"},
            },
        ),
        kind=DocumentKind.TRUST,
    )
