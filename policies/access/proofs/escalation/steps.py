"""Single steps: from the rights of one role to those of another, each shown possible by the solver."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from policies.access.authorization import Document
from policies.access.graph import PolicyGraph, PolicyResource, Role, Runner
from policies.access.graph.asking import listed, statements
from policies.access.graph.purposes import of, role_kind
from policies.access.proofs.asking import Solver, beyond, role_asks, within, without
from policies.access.proofs.escalation import facts


@dataclass(frozen=True, kw_only=True)
class Step:
    """`source` comes to act as `target` (role ARNs), or `target` is None and nothing limits it any more."""

    source: str
    target: str | None
    by: str


class Steps:
    """The steps that the roles of an graph can take. Only what a statement could speak of is put to the solver."""

    def __init__(self, graph: PolicyGraph, solver: Solver) -> None:
        self.graph, self.solver = graph, solver
        self.boundaries = sorted({r.boundary_arn for r in graph.roles.values() if r.boundary_arn})
        self._by_account: dict[str, list[Role]] = {}
        self._named: dict[tuple[str, str], tuple[str, ...]] = {}
        # Several steps ask the same: which action starts a role, who writes the artifacts that runners share.
        self._answers: dict[tuple[str, ...], bool] = {}
        self._ours = tuple(sorted({pattern for each in graph.roles.values() for pattern in _families(each)}))
        for role in sorted(graph.roles.values(), key=lambda each: each.arn):
            self._by_account.setdefault(role.account, []).append(role)
        self._runners = sorted(graph.runners.values(), key=lambda each: each.urn)

    def of(self, role: Role) -> list[Step]:
        """All steps from one role."""
        return [
            *self._assumed(role),
            *self._passed(role),
            *self._commanded(role),
            *self._fed(role),
            *self._edited(role),
            *self._state(role),
            *self._unlimited(role),
        ]

    # ---- questions

    def _mentions(self, role: Role, action: str, resource: str | None) -> bool:
        """Whether an Allow of the role could speak of action and resource: False is certain, True is not."""
        key = role.arn, action.lower()
        if key not in self._named:
            self._named[key] = _resources_of(role, key[1])
        named = self._named[key]
        return bool(named) and (resource is None or "*" in resource or any(_covers(one, resource) for one in named))

    def _can(
        self,
        role: Role,
        action: str,
        resource: str | None,
        pinned: Mapping[str, str] | None = None,
        *,
        trust: Role | None = None,
    ) -> bool:
        # A trust may name the role itself, which then needs no policy of its own in the same account.
        if not (self._mentions(role, action, resource) or (trust and _names(trust.trust, role))):
            return False
        trusted = trust.arn if trust else ""
        asked = role.arn, action, resource or "", trusted, *(text for pair in (pinned or {}).items() for text in pair)
        if asked not in self._answers:
            opened = role_asks(role, [action], resource=resource, pinned=pinned, trust_of=trust)
            self._answers[asked] = self.solver.possible(f"{role.name} does {action} on {resource}", opened)
        return self._answers[asked]

    def _stays(self, role: Role, action: str) -> bool:
        """Whether all that the role's Allows name for an action lies inside the platform's patterns, as they stand.

        A pattern whose own wildcards fall into those of another is inside it.
        """
        named = self._named[role.arn, action.lower()]
        return all(any(fnmatch.fnmatchcase(one, ours) for ours in self._ours) for one in named)

    # ---- steps

    def _assumed(self, role: Role) -> Iterator[Step]:
        for target in self.graph.roles.values():
            possible = target.arn != role.arn and _admits_roles(target.trust)
            if possible and self._can(role, "sts:AssumeRole", target.arn, trust=target):
                yield Step(source=role.arn, target=target.arn, by="assumes it")

    def _passed(self, role: Role) -> Iterator[Step]:
        if not self._mentions(role, "iam:PassRole", None):
            return
        for target in self._by_account[role.account]:
            for service in sorted(_services(target.trust)):
                pinned = {"iam:PassedToService": service}
                if target.arn == role.arn or not self._can(role, "iam:PassRole", target.arn, pinned):
                    continue
                # What starts a role at a service that is not in the table is not known: anybody may have it.
                starting = facts.PASSED_TO.get(service)
                started = next((a for a in starting if self._can(role, a, None)), None) if starting else "any action"
                if started:
                    yield Step(source=role.arn, target=target.arn, by=f"passes it to {service} with {started}")

    def _commanded(self, role: Role) -> Iterator[Step]:
        for runner in self._runners:
            if runner.role_arn == role.arn or runner.account != role.account:
                continue
            for action in facts.COMMANDED[runner.kind]:
                if self._can(role, action, runner.arn):
                    yield Step(source=role.arn, target=runner.role_arn, by=f"{action} on {runner.kind} {runner.name}")
                    break

    def _fed(self, role: Role) -> Iterator[Step]:
        """Whoever writes what a pipeline reads decides what its builds run and what it deploys."""
        for runner in self._runners:
            for place in (runner.source, runner.artifacts):
                if place and self._writes(role, place):
                    for target in self._roles_behind(runner):
                        if target != role.arn:
                            yield Step(source=role.arn, target=target, by=f"writes {place}, which {runner.name} reads")

    def _writes(self, role: Role, place: str) -> bool:
        bucket = self.graph.policy_resource_of(place)
        if bucket is None:
            return False
        spoken_of = place + "*" if place.endswith("/") else place
        if not (self._mentions(role, "s3:PutObject", spoken_of) or _names(bucket.policy or {}, role)):
            return False
        asked = role.arn, place
        if asked not in self._answers:
            self._answers[asked] = self._puts(role, bucket, place)
        return self._answers[asked]

    def _puts(self, role: Role, bucket: PolicyResource, place: str) -> bool:
        if place.endswith("/"):
            opened = role_asks(role, ["s3:PutObject"], guard=bucket)
            return self.solver.possible(f"{role.name} writes below {place}", opened, within(f"{place}*"))
        opened = role_asks(role, ["s3:PutObject"], guard=bucket, resource=place)
        return self.solver.possible(f"{role.name} writes {place}", opened)

    def _roles_behind(self, runner: Runner) -> list[str]:
        builds = [r.role_arn for r in self._runners if r.kind == "build" and r.name in runner.starts]
        return sorted({runner.role_arn, *builds})

    def _edited(self, role: Role) -> Iterator[Step]:
        for target in self._by_account[role.account]:
            raising = (*facts.WIDENED, *facts.LOOSENED)
            if target.arn == role.arn and not any(self._can(role, a, role.arn) for a in raising):
                continue
            pinned = {"iam:PermissionsBoundary": target.boundary_arn} if target.boundary_arn else {}
            for action in (*facts.RETRUSTED, *raising):
                if self._can(role, action, target.arn, pinned):
                    yield Step(source=role.arn, target=target.arn, by=action)
                    break

    def _state(self, role: Role) -> Iterator[Step]:
        """Whoever writes Pulumi's state decides what the next deployer makes."""
        for bucket in of(self.graph, "bucket", "state"):
            if self._writes(role, f"{bucket.arn}/"):
                for deployer in self._by_account[bucket.account]:
                    if role_kind(deployer) == "deployer" and deployer.arn != role.arn:
                        yield Step(source=role.arn, target=deployer.arn, by=f"writes the state in {bucket.name}")

    def _unlimited(self, role: Role) -> Iterator[Step]:
        """What nobody may have: identities and roles without the boundary, and a boundary that can be changed."""
        for action in (*facts.IDENTITIES, *facts.UNBOUND):
            if self._can(role, action, None):
                yield Step(source=role.arn, target=None, by=action)
        for action in (*facts.CREATED, *facts.REBOUND):
            if self._mentions(role, action, None):
                free = without("iam:PermissionsBoundary", self.boundaries)
                if self.solver.possible(
                    f"{role.name} does {action} without the boundary", role_asks(role, [action]), free
                ):
                    yield Step(source=role.arn, target=None, by=f"{action} without the boundary")
        for action, boundary in ((a, b) for a in facts.REWRITTEN for b in self.boundaries):
            if boundary.split(":")[4] == role.account and self._can(role, action, boundary):
                yield Step(source=role.arn, target=None, by=f"{action} on {boundary}")
        yield from self._elsewhere(role)

    def _elsewhere(self, role: Role) -> Iterator[Step]:
        """Roles that are not the platform's: nobody knows what those may do."""
        for action in (
            "sts:AssumeRole",
            "iam:PassRole",
            *facts.CREATED,
            *facts.RETRUSTED,
            *facts.WIDENED,
            *facts.LOOSENED,
        ):
            if self._mentions(role, action, None) and not self._stays(role, action):
                opened = role_asks(role, [action])
                if self.solver.possible(f"{role.name} does {action} beyond the platform", opened, beyond(*self._ours)):
                    yield Step(source=role.arn, target=None, by=f"{action} on a role that is not the platform's")


def _families(role: Role) -> Iterator[str]:
    """ARN patterns of the platform's roles, in every account: below its path, or by prefix where there is none."""
    partition, prefix = role.arn.split(":")[1], role.path.strip("/").split("/")[0]
    if prefix:
        yield f"arn:{partition}:iam::*:role/{prefix}/*"
        yield f"arn:{partition}:iam::*:role/{prefix}-*"


def _resources_of(role: Role, action: str) -> tuple[str, ...]:
    """The resources that the role's Allows name for an action, in lower case; empty where none speaks of it."""
    return tuple(
        pattern
        for document in role.identity
        for allowed, resources in _allows(document)
        if _matches(allowed, action)
        for pattern in resources
    )


def _allows(document: Document) -> Iterable[tuple[Sequence[str] | None, Sequence[str]]]:
    for statement in statements(document):
        if statement.get("Effect") == "Allow":
            actions = listed(statement["Action"]) if "Action" in statement else None
            yield actions, listed(statement.get("Resource", "*"))


def _matches(patterns: Sequence[str] | None, action: str) -> bool:
    """NotAction is None here: it may cover anything."""
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


def _names(policy: Document, role: Role) -> bool:
    """Whether an Allow of a resource's policy names the role itself, or everybody."""
    principals = (each.get("Principal") for each in statements(policy) if each.get("Effect") == "Allow")
    named = [name for one in principals for name in (listed(one.get("AWS")) if isinstance(one, Mapping) else [one])]
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
        for service in listed(statement["Principal"].get("Service"))
    }
