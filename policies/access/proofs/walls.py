"""Walls between projects that hold whoever it is: roles of other projects, and people who work for none or another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from catalog.names import ProjectNames
from catalog.roles import RoleKind
from policies.access.graph import IamRole, PolicyGraph, PolicyResource
from policies.access.graph.declared import ALARM, BUILD, LOG_GROUP, PIPELINE, RULE
from policies.access.graph.labels import label
from policies.access.graph.purposes import resources_with_purpose, roles_of_kind
from policies.access.proofs.callers import PinnedKeys
from policies.access.proofs.emptiness import ONE_PROJECT
from policies.access.proofs.granted_changes import granted, granted_on_everything, spoken_of
from policies.access.proofs.models import OF_WORKLOADS
from policies.access.proofs.prefilter import may_touch
from policies.access.proofs.requests import TRUST_ACTIONS, beyond, role_request, within
from policies.access.proofs.solver import Solver
from policies.access.proofs.theorem import ProofOutcome, Theorem
from policies.documents import actions

_PEOPLE = (RoleKind.SCIENTIST, RoleKind.STUDIO_DEFAULT)
_TAG = "aws:ResourceTag/project"
# What SageMaker keeps for people and not for projects, and what is nobody's.
_OF_STUDIO = (
    "app",
    "app-image-config",
    "domain",
    "image",
    "image-version",
    "space",
    "studio-lifecycle-config",
    "user-profile",
)
_PURPOSES = ("build", "deploy", "rollback")
# Kinds of resources with policies of their own -> service.
_CARRIERS = {"function": "lambda", "group": "sagemaker", "queue": "sqs", "secret": "secretsmanager"}
# Services whose actions without a resource are printed.
_SERVICES = (
    *("application-autoscaling", "cloudformation", "cloudwatch", "codebuild", "codedeploy", "codepipeline", "events"),
    *("lambda", "logs", "sagemaker", "sns", "sqs", "ssm"),
)
# Actions that take names or nothing and that AWS asks of everything: they show states and parameters, no data.
_OVERALL = frozenset({"cloudformation:gettemplatesummary", "cloudwatch:describealarms"})
# Archives of functions are the platform's, and no project's.
_NOBODYS = ("code",)


def works_for(graph: PolicyGraph, role: IamRole) -> frozenset[str] | None:
    """Projects that a role belongs to, or its person works for; None for roles of the platform, which serve all."""
    if role.project:
        return frozenset([role.project])
    return graph.members.get(role.arn, frozenset()) if role.kind in _PEOPLE else None


@dataclass(frozen=True)
class _Project:
    """What is one project's by its name, account by account."""

    graph: PolicyGraph
    id: str

    @cached_property
    def names(self) -> ProjectNames:
        return ProjectNames(self.graph.prefix, self.id)

    @cached_property
    def carriers(self) -> list[PolicyResource]:
        """Its resources that have policies of their own."""
        found = [one for kind in _CARRIERS for one in self.graph.resources(kind)]
        return [one for one in found if one.project == self.id]

    @cached_property
    def by_name(self) -> Mapping[str, Mapping[str, list[str]]]:
        """Account -> service -> ARN patterns of what has no policy of its own."""
        found: defaultdict[str, dict[str, list[str]]] = defaultdict(dict)
        for account in self.graph.accounts():
            for region in self._regions:
                for service, patterns in self._computed(account, region):
                    found[account].setdefault(service, []).extend(patterns)
        for token, service, below in _DECLARED:
            for one in self.graph.declared_of(token):
                if one.project == self.id:
                    arn = one.arn.removesuffix(":*")
                    found[one.account].setdefault(service, []).extend([arn, f"{arn}{below}"])
        return found

    @cached_property
    def _regions(self) -> list[str]:
        return sorted({scope.region for scope in self.graph.scopes.values() if scope.region})

    def _computed(self, account: str, region: str) -> Iterator[tuple[str, list[str]]]:
        """What people and deliveries make under its names; what begins with an endpoint's name is the endpoint's."""
        stages = sorted(set(self.graph.stages.values()))
        endpoints, sets = [self.names.endpoint(one) for one in stages], [self.names.stack_set(one) for one in stages]
        group, pipeline = self.names.group(), self.names.pipeline()
        resources = {
            "sagemaker": [
                f"model-package/{group}/*",
                f"pipeline/{pipeline}",
                f"pipeline/{pipeline}/*",
                *(f"endpoint/{name}" for name in endpoints),
            ],
            "codepipeline": [one for name in self._pipelines for one in (name, f"{name}/*")],
            "cloudformation": [f"stackset/{name}:*" for name in sets],
            "cloudwatch": [f"alarm:{name}-*" for name in endpoints],
            "logs": [f"log-group:/aws/sagemaker/Endpoints/{name}*" for name in endpoints],
            "ssm": [
                f"parameter{self.names.parameters(stack)}{below}"
                for stack in self._stacks(account)
                for below in ("", "/*")
            ],
        }
        for service, names in resources.items():
            yield service, [self.graph.scope.arn(service, one, region=region, account=account) for one in names]

    def _stacks(self, account: str) -> list[str]:
        """Data science stacks of the account where the project builds: its parameters lie below the name of one."""
        builds = {role.account for role in roles_of_kind(self.graph, RoleKind.PIPELINE) if role.project == self.id}
        storing = {bucket.stack for bucket in resources_with_purpose(self.graph, "bucket", "data", "models")}
        return sorted(stack for stack in storing if self.graph.stacks[stack] == account and account in builds)

    @cached_property
    def _pipelines(self) -> list[str]:
        return [self.names.code_pipeline(purpose) for purpose in _PURPOSES]

    def folders(self, bucket: PolicyResource) -> list[str]:
        """Beginnings of ARNs of its objects: its own prefix, and where its pipelines keep their artifacts."""
        folders = [self.names.artifact_folder(purpose) for purpose in _PURPOSES]
        return [f"{bucket.arn}/{folder}/" for folder in (self.id, *folders)]


# Type -> service, and what lies beneath one.
_DECLARED = (
    (ALARM, "cloudwatch", ""),
    (BUILD, "codebuild", "/*"),
    (LOG_GROUP, "logs", ":*"),
    (PIPELINE, "codepipeline", "/*"),
    (RULE, "events", ""),
)


def project_walls(graph: PolicyGraph) -> ProofOutcome:
    """Nobody who does not work for a project touches its objects, or what else is its own by name or by tag."""
    solver, unheld = Solver(), defaultdict[str, set[str]](set)
    projects = [_Project(graph, project) for project in graph.projects]
    for role in graph.sorted_roles():
        own = works_for(graph, role)
        if own is None:
            continue
        for project in (one for one in projects if one.id not in own):
            _objects(solver, graph, role, project)
            _named(solver, role, project)
            _carried(solver, role, project)
            _tagged(solver, graph, role, own, project)
            _entered(solver, graph, role, project)
        unheld[label(graph, role)].update(_without_resource(role))
    named = [
        f"{who} does to all projects alike, since AWS asks no resource: {', '.join(sorted(its))}"
        for who, its in sorted(unheld.items())
        if its
    ]
    named += [f"{arn} works for {', '.join(sorted(its)) or 'no project'}" for arn, its in sorted(graph.members.items())]
    return ProofOutcome(findings=solver.findings, named=named, queries=solver.queries)


def _objects(solver: Solver, graph: PolicyGraph, role: IamRole, project: _Project) -> None:
    if role.kind in OF_WORKLOADS:
        # What they touch is their own prefix alone: models-own-prefix.
        return
    spared = resources_with_purpose(graph, "bucket", *_NOBODYS)
    for bucket in (one for one in graph.resources("bucket") if one not in spared):
        foreign = project.folders(bucket)
        if may_touch(role, bucket, "s3:", *foreign):
            title = f"{role.arn} touches an object of {project.id} in {bucket.name}"
            below = within(*(f"{prefix}*" for prefix in foreign))
            solver.refute(title, role_request(role, ["s3:*"], policy_resource=bucket), below)
        else:
            solver.queries += 1


def _named(solver: Solver, role: IamRole, project: _Project) -> None:
    for service, patterns in project.by_name.get(role.account, {}).items():
        solver.queries += 1
        touched = spoken_of(role.identity, service, patterns)
        by_patterns: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
        for action in sorted(_with_resource(role, service) - _OVERALL):
            if fitting := tuple(pattern for pattern in touched if _may_act_on(action, pattern)):
                by_patterns[fitting].append(action)
        for fitting, held in by_patterns.items():
            title = f"{role.arn} touches what is {project.id}'s in {service}"
            solver.refute(title, role_request(role, held), within(*fitting))


def _carried(solver: Solver, role: IamRole, project: _Project) -> None:
    for carrier in project.carriers:
        service = _CARRIERS[carrier.kind]
        if may_touch(role, carrier, f"{service}:", carrier.arn):
            title = f"{role.arn} touches {carrier.kind} {carrier.name} of {project.id}"
            held = sorted(_with_resource(role, service) | _granted_by(carrier, service))
            patterns = (carrier.arn, f"{carrier.arn}:*") if carrier.kind == "function" else (carrier.arn,)
            if held:
                solver.refute(title, role_request(role, held, policy_resource=carrier), within(*patterns))
        else:
            solver.queries += 1


def _tagged(solver: Solver, graph: PolicyGraph, role: IamRole, own: frozenset[str], project: _Project) -> None:
    """Jobs, models and endpoints carry their project as a tag; what has a project's own name is its own anyway."""
    by_kinds: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for action in sorted(_with_resource(role, "sagemaker")):
        if kinds := _kinds(graph, role, action):
            by_kinds[kinds].append(action)
    tagged: PinnedKeys = {_TAG: project.id, "sagemaker:TaggingAction": ()}
    title = f"{role.arn} touches what is tagged as {project.id}'s in sagemaker"
    solver.queries += 1
    for kinds, held in by_kinds.items():
        mine = [
            one
            for one in _own_names(graph, role, own)
            if one.startswith(tuple(kind.removesuffix("*") for kind in kinds))
        ]
        solver.refute(title, role_request(role, held, pinned=tagged), within(*kinds), beyond(*mine))


def _kinds(graph: PolicyGraph, role: IamRole, action: str) -> tuple[str, ...]:
    """ARN patterns of what is there already, that the action acts on and that the role's policies could name.

    A creation acts on nothing that is there.
    """
    service, _, name = action.partition(":")
    known = actions.service(service)
    formats = sorted(set(known.acts_on.get(name, ()))) if known and not name.startswith("create") else []
    kinds = [one.rsplit(":", 1)[-1].partition("/")[0] for one in formats]
    found = {
        graph.scope.arn(service, f"{kind}/", region=region, account=role.account): None
        for region in sorted({scope.region for scope in graph.scopes.values() if scope.region})
        for kind in kinds
        if kind not in _OF_STUDIO
    }
    return tuple(f"{one}*" for one in spoken_of(role.identity, service, found, below=True))


def _own_names(graph: PolicyGraph, role: IamRole, own: frozenset[str]) -> list[str]:
    """What of SageMaker is the role's own by its name."""
    projects = [_Project(graph, project) for project in sorted(own)]
    groups = [carrier.arn for each in projects for carrier in each.carriers if carrier.kind == "group"]
    groups += [
        graph.scope.arn("sagemaker", f"model-package-group/{each.names.group()}", region=region, account=role.account)
        for each in projects
        for region in sorted({scope.region for scope in graph.scopes.values() if scope.region})
    ]
    return [*groups, *(one for each in projects for one in each.by_name.get(role.account, {}).get("sagemaker", []))]


def _entered(solver: Solver, graph: PolicyGraph, role: IamRole, project: _Project) -> None:
    """No role of the project is entered."""
    targets = [one for one in graph.roles.values() if one.project == project.id]
    for arn in spoken_of(role.identity, "sts", [one.arn for one in targets]):
        target = graph.roles[arn]
        title = f"{role.arn} enters {target.name} of {project.id}"
        solver.refute(title, role_request(role, TRUST_ACTIONS, trust_of=target, resource=target.arn))
    solver.queries += 1


def _with_resource(role: IamRole, service: str) -> frozenset[str]:
    """Actions that a role's policies speak of and that act on something: of others AWS asks no resource."""
    return frozenset(action for action in granted(role.identity, service) if _acts_on(action))


def _granted_by(carrier: PolicyResource, service: str) -> frozenset[str]:
    return granted([carrier.policy], service) if carrier.policy else frozenset()


def _acts_on(action: str) -> bool:
    service, _, name = action.partition(":")
    known = actions.service(service)
    kinds = known.acts_on.get(name, ()) if known else ()
    return bool(kinds) and tuple(kinds) != ("*",)


def _may_act_on(action: str, pattern: str) -> bool:
    """Whether an action's own resources could be among those that a pattern names, by their kind."""
    service, _, name = action.partition(":")
    known = actions.service(service)
    kind = pattern.split(":", 5)[-1]
    formats = [one.split(":", 5)[-1] for one in (known.acts_on.get(name, ()) if known else ())]
    return any(kind.startswith(one.partition("*")[0]) or one.startswith(kind.partition("*")[0]) for one in formats)


def _without_resource(role: IamRole) -> Iterator[str]:
    for service in _SERVICES:
        held = granted_on_everything(role.identity, service)
        yield from (action for action in held if not _acts_on(action) or action in _OVERALL)


THEOREMS = (
    Theorem(
        id="project-walls",
        statement="Nobody reads, changes, stops or enters what is another project's, whether as one of its roles or as "
        "a person who works for others; the printed roles do what AWS cannot tell projects apart in.",
        prove=project_walls,
        may_be_empty=ONE_PROJECT,
    ),
)
