"""Single steps: from the rights of one role to those of another, each shown possible by the solver."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from catalog.roles import ROLES, RolePath
from policies.access.authorization import Document
from policies.access.document_cache import DocumentCache
from policies.access.graph import IamRole, PolicyGraph, PolicyResource, Runner
from policies.access.graph.policy_documents import as_list, statements
from policies.access.graph.purposes import resources_with_purpose
from policies.access.proofs.escalation import facts
from policies.access.proofs.escalation.undeclared import run_by_others
from policies.access.proofs.requests import beyond, role_request, within, without
from policies.access.proofs.solver import Solver


@dataclass(frozen=True)
class EscalationStep:
    """`source` comes to act as `target` (role ARNs), or `target` is None and nothing limits it any more.

    `starts`: it only sets to work, as it stands, what runs with `target`, and lends itself no rights.
    """

    source: str
    target: str | None
    by: str
    starts: bool = False


class EscalationSteps:
    """The steps that the roles of a graph can take. Only what a statement could speak of is put to the solver."""

    def __init__(self, graph: PolicyGraph, solver: Solver) -> None:
        self.graph, self.solver = graph, solver
        self.boundaries = sorted({r.boundary_arn for r in graph.roles.values() if r.boundary_arn})
        self._repositories = [each for each in graph.policy_resources.values() if each.kind == "repository"]
        self._by_account: dict[str, list[IamRole]] = {}
        self._named: dict[tuple[str, str], tuple[str, ...]] = {}
        # Several steps need the same answer: which action starts a role, who writes the artifacts that runners share.
        self._answers: dict[tuple[str, ...], bool] = {}
        self._platform_roles = tuple(sorted(_platform_patterns(graph)))
        for role in graph.sorted_roles():
            self._by_account.setdefault(role.account, []).append(role)
        self._runners = sorted((*graph.runners.values(), *run_by_others(graph)), key=lambda runner: runner.urn)
        self._behind = {runner.urn: self._roles_behind(runner) for runner in self._runners}

    def of(self, role: IamRole) -> list[EscalationStep]:
        """All steps from one role."""
        return [
            *self._declared(role),
            *self._assumed(role),
            *self._passed(role),
            *self._commanded(role),
            *self._started(role),
            *self._owned(role),
            *self._imaged(role),
            *self._fed(role),
            *self._edited(role),
            *self._state(role),
            *self._unlimited(role),
        ]

    # ---- requests

    def _mentions(self, role: IamRole, action: str, resource: str | None) -> bool:
        """Whether an Allow of the role could speak of action and resource: False is certain, True is not."""
        key = role.arn, action.lower()
        if key not in self._named:
            self._named[key] = _resources_of(role, key[1])
        named = self._named[key]
        return bool(named) and (resource is None or "*" in resource or any(_covers(one, resource) for one in named))

    def _can(
        self,
        role: IamRole,
        action: str,
        resource: str | None,
        pinned: Mapping[str, str] | None = None,
        *,
        trust: IamRole | None = None,
    ) -> bool:
        # A trust may name the role itself, which then needs no policy of its own in the same account.
        if not (self._mentions(role, action, resource) or (trust and _names(trust.trust, role))):
            return False
        trusted = trust.arn if trust else ""
        key = role.arn, action, resource or "", trusted, *(text for pair in (pinned or {}).items() for text in pair)
        if key not in self._answers:
            open_request = role_request(role, [action], resource=resource, pinned=pinned, trust_of=trust)
            self._answers[key] = self.solver.possible(f"{role.name} does {action} on {resource}", open_request)
        return self._answers[key]

    def _within_platform(self, role: IamRole, action: str) -> bool:
        """Whether all that the role's Allows name for an action lies inside the platform's patterns, as they stand.

        A pattern whose own wildcards fall into those of another is inside it.
        """
        named = self._named[role.arn, action.lower()]
        return all(any(fnmatch.fnmatchcase(one, pattern) for pattern in self._platform_roles) for one in named)

    # ---- steps

    def _declared(self, role: IamRole) -> Iterator[EscalationStep]:
        """Whoever declares an account's stacks reaches every role there but the foundation's: nothing is asked."""
        for target in self._by_account[role.account]:
            if self._declares(role, target.arn):
                yield EscalationStep(role.arn, target.arn, "declares the stack that makes it")

    def _declares(self, role: IamRole, arn: str) -> bool:
        target = self.graph.roles.get(arn)
        return (
            target is not None
            and ROLES[role.kind].declares_stacks
            and target.account == role.account
            and ROLES[target.kind].path is not RolePath.FOUNDATION
        )

    def _assumed(self, role: IamRole) -> Iterator[EscalationStep]:
        for target in self.graph.roles.values():
            possible = target.arn != role.arn and _admits_roles(target.trust) and not self._declares(role, target.arn)
            if possible and self._can(role, "sts:AssumeRole", target.arn, trust=target):
                yield EscalationStep(role.arn, target.arn, "assumes it")

    def _passed(self, role: IamRole) -> Iterator[EscalationStep]:
        if not self._mentions(role, "iam:PassRole", None):
            return
        for target in self._by_account[role.account]:
            if self._declares(role, target.arn):
                continue
            for service in sorted(_services(target.trust)):
                pinned = {"iam:PassedToService": service}
                if target.arn == role.arn or not self._can(role, "iam:PassRole", target.arn, pinned):
                    continue
                # What starts a role at a service that is not in the table is not known: anybody may have it.
                starting = facts.PASS_ROLE_ACTIONS.get(service)
                started = next((a for a in starting if self._can(role, a, None)), None) if starting else "any action"
                if started:
                    yield EscalationStep(role.arn, target.arn, f"passes it to {service} with {started}")

    def _commanded(self, role: IamRole) -> Iterator[EscalationStep]:
        for runner, action in self._on_runners(role, facts.RUNNER_ACTIONS):
            yield EscalationStep(role.arn, runner.role_arn, f"{action} on {runner.kind} {runner.name}")

    def _started(self, role: IamRole) -> Iterator[EscalationStep]:
        for runner, action in self._on_runners(role, facts.STARTING_ACTIONS):
            yield EscalationStep(role.arn, runner.role_arn, f"{action} on {runner.kind} {runner.name}", starts=True)

    def _on_runners(self, role: IamRole, actions: Mapping[str, Sequence[str]]) -> Iterator[tuple[Runner, str]]:
        """Others' runners in a role's account, each with the first action that the role may do on it."""
        asked = {kind: [one for one in each if self._mentions(role, one, None)] for kind, each in actions.items()}
        for runner in self._runners:
            others = runner.role_arn != role.arn and not self._declares(role, runner.role_arn)
            if asked.get(runner.kind) and others and runner.account == role.account:
                action = next((one for one in asked[runner.kind] if self._can_on(role, one, runner)), None)
                if action:
                    yield runner, action

    def _can_on(self, role: IamRole, action: str, runner: Runner) -> bool:
        """Whether a role may do it on a runner or on what is below it: a stage, an action, an execution, a version."""
        if any(self._can(role, action, arn) for arn in (runner.arn, *runner.parts)):
            return True
        if runner.kind not in facts.BELOW:
            return False
        start = runner.arn + facts.BELOW[runner.kind]
        key = role.arn, action, start
        if key not in self._answers:
            asked = any(_may_lie_below(named, start) for named in self._named[role.arn, action.lower()])
            self._answers[key] = asked and self.solver.possible(
                f"{role.name} does {action} below {runner.arn}", role_request(role, [action]), within(f"{start}*")
            )
        return self._answers[key]

    def _owned(self, role: IamRole) -> Iterator[EscalationStep]:
        """Spaces and apps run with the role of the profile that owns them, and nothing else says whose they are."""
        for runner in self._runners:
            if runner.kind != "profile" or runner.role_arn == role.arn or runner.account != role.account:
                continue
            for action in facts.OWNED_BY_PROFILE:
                if self._can(role, action, None, {facts.PROFILE_OWNER: runner.arn}):
                    yield EscalationStep(role.arn, runner.role_arn, f"{action} for profile {runner.name}")
                    break

    def _imaged(self, role: IamRole) -> Iterator[EscalationStep]:
        """Whoever pushes an image decides what runs with the roles that pull it, in any account."""
        if not any(self._mentions(role, action, None) for action in facts.IMAGE_CHANGES):
            return
        for repository in self._repositories:
            if any(self._can(role, action, repository.arn) for action in facts.IMAGE_CHANGES):
                for target in self.graph.sorted_roles():
                    if target.arn != role.arn and self._mentions(target, facts.IMAGE_USE, repository.arn):
                        by = f"pushes images to {repository.name}, which it pulls"
                        yield EscalationStep(role.arn, target.arn, by)

    def _fed(self, role: IamRole) -> Iterator[EscalationStep]:
        """Whoever writes what a pipeline reads decides what its builds run and what it deploys."""
        for runner in self._runners:
            for arn in filter(None, (runner.source, runner.artifacts)):
                behind = [one for one in self._behind[runner.urn] if not self._declares(role, one)]
                if behind and self._writes(role, arn):
                    for target in behind:
                        if target != role.arn:
                            yield EscalationStep(role.arn, target, f"writes {arn}, which {runner.name} reads")

    def _writes(self, role: IamRole, arn: str) -> bool:
        """Whether a role writes an object, or below a prefix that ends with a slash."""
        bucket = self.graph.policy_resource_of(arn)
        if bucket is None:
            return False
        pattern = arn + "*" if arn.endswith("/") else arn
        if not (self._mentions(role, "s3:PutObject", pattern) or _names(bucket.policy or {}, role)):
            return False
        key = role.arn, arn
        if key not in self._answers:
            self._answers[key] = self._puts(role, bucket, arn)
        return self._answers[key]

    def _puts(self, role: IamRole, bucket: PolicyResource, arn: str) -> bool:
        if arn.endswith("/"):
            open_request = role_request(role, ["s3:PutObject"], policy_resource=bucket)
            return self.solver.possible(f"{role.name} writes below {arn}", open_request, within(f"{arn}*"))
        open_request = role_request(role, ["s3:PutObject"], policy_resource=bucket, resource=arn)
        return self.solver.possible(f"{role.name} writes {arn}", open_request)

    def _roles_behind(self, runner: Runner) -> list[str]:
        builds = [r.role_arn for r in self._runners if r.kind == "build" and r.name in runner.starts]
        return sorted({runner.role_arn, *builds})

    def _edited(self, role: IamRole) -> Iterator[EscalationStep]:
        for target in self._by_account[role.account]:
            if self._declares(role, target.arn):
                continue
            raising = (*facts.POLICY_ADDITIONS, *facts.POLICY_REMOVALS)
            if target.arn == role.arn and not any(self._can(role, a, role.arn) for a in raising):
                continue
            pinned = {"iam:PermissionsBoundary": target.boundary_arn} if target.boundary_arn else {}
            for action in (*facts.TRUST_CHANGES, *raising):
                if self._can(role, action, target.arn, pinned):
                    yield EscalationStep(role.arn, target.arn, action)
                    break

    def _state(self, role: IamRole) -> Iterator[EscalationStep]:
        """Whoever writes Pulumi's state decides what the next deployer makes."""
        for bucket in resources_with_purpose(self.graph, "bucket", "state"):
            if self._writes(role, f"{bucket.arn}/"):
                for deployer in self._by_account[bucket.account]:
                    if ROLES[deployer.kind].declares_stacks and deployer.arn != role.arn:
                        yield EscalationStep(role.arn, deployer.arn, f"writes the state in {bucket.name}")

    def _unlimited(self, role: IamRole) -> Iterator[EscalationStep]:
        """What nobody may have: identities and roles without the boundary, and a boundary that can be changed."""
        for action in (*facts.IDENTITY_CHANGES, *facts.BOUNDARY_REMOVAL):
            if self._can(role, action, None):
                yield EscalationStep(role.arn, None, action)
        for action in (*facts.ROLE_CREATION, *facts.BOUNDARY_CHANGE):
            if self._mentions(role, action, None):
                free = without("iam:PermissionsBoundary", self.boundaries)
                if self.solver.possible(
                    f"{role.name} does {action} without the boundary", role_request(role, [action]), free
                ):
                    yield EscalationStep(role.arn, None, f"{action} without the boundary")
        for action, boundary in ((a, b) for a in facts.MANAGED_POLICY_CHANGES for b in self.boundaries):
            if boundary.split(":")[4] == role.account and self._can(role, action, boundary):
                yield EscalationStep(role.arn, None, f"{action} on {boundary}")
        yield from self._foreign_roles(role)

    def _foreign_roles(self, role: IamRole) -> Iterator[EscalationStep]:
        """Roles that are not the platform's: nobody knows what those may do."""
        for action in (
            "sts:AssumeRole",
            "iam:PassRole",
            *facts.ROLE_CREATION,
            *facts.TRUST_CHANGES,
            *facts.POLICY_ADDITIONS,
            *facts.POLICY_REMOVALS,
        ):
            if self._mentions(role, action, None) and not self._within_platform(role, action):
                open_request = role_request(role, [action])
                if self.solver.possible(
                    f"{role.name} does {action} beyond the platform", open_request, beyond(*self._platform_roles)
                ):
                    yield EscalationStep(role.arn, None, f"{action} on a role that is not the platform's")


def _may_lie_below(named: str, start: str) -> bool:
    """Whether a named resource could begin so: the fixed beginnings agree."""
    head = re.split(r"[*?]|\$\{", named, maxsplit=1)[0]
    return head.startswith(start) or (head != named and start.startswith(head))


def _platform_patterns(graph: PolicyGraph) -> set[str]:
    """ARN patterns of the platform's roles in every account: below its path, or by prefix where they have none.

    Where nothing has a prefix, as in another program's stacks, its roles are those that are there.
    """
    prefix = graph.prefix
    if not prefix:
        return set(graph.roles)
    return {graph.scope.role_arn(path, account="*") for path in (f"/{prefix}/", f"/{prefix}-")}


def _resources_of(role: IamRole, action: str) -> tuple[str, ...]:
    """The resources that the role's Allows name for an action, in lower case; empty where none speaks of it."""
    return tuple(
        pattern
        for document in role.identity
        for allowed, resources in _allows(document)
        if _matches(allowed, action)
        for pattern in resources
    )


def _allows(document: Document) -> Sequence[tuple[tuple[str, ...] | None, Sequence[str]]]:
    return _ALLOWS.of(document, None, lambda: list(_read_allows(document)))


def _read_allows(document: Document) -> Iterator[tuple[tuple[str, ...] | None, Sequence[str]]]:
    for statement in statements(document):
        if statement.get("Effect") == "Allow":
            actions = tuple(map(str, as_list(statement["Action"]))) if "Action" in statement else None
            yield actions, as_list(statement.get("Resource", "*"))


_ALLOWS: DocumentCache[Sequence[tuple[tuple[str, ...] | None, Sequence[str]]]] = DocumentCache()


@lru_cache(maxsize=262_144)
def _matches(patterns: tuple[str, ...] | None, action: str) -> bool:
    """Whether an action fits one of the patterns; None stands for NotAction, which may cover anything."""
    return patterns is None or any(fnmatch.fnmatchcase(action, pattern.lower()) for pattern in patterns)


@lru_cache(maxsize=65_536)
def _covers(pattern: str, resource: str) -> bool:
    plain = "".join("*" if part.startswith("${") else part for part in _parts(pattern))
    return fnmatch.fnmatchcase(resource, plain.replace("[", "[[]"))


def _parts(pattern: str) -> list[str]:
    found, rest = [], pattern
    while "${" in rest:
        before, _, after = rest.partition("${")
        variable, _, rest = after.partition("}")
        found += [before, "${" + variable]
    return [*found, rest]


def _names(policy: Document, role: IamRole) -> bool:
    """Whether an Allow of a resource's policy names the role itself, or everybody."""
    principals = (each.get("Principal") for each in statements(policy) if each.get("Effect") == "Allow")
    named = [name for one in principals for name in (as_list(one.get("AWS")) if isinstance(one, Mapping) else [one])]
    return role.arn in named or "*" in named


def _admits_roles(trust: Document) -> bool:
    return any(
        statement.get("Principal") == "*" or "AWS" in (statement.get("Principal") or {})
        for statement in statements(trust)
        if statement.get("Effect") == "Allow"
    )


def _services(trust: Document) -> set[str]:
    return {
        service
        for statement in statements(trust)
        if statement.get("Effect") == "Allow" and isinstance(statement.get("Principal"), dict)
        for service in as_list(statement["Principal"].get("Service"))
    }
