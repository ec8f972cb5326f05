"""Deeds on the way from a registered model to production: registry, approvals, pipelines, StackSets, endpoints."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from policies.access.authorization import AuthorizationRequest, RequestContext
from policies.access.graph import PolicyGraph, PolicyResource, Role
from policies.access.graph.purposes import roles_of
from policies.access.matrix.deeds import Asked, Deed, Where, other
from policies.access.matrix.subjects import Subject

# What the delivered template asks for with every model: a network of its own (delivery/).
IN_THE_NETWORK: RequestContext = {"sagemaker:VpcSubnets": ("subnet-1",), "sagemaker:VpcSecurityGroupIds": ("sg-1",)}

ADMINISTRATION, EXECUTION = "stackset-administration", "stackset-execution"


def registry(graph: PolicyGraph) -> list[Deed]:
    """Seeing, registering and approving models of one's own project and of others."""
    if not graph.kind("group"):
        return []
    verbs: Mapping[str, tuple[str, RequestContext]] = {
        "see": ("sagemaker:DescribeModelPackage", {}),
        "register as pending": (
            "sagemaker:CreateModelPackage",
            {"sagemaker:ModelApprovalStatus": "PendingManualApproval"},
        ),
        "register as approved": ("sagemaker:CreateModelPackage", {"sagemaker:ModelApprovalStatus": "Approved"}),
        "approve": ("sagemaker:UpdateModelPackage", {"sagemaker:ModelApprovalStatus": "Approved"}),
        "delete": ("sagemaker:DeleteModelPackage", {}),
        "deploy": ("sagemaker:CreateModel", IN_THE_NETWORK),
        "share": ("sagemaker:PutModelPackageGroupPolicy", {}),
    }
    return [
        Deed(section="Registry", column=f"{verb}: {whose} project", ask=_package(action, context, whose))
        for whose in ("own", "other")
        for verb, (action, context) in verbs.items()
    ]


def _package(action: str, context: RequestContext, whose: str) -> Asked:
    def ask(graph: PolicyGraph, subject: Subject, where: Where) -> list[AuthorizationRequest] | None:
        group = _group(graph, _project(graph, subject, whose))
        if group is None:
            return None
        package = group.arn.replace(":model-package-group/", ":model-package/") + "/1"
        resource = group.arn if action.endswith("GroupPolicy") else package
        gate = where.endpoint(graph, subject, "sagemaker.api")
        return [subject.ask(graph, action, resource, endpoint=gate, context=context)]

    return ask


def _project(graph: PolicyGraph, subject: Subject, whose: str) -> str | None:
    return subject.project if whose == "own" else other(graph, subject)


def _group(graph: PolicyGraph, project: str | None) -> PolicyResource | None:
    if project is None:
        return None
    return next((group for group in graph.kind("group") if group.tags.get("project") == project), None)


def endpoints(graph: PolicyGraph) -> list[Deed]:
    """Calling, making and removing endpoints in each account that serves models."""
    verbs = {
        "call": "sagemaker:InvokeEndpoint",
        "make": "sagemaker:CreateEndpoint",
        "change": "sagemaker:UpdateEndpoint",
        "remove": "sagemaker:DeleteEndpoint",
    }
    return [
        Deed(section=f"Endpoints, {stack}", column=f"{verb}: {whose} project", ask=_endpoint(base, action, whose))
        for stack, base in _serving(graph).items()
        for whose in ("own", "other")
        for verb, action in verbs.items()
    ]


def _serving(graph: PolicyGraph) -> dict[str, str]:
    """Stack of each workload account -> ARN of its endpoints up to a project's id and stage, as `…/{}-stage`."""
    found = {}
    for role in graph.roles.values():
        project = role.tags.get("project")
        if project and role.name.endswith(f"-{project}-model"):
            prefix, _, stage = role.name.removesuffix(f"-{project}-model").partition("-")
            partition, region = role.arn.split(":")[1], _region(graph, role)
            base = f"arn:{partition}:sagemaker:{region}:{role.account}:endpoint/{prefix}-{{}}-{stage}"
            found[role.stack] = base
    return dict(sorted(found.items()))


def _region(graph: PolicyGraph, role: Role) -> str:
    return next(each.arn.split(":")[3] for each in graph.kind("key") if each.stack == role.stack)


def _endpoint(base: str, action: str, whose: str) -> Asked:
    def ask(graph: PolicyGraph, subject: Subject, where: Where) -> list[AuthorizationRequest] | None:
        project = _project(graph, subject, whose)
        if project is None:
            return None
        service = "sagemaker.runtime" if action.endswith("InvokeEndpoint") else "sagemaker.api"
        gate = where.endpoint(graph, subject, service)
        return [subject.ask(graph, action, base.format(project), endpoint=gate)]

    return ask


def delivery(graph: PolicyGraph) -> list[Deed]:
    """Starting pipelines, letting a model into production, and entering workload accounts."""
    found = [
        Deed(section="Delivery", column=f"{column}: {whose} project", ask=_pipeline(purpose, action, suffix, whose))
        for whose in ("own", "other")
        for column, purpose, action, suffix in (
            ("start build", "build", "codepipeline:StartPipelineExecution", ""),
            ("start deploy", "deploy", "codepipeline:StartPipelineExecution", ""),
            ("let into production", "deploy", "codepipeline:PutApprovalResult", "/Approve/Approve"),
            ("change deploy pipeline", "deploy", "codepipeline:UpdatePipeline", ""),
        )
    ]
    return [*found, *_stack_sets(graph)]


# Kind, project and, of a role outside the data science account, stack -> the role.
_OfProjects = Mapping[tuple[str, str, str], Role]


def _stack_sets(graph: PolicyGraph) -> list[Deed]:
    """Running StackSets, and acting with the roles that StackSets act with."""
    roles: _OfProjects = {
        (kind, role.tags["project"], "" if kind == ADMINISTRATION else role.stack): role
        for kind in (ADMINISTRATION, EXECUTION)
        for role in roles_of(graph, kind)
        if role.tags.get("project")
    }
    columns = [
        ("run a StackSet", _stack_set(roles)),
        ("act as the administration role", _assume(roles, ADMINISTRATION)),
    ]
    for stack in sorted({stack for _, _, stack in roles if stack}):
        columns.append((f"act as the execution role in {stack}", _assume(roles, EXECUTION, stack)))
    return [
        Deed(section="Delivery", column=f"{column}: {whose} project", ask=_about(whose, ask))
        for whose in ("own", "other")
        for column, ask in columns
    ]


_AskedOfProject = Callable[[PolicyGraph, Subject, Where, str], "list[AuthorizationRequest] | None"]


def _about(whose: str, ask: _AskedOfProject) -> Asked:
    def asked(graph: PolicyGraph, subject: Subject, where: Where) -> list[AuthorizationRequest] | None:
        project = _project(graph, subject, whose)
        return None if project is None else ask(graph, subject, where, project)

    return asked


def _pipeline(purpose: str, action: str, suffix: str, whose: str) -> Asked:
    def ask(graph: PolicyGraph, subject: Subject, where: Where) -> list[AuthorizationRequest] | None:
        project = _project(graph, subject, whose)
        runner = next(
            (r for r in graph.runners.values() if r.kind == "pipeline" and _is(r.name, project, purpose)), None
        )
        if project is None or runner is None:
            return None
        arn = runner.arn + suffix
        return [subject.ask(graph, action, arn, endpoint=where.endpoint(graph, subject, "codepipeline"))]

    return ask


def _is(name: str, project: str | None, purpose: str) -> bool:
    return bool(project) and name.startswith(f"{project}-") and name.endswith(f"-{purpose}")


def _stack_set(roles: _OfProjects) -> _AskedOfProject:
    def ask(graph: PolicyGraph, subject: Subject, where: Where, project: str) -> list[AuthorizationRequest] | None:
        administration = roles.get((ADMINISTRATION, project, ""))
        if administration is None:
            return None
        partition, account = administration.arn.split(":")[1], administration.account
        region = next((key.arn.split(":")[3] for key in graph.kind("key") if key.account == account), "")
        name = administration.name.removesuffix(f"-{ADMINISTRATION}") + "-production"
        arn = f"arn:{partition}:cloudformation:{region}:{account}:stackset/{name}:00000000-0000-0000-0000-000000000000"
        passed = {"iam:PassedToService": "cloudformation.amazonaws.com"}
        gate = where.endpoint(graph, subject, "cloudformation")
        return [
            subject.ask(graph, "cloudformation:UpdateStackSet", arn, endpoint=gate),
            subject.ask(graph, "iam:PassRole", administration.arn, context=passed),
        ]

    return ask


def _assume(roles: _OfProjects, kind: str, stack: str = "") -> _AskedOfProject:
    def ask(graph: PolicyGraph, subject: Subject, where: Where, project: str) -> list[AuthorizationRequest] | None:
        role = roles.get((kind, project, stack))
        if role is None:
            return None
        return [subject.ask(graph, "sts:AssumeRole", role.arn, endpoint=where.endpoint(graph, subject, "sts"))]

    return ask
