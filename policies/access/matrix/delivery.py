"""Capabilities between a registered model and production: registry, approval, pipelines, StackSets, endpoints."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from catalog.names import ProjectNames
from catalog.roles import RoleKind
from policies.access.authorization import RequestContext
from policies.access.graph import IamRole, PolicyGraph, PolicyResource
from policies.access.graph.purposes import roles_of_kind
from policies.access.matrix.capabilities import OTHER, OWN, Area, Capability, Origin, Query, Requests, project_of
from policies.access.matrix.subjects import MatrixSubject

# The VPC settings that the delivered template gives every model (delivery/).
MODEL_VPC_CONTEXT: RequestContext = {
    "sagemaker:VpcSubnets": ("subnet-1",),
    "sagemaker:VpcSecurityGroupIds": ("sg-1",),
}
_ADMINISTRATION, _EXECUTION = RoleKind.STACK_SET_ADMINISTRATION, RoleKind.STACK_SET_EXECUTION
# The stage whose StackSet the matrix asks about.
_STAGE = "production"
_STACK_SET_ID = "00000000-0000-0000-0000-000000000000"


def registry_capabilities(graph: PolicyGraph) -> list[Capability]:
    """Seeing, registering and approving models of one's own project and of others."""
    if not graph.resources("group"):
        return []
    verbs: Mapping[str, tuple[str, RequestContext]] = {
        "see": ("sagemaker:DescribeModelPackage", {}),
        "register as pending": (
            "sagemaker:CreateModelPackage",
            {"sagemaker:ModelApprovalStatus": "PendingManualApproval"},
        ),
        "register as approved": ("sagemaker:CreateModelPackage", {"sagemaker:ModelApprovalStatus": "Approved"}),
        "approve": ("sagemaker:UpdateModelPackage", {"sagemaker:ModelApprovalStatus": "Approved"}),
        "reject": ("sagemaker:UpdateModelPackage", {"sagemaker:ModelApprovalStatus": "Rejected"}),
        "change": ("sagemaker:UpdateModelPackage", {}),
        "delete": ("sagemaker:DeleteModelPackage", {}),
        "deploy": ("sagemaker:CreateModel", MODEL_VPC_CONTEXT),
        "share": ("sagemaker:PutModelPackageGroupPolicy", {}),
    }
    return [
        Capability(area=Area.REGISTRY, verb=verb, target=target, query=_package(action, context, target))
        for target in (OWN, OTHER)
        for verb, (action, context) in verbs.items()
    ]


def _package(action: str, context: RequestContext, target: str) -> Query:
    def query(graph: PolicyGraph, subject: MatrixSubject, origin: Origin) -> Requests:
        group = _group(graph, project_of(graph, subject, target))
        if group is None:
            return None
        package = group.arn.replace(":model-package-group/", ":model-package/") + "/1"
        resource = group.arn if action.endswith("GroupPolicy") else package
        endpoint = origin.endpoint(graph, subject, "sagemaker.api")
        return [subject.request(graph, action, resource, endpoint=endpoint, context=context)]

    return query


def _group(graph: PolicyGraph, project: str | None) -> PolicyResource | None:
    if project is None:
        return None
    return next((group for group in graph.resources("group") if group.project == project), None)


def endpoint_capabilities(graph: PolicyGraph) -> list[Capability]:
    """Calling, making, changing and removing SageMaker endpoints in each account that serves models."""
    verbs = {
        "call": "sagemaker:InvokeEndpoint",
        "make": "sagemaker:CreateEndpoint",
        "change": "sagemaker:UpdateEndpoint",
        "remove": "sagemaker:DeleteEndpoint",
    }
    serving = {role.stack: role for role in roles_of_kind(graph, RoleKind.MODEL)}
    return [
        Capability(area=Area.ENDPOINTS, verb=verb, target=target, stack=stack, query=_endpoint(role, action, target))
        for stack, role in sorted(serving.items())
        for target in (OWN, OTHER)
        for verb, action in verbs.items()
    ]


def _endpoint(model_role: IamRole, action: str, target: str) -> Query:
    """About the endpoint of a project that the model role's account serves models for."""

    def query(graph: PolicyGraph, subject: MatrixSubject, origin: Origin) -> Requests:
        project = project_of(graph, subject, target)
        if project is None:
            return None
        stage = graph.stages.get(model_role.stack, model_role.stack)
        name = ProjectNames(graph.prefix, project).endpoint(stage)
        arn = graph.scopes[model_role.stack].arn("sagemaker", f"endpoint/{name}")
        service = "sagemaker.runtime" if action.endswith("InvokeEndpoint") else "sagemaker.api"
        return [subject.request(graph, action, arn, endpoint=origin.endpoint(graph, subject, service))]

    return query


def delivery_capabilities(graph: PolicyGraph) -> list[Capability]:
    """Starting pipelines, letting a model into production, and entering workload accounts."""
    pipelines = [
        Capability(
            area=Area.DELIVERY,
            verb=verb,
            target=target,
            query=_pipeline(purpose, action, suffix, target),
            things=("pipelines", f"{purpose} pipeline"),
        )
        for target in (OWN, OTHER)
        for verb, purpose, action, suffix in (
            ("start build", "build", "codepipeline:StartPipelineExecution", ""),
            ("start deploy", "deploy", "codepipeline:StartPipelineExecution", ""),
            ("start rollback", "rollback", "codepipeline:StartPipelineExecution", ""),
            ("let into production", "deploy", "codepipeline:PutApprovalResult", "/Approve/Approve"),
            ("change deploy pipeline", "deploy", "codepipeline:UpdatePipeline", ""),
        )
    ]
    return [*pipelines, *_stack_sets(graph)]


# Kind, project and, of a role outside the data science account, stack -> the role.
_RolesOfProjects = Mapping[tuple[RoleKind, str, str], IamRole]
_QueryOfProject = Callable[[PolicyGraph, MatrixSubject, Origin, str], Requests]


def _stack_sets(graph: PolicyGraph) -> list[Capability]:
    """Running StackSets, and acting with the roles that StackSets act with."""
    roles: _RolesOfProjects = {
        (role.kind, role.project, "" if role.kind is _ADMINISTRATION else role.stack): role
        for role in roles_of_kind(graph, _ADMINISTRATION, _EXECUTION)
        if role.project
    }
    columns = [
        ("run a StackSet", "", _stack_set(roles)),
        ("act as the administration role", "", _assume(roles, _ADMINISTRATION)),
    ]
    for stack in sorted({stack for _, _, stack in roles if stack}):
        columns.append(("act as the execution role", stack, _assume(roles, _EXECUTION, stack)))
    return [
        Capability(
            area=Area.DELIVERY,
            verb=verb,
            target=target,
            stack=stack,
            query=_of_target(target, query),
            things=("StackSets",) if query is columns[0][2] else ("roles", "StackSet roles"),
        )
        for target in (OWN, OTHER)
        for verb, stack, query in columns
    ]


def _of_target(target: str, query_of_project: _QueryOfProject) -> Query:
    def query(graph: PolicyGraph, subject: MatrixSubject, origin: Origin) -> Requests:
        project = project_of(graph, subject, target)
        return None if project is None else query_of_project(graph, subject, origin, project)

    return query


def _pipeline(purpose: str, action: str, suffix: str, target: str) -> Query:
    def query(graph: PolicyGraph, subject: MatrixSubject, origin: Origin) -> Requests:
        project = project_of(graph, subject, target)
        if project is None:
            return None
        name = ProjectNames(graph.prefix, project).code_pipeline(purpose)
        runner = next((r for r in graph.runners.values() if r.kind == "pipeline" and r.name == name), None)
        if runner is None:
            return None
        endpoint = origin.endpoint(graph, subject, "codepipeline")
        return [subject.request(graph, action, runner.arn + suffix, endpoint=endpoint)]

    return query


def _stack_set(roles: _RolesOfProjects) -> _QueryOfProject:
    def query(graph: PolicyGraph, subject: MatrixSubject, origin: Origin, project: str) -> Requests:
        administration = roles.get((_ADMINISTRATION, project, ""))
        if administration is None:
            return None
        name = ProjectNames(graph.prefix, project).stack_set(_STAGE)
        arn = graph.scopes[administration.stack].arn("cloudformation", f"stackset/{name}:{_STACK_SET_ID}")
        passed = {"iam:PassedToService": "cloudformation.amazonaws.com"}
        endpoint = origin.endpoint(graph, subject, "cloudformation")
        return [
            subject.request(graph, "cloudformation:UpdateStackSet", arn, endpoint=endpoint),
            subject.request(graph, "iam:PassRole", administration.arn, context=passed),
        ]

    return query


def _assume(roles: _RolesOfProjects, kind: RoleKind, stack: str = "") -> _QueryOfProject:
    def query(graph: PolicyGraph, subject: MatrixSubject, origin: Origin, project: str) -> Requests:
        role = roles.get((kind, project, stack))
        if role is None:
            return None
        endpoint = origin.endpoint(graph, subject, "sts")
        return [subject.request(graph, "sts:AssumeRole", role.arn, endpoint=endpoint)]

    return query
