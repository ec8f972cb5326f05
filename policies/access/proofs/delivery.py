"""Who lets models into production: approvers alone; and by which principals production changes at all."""

from __future__ import annotations

from policies.access.graph import PolicyGraph, Role
from policies.access.graph.purposes import role_kind, roles_of
from policies.access.proofs.asking import (
    TRUST_ACTIONS,
    Pinned,
    Solver,
    all_of,
    beyond,
    none_of,
    outsiders_ask,
    role_asks,
    with_value,
    within,
    without,
)
from policies.access.proofs.escalation import facts
from policies.access.proofs.escalation.reach import reach
from policies.access.proofs.theorem import Outcome, Theorem

APPROVAL = ("codepipeline:PutApprovalResult", "codepipeline:OverrideStageCondition", "sagemaker:UpdateModelPackage")
DELIVERY = (
    "codepipeline:UpdatePipeline",
    "codepipeline:CreatePipeline",
    "sagemaker:CreateEndpoint",
    "sagemaker:UpdateEndpoint",
    "sagemaker:CreateModel",
    *facts.PASSED_TO["cloudformation.amazonaws.com"],
)
# On what serves models: changes, removals and calls.
SERVING = (
    "sagemaker:AddTags",
    "sagemaker:CreateEndpoint",
    "sagemaker:DeleteEndpoint",
    "sagemaker:DeleteEndpointConfig",
    "sagemaker:DeleteModel",
    "sagemaker:DeleteTags",
    "sagemaker:InvokeEndpoint",
    "sagemaker:InvokeEndpointAsync",
    "sagemaker:InvokeEndpointWithResponseStream",
    "sagemaker:UpdateEndpoint",
    "sagemaker:UpdateEndpointWeightsAndCapacities",
)
# What an approver has no business with.
TOUCHING = ("s3:GetObject", "s3:PutObject", "kms:Decrypt", "sts:AssumeRole", "iam:PassRole")
APPROVERS = ("approver",)
SCIENTISTS = ("scientist", "studio-scientist", "publish")
ADMINISTRATION = "stackset-administration"
_SOURCE_IDENTITY = "aws:SourceIdentity"
# Roles that may hand their project's administration role to CloudFormation.
PASSERS = ("deploy-pipeline", "release-cleaner")


def scientists(graph: PolicyGraph) -> Outcome:
    """A scientist, with all that a scientist's code comes to act as, neither approves nor deploys."""
    solver = Solver()
    reached = {each.role.arn: each for each in reach(graph, Solver())}
    named: set[str] = set()
    for scientist in roles_of(graph, *SCIENTISTS):
        acting = [scientist, *(graph.roles[arn] for arn in reached[scientist.arn].paths if arn)]
        named |= {f"{scientist.name} through {role.name}" for role in acting[1:]}
        for role in acting:
            _decides_nothing(solver, graph, scientist, role)
    return Outcome(findings=solver.findings, named=sorted(named), queries=solver.queries)


def _decides_nothing(solver: Solver, graph: PolicyGraph, scientist: Role, role: Role) -> None:
    for action in (*APPROVAL, *DELIVERY):
        solver.refute(f"{scientist.name}, as {role.name}, does {action}", role_asks(role, [action]))
    approved = with_value("sagemaker:ModelApprovalStatus", "Approved")
    says = f"{scientist.name}, as {role.name}, registers an approved model"
    solver.refute(says, role_asks(role, ["sagemaker:CreateModelPackage"]), approved)
    for group in graph.kind("group"):
        says = f"{scientist.name}, as {role.name}, decides on models of {group.name}"
        solver.refute(says, role_asks(role, ["sagemaker:UpdateModelPackage"], guard=group))


def publishing(graph: PolicyGraph) -> Outcome:
    """A publish role is entered under the name of the scientist who enters it: what is published has an author."""
    solver = Solver()
    named: set[str] = set()
    for target in roles_of(graph, "publish"):
        for who, opened in outsiders_ask(
            [target.account], TRUST_ACTIONS, trust_of=target, resource=target.arn, pinned={_SOURCE_IDENTITY: ()}
        ):
            solver.refute(f"{who} enters {target.name} without a name", opened)
        for scientist in roles_of(graph, "scientist"):
            user = scientist.tags.get("user", "")
            opened = role_asks(scientist, TRUST_ACTIONS, trust_of=target, resource=target.arn)
            says = f"{scientist.name} enters {target.name} under another name"
            solver.refute(says, opened, without(_SOURCE_IDENTITY, [user]))
            if solver.possible(f"{scientist.name} enters {target.name}", opened, with_value(_SOURCE_IDENTITY, user)):
                named.add(f"{scientist.arn} enters {target.name} as {user}")
    return Outcome(findings=solver.findings, named=sorted(named), queries=solver.queries)


def approvers(graph: PolicyGraph) -> Outcome:
    """Approving, and letting into production, is for approvers; they can do neither more nor assume anybody else."""
    solver = Solver()
    for role in sorted(graph.roles.values(), key=lambda each: each.arn):
        if role_kind(role) in APPROVERS:
            for action in (*TOUCHING, *DELIVERY):
                solver.refute(f"{role.name} approves, and does {action}", role_asks(role, [action]))
        else:
            for action in APPROVAL:
                solver.refute(f"{role.name} is no approver and does {action}", role_asks(role, [action]))
    named = [role.arn for role in roles_of(graph, *APPROVERS)]
    return Outcome(findings=solver.findings, named=named, queries=solver.queries)


def stack_sets(graph: PolicyGraph) -> Outcome:
    """Exactly the printed principals pass an administration role, each its own project's, and none assumes one."""
    solver = Solver()
    named: list[str] = []
    for target in roles_of(graph, ADMINISTRATION):
        for who, opened in outsiders_ask([target.account], TRUST_ACTIONS, trust_of=target, resource=target.arn):
            solver.refute(f"{who} assumes {target.name}", opened)
        for role in sorted(graph.roles.values(), key=lambda each: each.arn):
            if role.account != target.account:
                continue
            passing = role_asks(role, ["iam:PassRole"], resource=target.arn)
            if role_kind(role) not in PASSERS or role.tags.get("project") != target.tags.get("project"):
                solver.refute(f"{role.name} passes {target.name}", passing)
            elif solver.possible(f"{role.name} passes {target.name}", passing):
                named.append(f"{role.arn} passes {target.name}")
                solver.refute(
                    f"{role.name} passes {target.name} to another service than CloudFormation",
                    role_asks(role, ["iam:PassRole"], resource=target.arn),
                    without("iam:PassedToService", ["cloudformation.amazonaws.com"]),
                )
    return Outcome(findings=solver.findings, named=named, queries=solver.queries)


def production(graph: PolicyGraph) -> Outcome:
    """From the data science account, production's resources and roles are reached by the printed principals alone."""
    solver = Solver()
    homes = {role.account for role in roles_of(graph, ADMINISTRATION)}
    away = sorted({role.account for role in roles_of(graph, "model")} - homes)
    doors = {role.arn: role for role in roles_of(graph, ADMINISTRATION, "deploy-test")}
    for account in away:
        for target in sorted(graph.roles.values(), key=lambda each: each.arn):
            if target.account == account:
                for who, opened in outsiders_ask(homes, TRUST_ACTIONS, trust_of=target, resource=target.arn):
                    solver.refute(f"{who} enters {target.name} in {account}", opened, none_of(*doors))
        for guard in sorted(graph.policy_resources.values(), key=lambda each: each.arn):
            # A bus takes events from the registry's account; they start nothing here but notifications.
            if guard.account == account and guard.kind != "bus":
                for who, opened in outsiders_ask(homes, ["*"], guard=guard):
                    solver.refute(f"{who} has access to {guard.kind} {guard.name} in {account}", opened)
    return Outcome(findings=solver.findings, named=sorted(doors), queries=solver.queries)


def walls(graph: PolicyGraph) -> Outcome:
    """What serves models is a project's by its name or by its tag, and no role of another project lays hands on it."""
    solver = Solver()
    for role in sorted(graph.roles.values(), key=lambda each: each.arn):
        project = role.tags.get("project")
        if not project:
            continue
        kinds = [
            f"{place}:{kind}/*" for place in _places(graph, role) for kind in ("endpoint", "endpoint-config", "model")
        ]
        foreign = all_of(within(*kinds), beyond(*_endpoints(graph, role)))
        for other in (each for each in graph.projects if each != project):
            tagged: Pinned = {"aws:ResourceTag/project": other, "sagemaker:TaggingAction": ()}
            says = f"{role.arn} changes, removes or calls what serves models of {other}"
            for action in SERVING:
                solver.refute(says, role_asks(role, [action], pinned=tagged), foreign)
    return Outcome(findings=solver.findings, queries=solver.queries)


def _endpoints(graph: PolicyGraph, role: Role) -> list[str]:
    """The endpoints of a role's project in its account, by name: whatever tags they have, they are its own."""
    project = role.tags["project"]
    models = [each for each in roles_of(graph, "model") if each.account == role.account]
    stages = {each.name.removesuffix(f"-{project}-model") for each in models if each.tags.get("project") == project}
    return sorted(
        f"{place}:endpoint/{prefix}-{project}-{stage}"
        for place in _places(graph, role)
        for prefix, _, stage in (name.partition("-") for name in stages)
    )


def _places(graph: PolicyGraph, role: Role) -> list[str]:
    """Beginnings of ARNs of SageMaker's resources in a role's account, in every region that the platform is in."""
    regions = {key.arn.split(":")[3] for key in graph.kind("key")}
    partition = role.arn.split(":")[1]
    return sorted(f"arn:{partition}:sagemaker:{region}:{role.account}" for region in regions)


THEOREMS = (
    Theorem(
        id="scientists-decide-nothing",
        says="A scientist neither approves nor deploys, whatever the scientist's code comes to act as.",
        row="B5",
        prove=scientists,
    ),
    Theorem(
        id="publishing-has-a-name",
        says="The printed scientists publish, each under their own name.",
        row="B5",
        prove=publishing,
    ),
    Theorem(
        id="approvers-only-approve",
        says="Models are approved by approvers alone, who can do nothing else with them.",
        row="B5",
        prove=approvers,
    ),
    Theorem(
        id="administration-role",
        says="Exactly the printed principals pass or assume a StackSet administration role: that of their own project, "
        "to CloudFormation alone.",
        row="B9",
        prove=stack_sets,
    ),
    Theorem(
        id="delivery-walls",
        says="No role of a project changes or removes another project's model or configuration, or calls its endpoint.",
        row="B9",
        prove=walls,
    ),
    Theorem(
        id="production-doors",
        says="The data science account enters production by the printed roles alone.",
        row="B9",
        prove=production,
    ),
)
