"""Who lets models into production: approvers alone; and by which principals production changes at all."""

from __future__ import annotations

from catalog.names import ProjectNames
from catalog.roles import ENTERING_WORKLOADS, ROLES, RoleKind, kinds
from policies.access.encoding import CallerType
from policies.access.graph import IamRole, PolicyGraph
from policies.access.graph.purposes import resources_with_purpose, roles_of_kind
from policies.access.proofs.callers import ENTERING, OF_ACCOUNTS, PinnedKeys
from policies.access.proofs.emptiness import NO_DELIVERY, ONE_PROJECT, without_roles
from policies.access.proofs.escalation import facts
from policies.access.proofs.escalation.reach import reach
from policies.access.proofs.requests import (
    TRUST_ACTIONS,
    all_of,
    beyond,
    none_of,
    requests_of_everybody,
    role_request,
    with_value,
    within,
    without,
)
from policies.access.proofs.solver import Solver
from policies.access.proofs.theorem import ProofOutcome, Theorem
from policies.documents.project_people import PUBLISHER_TAG
from policies.documents.project_scope import MODEL_BUILD

APPROVAL = ("codepipeline:PutApprovalResult", "codepipeline:OverrideStageCondition", "sagemaker:UpdateModelPackage")
DELIVERY = (
    "codepipeline:UpdatePipeline",
    "codepipeline:CreatePipeline",
    "sagemaker:CreateEndpoint",
    "sagemaker:UpdateEndpoint",
    "sagemaker:CreateModel",
    *facts.PASS_ROLE_ACTIONS["cloudformation.amazonaws.com"],
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
TOUCHING = ("s3:PutObject", "sts:AssumeRole", "iam:PassRole")
# Decisions that release recorders do not make, which reject and write metadata.
_UPDATE, _STATUS = "sagemaker:UpdateModelPackage", "sagemaker:ModelApprovalStatus"
_DECIDED = ("Approved", "PendingManualApproval")
APPROVERS = kinds(lambda spec: spec.approves)
BY_LINK = kinds(lambda spec: spec.approves_by_link)
# What the page behind links has no business with, beside what it shows.
_NOT_BY_LINK = ("s3:PutObject", "s3:DeleteObject*", "kms:GenerateMac", "sts:AssumeRole", "iam:PassRole", "lambda:*")
SCIENTISTS = kinds(lambda spec: spec.acts_for_scientists)
ADMINISTRATION = RoleKind.STACK_SET_ADMINISTRATION
_SOURCE_IDENTITY = "aws:SourceIdentity"


def scientists(graph: PolicyGraph) -> ProofOutcome:
    """A scientist, with all that a scientist's code comes to act as, neither approves nor deploys."""
    solver = Solver()
    reached = {each.role.arn: each for each in reach(graph, Solver())}
    named: set[str] = set()
    for scientist in roles_of_kind(graph, *SCIENTISTS):
        acting = [scientist, *(role for arn in reached[scientist.arn].paths if (role := graph.roles.get(arn or "")))]
        named |= {f"{scientist.name} through {role.name}" for role in acting[1:]}
        for role in acting:
            _decides_nothing(solver, graph, scientist, role)
    return ProofOutcome(findings=solver.findings, named=sorted(named), queries=solver.queries)


def _decides_nothing(solver: Solver, graph: PolicyGraph, scientist: IamRole, role: IamRole) -> None:
    for action in (*APPROVAL, *DELIVERY):
        solver.refute(f"{scientist.name}, as {role.name}, does {action}", role_request(role, [action]))
    approved = with_value("sagemaker:ModelApprovalStatus", "Approved")
    title = f"{scientist.name}, as {role.name}, registers an approved model"
    solver.refute(title, role_request(role, ["sagemaker:CreateModelPackage"]), approved)
    for group in graph.resources("group"):
        title = f"{scientist.name}, as {role.name}, decides on models of {group.name}"
        solver.refute(title, role_request(role, ["sagemaker:UpdateModelPackage"], policy_resource=group))


def publishing(graph: PolicyGraph) -> ProofOutcome:
    """A publish role is entered under the name of the scientist who enters it, and code is handed over under that name.

    So what is published has an author, and whoever approves it can be compared with them.
    """
    solver = Solver()
    named: set[str] = set()
    for target in roles_of_kind(graph, RoleKind.PUBLISH):
        unnamed: PinnedKeys = {_SOURCE_IDENTITY: ()}
        for who, open_request in requests_of_everybody(
            graph, TRUST_ACTIONS, trust_of=target, resource=target.arn, pinned=unnamed, kinds=ENTERING
        ):
            solver.refute(f"{who} enters {target.name} without a name", open_request)
        for scientist in roles_of_kind(graph, RoleKind.SCIENTIST):
            user = scientist.user or ""
            open_request = role_request(scientist, TRUST_ACTIONS, trust_of=target, resource=target.arn)
            title = f"{scientist.name} enters {target.name} under another name"
            solver.refute(title, open_request, without(_SOURCE_IDENTITY, [user]))
            if solver.possible(
                f"{scientist.name} enters {target.name}", open_request, with_value(_SOURCE_IDENTITY, user)
            ):
                named.add(f"{scientist.arn} enters {target.name} as {user}")
                _under_own_name(solver, graph, target, user)
    return ProofOutcome(findings=solver.findings, named=sorted(named), queries=solver.queries)


def _under_own_name(solver: Solver, graph: PolicyGraph, publish: IamRole, user: str) -> None:
    """The code of a project, written or tagged by whoever entered its publish role as `user`."""
    for bucket in resources_with_purpose(graph, "bucket", "artifacts"):
        code = f"{bucket.arn}/{publish.project}/source/{MODEL_BUILD}.zip"
        open_request = role_request(
            publish, ["s3:PutObject", "s3:PutObjectTagging"], resource=code, pinned={_SOURCE_IDENTITY: user}
        )
        title = f"{user}, as {publish.name}, hands code over under another name"
        solver.refute(title, open_request, without(f"s3:RequestObjectTag/{PUBLISHER_TAG}", [user]))


def approvers(graph: PolicyGraph) -> ProofOutcome:
    """Approving, and letting into production, is for approvers; they read what was released, and do nothing more."""
    solver = Solver()
    for role in graph.sorted_roles():
        if role.kind in APPROVERS:
            for action in (*TOUCHING, *DELIVERY):
                solver.refute(f"{role.name} approves, and does {action}", role_request(role, [action]))
            _reads_records_alone(solver, graph, role)
        elif ROLES[role.kind].approves_by_link:
            _approves_by_link(solver, graph, role)
        else:
            _approves_nothing(solver, role)
    _links_are_signed_by_senders(solver, graph)
    approving = roles_of_kind(graph, *APPROVERS)
    for own in roles_of_kind(graph, RoleKind.TEAM_APPROVER):
        for other in (role for role in approving if role.arn != own.arn):
            for resource in _decided_on(graph, own):
                open_request = role_request(other, APPROVAL, resource=resource)
                solver.refute(f"{other.name} approves for {own.project}, which has approvers of its own", open_request)
    by_link = roles_of_kind(graph, *BY_LINK)
    named = [*(role.arn for role in approving), *(f"{role.arn} for whoever has a signed link" for role in by_link)]
    return ProofOutcome(findings=solver.findings, named=named, queries=solver.queries)


def _approves_by_link(solver: Solver, graph: PolicyGraph, role: IamRole) -> None:
    """Whoever hands on what was decided by a link answers its own project's approval, and does nothing else with it.

    It signs no link, so that it decides for nobody who was not sent one; and it can be told nothing but by API Gateway.
    """
    own = ProjectNames(graph.prefix, role.project or "").code_pipeline("deploy")
    approval = f"{graph.scopes[role.stack].arn('codepipeline', own)}/Approve/Approve"
    answer, *others = APPROVAL
    title = f"{role.name} answers another approval than its project's"
    solver.refute(title, role_request(role, [answer]), beyond(approval))
    for action in (*others, *DELIVERY, *_NOT_BY_LINK):
        solver.refute(f"{role.name} approves by links, and does {action}", role_request(role, [action]))
    anybody = ENTERING - {CallerType.SERVICE}
    for who, open_request in requests_of_everybody(
        graph, TRUST_ACTIONS, trust_of=role, resource=role.arn, kinds=anybody
    ):
        solver.refute(f"{who} assumes {role.name}", open_request)


def _links_are_signed_by_senders(solver: Solver, graph: PolicyGraph) -> None:
    """Nobody but a sender signs with a key of links, and each only with its own project's."""
    for key in resources_with_purpose(graph, "key", "approval-links"):
        for role in graph.sorted_roles():
            own = ROLES[role.kind].signs_links and role.stack == key.stack
            if role.account == key.account and not own:
                title = f"{role.name} signs links of {key.stack}"
                solver.refute(title, role_request(role, ["kms:GenerateMac"], policy_resource=key))


def _reads_records_alone(solver: Solver, graph: PolicyGraph, role: IamRole) -> None:
    """What was released, through S3: for a project's own approver that project's."""
    buckets = resources_with_purpose(graph, "bucket", "artifacts")
    records = [f"{bucket.arn}/{role.project or '*'}/releases/*" for bucket in buckets]
    title = f"{role.name} approves, and reads something else than what was released"
    solver.refute(title, role_request(role, ["s3:GetObject"]), beyond(*records))
    through = [graph.scopes[role.stack].service_host("s3")]
    title = f"{role.name} approves, and decrypts otherwise than through S3"
    solver.refute(title, role_request(role, ["kms:Decrypt"]), without("kms:ViaService", through))


def _approves_nothing(solver: Solver, role: IamRole) -> None:
    for action in APPROVAL:
        title = f"{role.name} is no approver and does {action}"
        if role.kind is RoleKind.RELEASE_RECORDER and action == _UPDATE:
            for status in _DECIDED:
                solver.refute(f"{title} to {status}", role_request(role, [action]), with_value(_STATUS, status))
        else:
            solver.refute(title, role_request(role, [action]))


def _decided_on(graph: PolicyGraph, approver: IamRole) -> list[str]:
    """What a project's own approver says yes or no to: a registered model, and the way into production."""
    project, scope = ProjectNames(graph.prefix, approver.project or ""), graph.scopes[approver.stack]
    return [
        scope.arn("sagemaker", f"model-package/{project.group()}/1"),
        f"{scope.arn('codepipeline', project.code_pipeline('deploy'))}/Approve/Approve",
    ]


def stack_sets(graph: PolicyGraph) -> ProofOutcome:
    """Exactly the printed principals pass an administration role, each its own project's, and none assumes one.

    The deployer names it in pipelines: AWS may ask it for iam:PassRole to CodePipeline, which cannot assume the role.
    """
    solver = Solver()
    named: list[str] = []
    for target in roles_of_kind(graph, ADMINISTRATION):
        anybody = ENTERING - {CallerType.SERVICE}
        for who, open_request in requests_of_everybody(
            graph, TRUST_ACTIONS, trust_of=target, resource=target.arn, kinds=anybody
        ):
            solver.refute(f"{who} assumes {target.name}", open_request)
        for role in graph.sorted_roles():
            if role.account != target.account:
                continue
            passing = role_request(role, ["iam:PassRole"], resource=target.arn)
            if not ROLES[role.kind].passes_stack_set_administration or role.project != target.project:
                naming = [without("iam:PassedToService", ["codepipeline.amazonaws.com"])]
                limits = naming if role.kind is RoleKind.DEPLOYER else []
                solver.refute(f"{role.name} passes {target.name}", passing, *limits)
            elif solver.possible(f"{role.name} passes {target.name}", passing):
                named.append(f"{role.arn} passes {target.name}")
                solver.refute(
                    f"{role.name} passes {target.name} to another service than CloudFormation",
                    role_request(role, ["iam:PassRole"], resource=target.arn),
                    without("iam:PassedToService", ["cloudformation.amazonaws.com"]),
                )
    return ProofOutcome(findings=solver.findings, named=named, queries=solver.queries)


def production(graph: PolicyGraph) -> ProofOutcome:
    """From the data science account, production's resources and roles are reached by the printed principals alone.

    A role is entered by the kind of role that is meant to, of its own project.
    """
    solver = Solver()
    # An administration role may have been there before, whose account no stack then tells.
    data_science = {role.account for role in roles_of_kind(graph, ADMINISTRATION, RoleKind.DEPLOY_PIPELINE)}
    workloads = sorted({role.account for role in roles_of_kind(graph, RoleKind.MODEL)} - data_science)
    entering = [role.arn for role in roles_of_kind(graph, *ENTERING_WORKLOADS)]
    for account in workloads:
        for target in graph.sorted_roles():
            if target.account == account:
                meant = _entering(graph, target)
                for who, open_request in requests_of_everybody(
                    graph,
                    TRUST_ACTIONS,
                    trust_of=target,
                    resource=target.arn,
                    accounts=data_science,
                    kinds=ENTERING & OF_ACCOUNTS,
                ):
                    solver.refute(f"{who} enters {target.name} in {account}", open_request, none_of(*meant))
        for _, resource in sorted(graph.policy_resources.items()):
            # A bus takes events from the registry's account; they start nothing here but notifications.
            if resource.account == account and resource.kind != "bus":
                for who, open_request in requests_of_everybody(
                    graph, ["*"], policy_resource=resource, accounts=data_science, kinds=OF_ACCOUNTS
                ):
                    title = f"{who} has access to {resource.kind} {resource.name} in {account}"
                    solver.refute(title, open_request)
    return ProofOutcome(findings=solver.findings, named=entering, queries=solver.queries)


def _entering(graph: PolicyGraph, target: IamRole) -> list[str]:
    """The roles of other accounts that are meant to assume a role."""
    assumed_by = ROLES[target.kind].assumed_by
    if not isinstance(assumed_by, RoleKind):
        return []
    meant = [role for role in roles_of_kind(graph, assumed_by) if role.account != target.account]
    return [role.arn for role in meant if not role.project or role.project == target.project]


def project_isolation(graph: PolicyGraph) -> ProofOutcome:
    """What serves models is a project's by its name or by its tag, and no role of another project lays hands on it."""
    solver = Solver()
    for role in graph.sorted_roles():
        if not role.project:
            continue
        kinds_of_resources = [
            f"{prefix}{kind}/*"
            for prefix in _sagemaker_arns(graph, role)
            for kind in ("endpoint", "endpoint-config", "model")
        ]
        foreign = all_of(within(*kinds_of_resources), beyond(*_own_endpoints(graph, role)))
        for other in (project for project in graph.projects if project != role.project):
            tagged: PinnedKeys = {"aws:ResourceTag/project": other, "sagemaker:TaggingAction": ()}
            title = f"{role.arn} changes, removes or calls what serves models of {other}"
            for action in SERVING:
                solver.refute(title, role_request(role, [action], pinned=tagged), foreign)
    return ProofOutcome(findings=solver.findings, queries=solver.queries)


def _own_endpoints(graph: PolicyGraph, role: IamRole) -> list[str]:
    """The endpoints of a role's project in its account, by name: whatever tags they have, they are its own."""
    models = [model for model in roles_of_kind(graph, RoleKind.MODEL) if model.account == role.account]
    stages = {graph.stages.get(model.stack, model.stack) for model in models if model.project == role.project}
    names = [ProjectNames(graph.prefix, role.project or "").endpoint(stage) for stage in stages]
    return sorted(f"{prefix}endpoint/{name}" for prefix in _sagemaker_arns(graph, role) for name in names)


def _sagemaker_arns(graph: PolicyGraph, role: IamRole) -> list[str]:
    """Beginnings of ARNs of SageMaker's resources in a role's account, in every region that the platform is in."""
    regions = {scope.region for scope in graph.scopes.values() if scope.region}
    return sorted(graph.scope.arn("sagemaker", "", region=region, account=role.account) for region in regions)


THEOREMS = (
    Theorem(
        id="scientists-decide-nothing",
        statement="A scientist neither approves nor deploys, whatever the scientist's code comes to act as.",
        prove=scientists,
        may_be_empty=without_roles("no stack made a role for scientists", *SCIENTISTS),
    ),
    Theorem(
        id="publishing-has-a-name",
        statement="The printed scientists publish under their own names, and hand code over under these alone.",
        prove=publishing,
        may_be_empty=without_roles("no stack made a publish role", RoleKind.PUBLISH),
    ),
    Theorem(
        id="approvers-only-approve",
        statement="Models are approved by approvers alone, who besides read what was released and do nothing else; "
        "releases by them, and by the printed functions for whoever has a link that their project's sender signed.",
        prove=approvers,
    ),
    Theorem(
        id="administration-role",
        statement="Exactly the printed principals pass or assume a StackSet administration role: that of their own "
        "project, to CloudFormation alone.",
        prove=stack_sets,
        may_be_empty=without_roles("no stack made an administration role, and owners know of theirs", ADMINISTRATION),
    ),
    Theorem(
        id="delivery-walls",
        statement="No role of a project changes or removes another project's model or configuration, or calls its "
        "endpoint.",
        prove=project_isolation,
        may_be_empty=ONE_PROJECT,
    ),
    Theorem(
        id="production-doors",
        statement="The data science account enters production by the printed roles alone.",
        prove=production,
        may_be_empty=NO_DELIVERY,
    ),
)
