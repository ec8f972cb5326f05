"""Every recorded request, put to the evaluator with its role, its account and the endpoint that it came through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from policies.access.authorization import AuthorizationRequest, Document
from policies.access.evaluator import Explanation, explain
from policies.access.graph import PolicyGraph
from policies.access.graph.model import account_of
from rehearsal.authorization.foreign import identity_of
from rehearsal.authorization.known import Known
from rehearsal.authorization.need import Right
from rehearsal.aws.recorder import Recorded

# A key that is about to be made has the policy that its maker gives it; what remains to decide is the maker's own side.
_NEW_KEY: Document = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "NewKey", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"}],
}
_REQUESTED = "aws:RequestTag/"
# AWS answers these where it refused by itself; what it refused it need not have allowed.
_REFUSED = frozenset({401, 403})


@dataclass(frozen=True)
class Asked:
    """One question, and the requests that put it: their numbers and operations, in order."""

    question: AuthorizationRequest
    explanation: Explanation
    numbers: list[int] = field(default_factory=list)
    operations: list[str] = field(default_factory=list)
    phases: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Decided:
    """`requests` were decided by `asked`; `unmapped` are operations that no table has, as `service:Operation`."""

    requests: int
    asked: tuple[Asked, ...]
    unmapped: tuple[str, ...]

    @property
    def refused(self) -> list[Asked]:
        """Questions that were answered with no."""
        return [one for one in self.asked if not one.explanation.allowed]

    @property
    def passed(self) -> bool:
        """Whether everything was decided, and allowed."""
        return not self.refused and not self.unmapped


def decide_all(requests: Iterable[Recorded], known: Known) -> Decided:
    """Decide requests by the graph as it is in the end. Removals are not: what they removed is no longer in it."""
    found: dict[object, Asked] = {}
    # Of what no stack made, such as models: tags that requests gave it before.
    tagged: dict[str, dict[str, str | tuple[str, ...]]] = {}
    unmapped: dict[str, None] = {}
    count = 0
    for line in requests:
        if line.phase.startswith("destroy ") or line.status in _REFUSED:
            continue
        count += 1
        if line.rights is None:
            unmapped[f"{line.service}:{line.operation}"] = None
            continue
        for right, endpoint in _needed(line, known):
            asked = replace(right, context={**tagged.get(right.resource, {}), **right.context})
            _add(found, line, asked, endpoint, known.graph)
            if right.action.endswith(":AddTags"):
                tagged.setdefault(right.resource, {}).update(_given(right))
    return Decided(count, tuple(found.values()), tuple(sorted(unmapped)))


def _given(right: Right) -> Iterator[tuple[str, str | tuple[str, ...]]]:
    """The tags of a request, as condition keys of later requests for the same resource."""
    for key, value in right.context.items():
        if key.startswith(_REQUESTED):
            yield key.replace(_REQUESTED, "aws:ResourceTag/"), value


def _needed(line: Recorded, known: Known) -> Iterator[tuple[Right, str | None]]:
    for right in line.rights or ():
        settled = known.settled(right)
        # Handing a role over is IAM's matter, and what a service asks for itself comes from the service.
        inside = right.action != "iam:PassRole" and not right.principal
        yield settled, line.endpoint if inside else None
        for implied in known.implied(settled, line.operation):
            yield known.settled(replace(implied, principal=right.principal)), None


def _add(found: dict[object, Asked], line: Recorded, right: Right, endpoint: str | None, graph: PolicyGraph) -> None:
    principal = right.principal or line.role
    context = _context(line, right, principal)
    key = (principal, right.action, right.resource, endpoint, tuple(sorted(context.items())))
    if key not in found:
        question = _question(graph, principal, right, endpoint, context, f"{len(found) + 1}")
        found[key] = Asked(question, explain(question))
    asked = found[key]
    asked.numbers.append(line.number)
    for many, one in ((asked.operations, f"{line.service}:{line.operation}"), (asked.phases, line.phase)):
        if one not in many:
            many.append(one)


def _context(line: Recorded, right: Right, principal: str) -> Mapping[str, str | tuple[str, ...]]:
    context: dict[str, str | tuple[str, ...]] = dict(right.context)
    if line.region:
        context["aws:RequestedRegion"] = line.region
    if right.action.startswith("kms:"):
        context["kms:CallerAccount"] = account_of(principal) or line.account
    return context


def _question(
    graph: PolicyGraph,
    principal: str,
    right: Right,
    endpoint: str | None,
    context: Mapping[str, str | Sequence[str]],
    number: str,
) -> AuthorizationRequest:
    question = graph.authorization_request(
        principal,
        right.action,
        right.resource,
        endpoint=endpoint,
        context=context,
        id=number,
    )
    if principal not in graph.roles:
        question = replace(question, identity=identity_of(principal))
    if right.action.startswith("kms:") and right.resource.endswith(":key/*"):
        question = replace(question, resource_policy=_NEW_KEY)
    return question if question.owner else replace(question, owner=account_of(right.resource) or "")
