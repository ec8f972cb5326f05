"""Nobody makes what watches blind: who changes, silences or deletes trails, rules, alarms, logs, queues, evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from catalog.names import ProjectNames
from catalog.roles import ROLES, RoleKind
from policies.access.graph import IamRole, PolicyGraph, PolicyResource
from policies.access.graph.declared import ALARM, LOG_GROUP, RULE, DeclaredResource
from policies.access.graph.purposes import resources_with_purpose
from policies.access.proofs.granted_changes import changes, spoken_of, surely_denied
from policies.access.proofs.premises import without_delegation
from policies.access.proofs.requests import role_request, within
from policies.access.proofs.solver import Solver
from policies.access.proofs.theorem import ProofOutcome, Theorem
from policies.documents.account import FOUNDATION_TAG

# Services that do nothing but watch: whatever changes anything of theirs makes them see less.
_DETECTORS = (
    "access-analyzer",
    "account",
    "cloudtrail",
    "config",
    "guardduty",
    "macie2",
    "organizations",
    "securityhub",
)
# Service -> changes by which nothing is lost. Source: Service Authorization Reference, the services' pages.
_HARMLESS: Mapping[str, tuple[str, ...]] = {
    "cloudwatch": ("enablealarmactions", "putmetricdata"),
    "events": ("enablerule", "putevents"),
    # What a key is used for, and what makes it usable again; who grants it on is another theorem's (policies-stay).
    "kms": (
        *("cancelkeydeletion", "connectcustomkeystore", "creategrant", "decrypt", "derivesharedsecret", "enablekey"),
        *(
            "enablekeyrotation",
            "encrypt",
            "generatedatakey",
            "generatedatakeypair",
            "generatedatakeypairwithoutplaintext",
        ),
        *("generatedatakeywithoutplaintext", "generatemac", "generaterandom", "reencryptfrom", "reencryptto"),
        *("rotatekeyondemand", "sign", "verify", "verifymac"),
    ),
    "lambda": ("invokeasync", "invokefunction", "invokefunctionurl"),
    "logs": (
        *("createloggroup", "createlogstream", "putlogevents", "startlivetail", "startquery", "stoplivetail"),
        *("stopquery", "unmask"),
    ),
    "sns": ("publish",),
    "sqs": ("sendmessage",),
}
# Of a queue, what whoever deals with lost events does.
_DEALING = frozenset(f"sqs:{name}" for name in ("changemessagevisibility", "deletemessage", "receivemessage"))
_SILENCING = frozenset({"events:disablerule"})
_PIPELINES = ("build", "deploy", "rollback")
_EVIDENCE = ("config", "logs", "trail")
# Whether a role may do what others may not, of a resource.
_Exempt = Callable[[DeclaredResource | PolicyResource], bool]


@dataclass(frozen=True)
class _Watched:
    """What a service watches with in an account, by ARN; `below`: what lies beneath an ARN belongs to it."""

    word: str
    service: str
    resources: Sequence[DeclaredResource | PolicyResource]
    below: str = ""

    def patterns(self, arns: Iterable[str]) -> list[str]:
        """Patterns of the ARNs and what lies beneath them."""
        plain = [arn.removesuffix(":*") for arn in arns]
        return [*plain, *(f"{arn}{self.below}" for arn in plain if self.below)]


def nobody_loosens(graph: PolicyGraph) -> ProofOutcome:
    """No role but those that bring stacks up changes what watches, and of the foundation's not even those."""
    solver, named = Solver(), set[str]()
    everything = _watched(graph)
    for role in graph.sorted_roles():
        deploys = ROLES[role.kind].declares_stacks
        if deploys:
            named.add(f"{role.arn} brings up what watches, the foundation's apart")
        else:
            _blinds_no_detector(solver, role)
        for watched in everything[role.account]:
            _leaves_alone(graph, solver, named, role, watched, foundation_alone=deploys)
    for account in sorted(everything):
        for watched in everything[account]:
            for carrier in watched.resources:
                if isinstance(carrier, PolicyResource):
                    _lets_nobody_change(solver, graph, watched, carrier)
    return ProofOutcome(findings=solver.findings, named=sorted(named), queries=solver.queries)


def _watched(graph: PolicyGraph) -> Mapping[str, list[_Watched]]:
    """Account -> what watches there."""
    found: defaultdict[str, list[_Watched]] = defaultdict(list)
    foundation_keys = [key for key in graph.resources("key") if _of_foundation(key)]
    kinds: list[_Watched] = [
        _Watched("rule", "events", graph.declared_of(RULE)),
        _Watched("alarm", "cloudwatch", graph.declared_of(ALARM)),
        _Watched("log group", "logs", graph.declared_of(LOG_GROUP), ":*"),
        _Watched("function", "lambda", graph.resources("function"), ":*"),
        _Watched("queue", "sqs", graph.resources("queue")),
        _Watched("topic", "sns", graph.resources("topic"), ":*"),
        _Watched("evidence", "s3", resources_with_purpose(graph, "bucket", *_EVIDENCE), "/*"),
        _Watched("key", "kms", foundation_keys),
    ]
    for kind in kinds:
        by_account: defaultdict[str, list[DeclaredResource | PolicyResource]] = defaultdict(list)
        for resource in kind.resources:
            by_account[resource.account].append(resource)
        for account, its in by_account.items():
            found[account].append(_Watched(kind.word, kind.service, its, kind.below))
    return found


def _of_foundation(resource: DeclaredResource | PolicyResource) -> bool:
    return resource.tags.get(FOUNDATION_TAG[0]) == FOUNDATION_TAG[1]


def _loosening(role: IamRole, service: str) -> frozenset[str]:
    harmless = {f"{service}:{name}" for name in _HARMLESS.get(service, ())}
    return changes(role.identity, service) - harmless


def _blinds_no_detector(solver: Solver, role: IamRole) -> None:
    for service in _DETECTORS:
        held = sorted(_loosening(role, service))
        if held:
            solver.refute(f"{role.arn} changes something of {service}, which watches", role_request(role, held))
    if "ec2:deleteflowlogs" in changes(role.identity, "ec2"):
        solver.refute(f"{role.arn} deletes flow logs", role_request(role, ["ec2:DeleteFlowLogs"]))
    solver.queries += 1


def _leaves_alone(
    graph: PolicyGraph,
    solver: Solver,
    named: set[str],
    role: IamRole,
    watched: _Watched,
    *,
    foundation_alone: bool,
) -> None:
    held = _loosening(role, watched.service)
    by_arn = {one.arn: one for one in watched.resources if not foundation_alone or _of_foundation(one)}
    if not held or not by_arn:
        solver.queries += 1
        return
    found = set(spoken_of(role.identity, watched.service, by_arn, below=bool(watched.below)))
    for actions, exempt in _exempted(graph, role, watched):
        spared = {arn for arn in found if exempt(by_arn[arn])} if held & actions else set()
        if spared:
            what = ", ".join(sorted(action.partition(":")[2] for action in actions & held))
            named.add(f"{role.arn} ({what}): {', '.join(sorted(by_arn[arn].name for arn in spared))}")
        if rest := sorted(held - actions):
            _refute(solver, role, watched, rest, [by_arn[arn] for arn in sorted(spared)])
        found -= spared
    _refute(solver, role, watched, sorted(held), [by_arn[arn] for arn in sorted(found)])


def _refute(
    solver: Solver,
    role: IamRole,
    watched: _Watched,
    held: Sequence[str],
    resources: Sequence[DeclaredResource | PolicyResource],
) -> None:
    limits = [*role.identity, *([role.boundary] if role.boundary else [])]
    resources = [one for one in resources if not surely_denied(limits, held, watched.patterns([one.arn]))]
    solver.queries += 1
    plain = [one for one in resources if isinstance(one, DeclaredResource)]
    if plain:
        title = f"{role.arn} loosens {watched.word} {', '.join(one.name for one in plain[:3])}"
        inside = within(*watched.patterns(one.arn for one in plain))
        solver.refute(title, role_request(role, held), inside)
    for carrier in (one for one in resources if isinstance(one, PolicyResource)):
        _refute_of_carrier(solver, role, watched, held, carrier)


def _refute_of_carrier(
    solver: Solver, role: IamRole, watched: _Watched, held: Sequence[str], carrier: PolicyResource
) -> None:
    tags = {f"aws:ResourceTag/{key}": value for key, value in carrier.tags.items()}
    open_request = role_request(role, held, policy_resource=carrier, pinned=tags)
    title = f"{role.arn} loosens {watched.word} {carrier.name}"
    solver.refute(title, open_request, within(*watched.patterns([carrier.arn])))


def _exempted(graph: PolicyGraph, role: IamRole, watched: _Watched) -> Iterator[tuple[frozenset[str], _Exempt]]:
    """What some kinds of roles are there to do, and of which resources: triggers, and events that were lost."""
    if watched.service == "events" and role.kind is RoleKind.ADMINISTRATOR:
        yield _SILENCING, lambda one: _starts_a_pipeline(graph, one)
    if watched.service == "events" and role.kind is RoleKind.RELEASE_CLEANER:
        yield _SILENCING, lambda one: one.project == role.project and _starts_a_pipeline(graph, one)
    if watched.service == "sqs" and role.kind is RoleKind.TEAM_ADMINISTRATOR:
        yield _DEALING, lambda one: one.project == role.project


def _starts_a_pipeline(graph: PolicyGraph, rule: DeclaredResource | PolicyResource) -> bool:
    """A rule that starts a pipeline has the pipeline's name."""
    names = ProjectNames(graph.prefix, rule.project or "")
    return bool(rule.project) and rule.name in {names.code_pipeline(purpose) for purpose in _PIPELINES}


def _lets_nobody_change(solver: Solver, graph: PolicyGraph, watched: _Watched, carrier: PolicyResource) -> None:
    """What a resource's own policy lets roles do, whatever theirs say."""
    policy = without_delegation(carrier)
    harmless = {f"{watched.service}:{name}" for name in _HARMLESS.get(watched.service, ())}
    held = sorted(changes([policy], watched.service) - harmless)
    solver.queries += 1
    for role in graph.sorted_roles() if held else ():
        if not ROLES[role.kind].declares_stacks:
            _refute_of_carrier(solver, role, watched, held, carrier)


THEOREMS = (
    Theorem(
        id="guards-stay",
        statement="No role but the printed ones silences, changes or deletes a trail, a detector, a rule, an alarm, a "
        "log, a queue or topic, or evidence; those of an account's foundation nobody does.",
        prove=nobody_loosens,
    ),
)
