"""Decides every recorded request by the policies of its role, its account and the endpoint that it came through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from policies.access.authorization import AuthorizationRequest, Document
from policies.access.evaluator import Explanation, explain
from policies.access.graph import PolicyGraph
from policies.access.graph.model import account_of
from rehearsal.authorization.external_principals import identity_of
from rehearsal.authorization.new_keys import NewKeys, late_key_tags
from rehearsal.authorization.resource_facts import ResourceFacts
from rehearsal.aws.recorder import Recorded
from rehearsal.service_model.required_action import Right

# A key that is about to be made has the policy that its maker gives it; what remains to decide is the maker's own side.
_NEW_KEY: Document = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "NewKey", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"}],
}
_REQUEST_TAG = "aws:RequestTag/"
# Actions that tag what no stack made, such as jobs, and what a Studio domain makes in its VPC.
_TAGGING = (":AddTags", ":CreateTags", "elasticfilesystem:TagResource")
_POLICY_DELETED, _POLICY_PUT = "s3:DeleteBucketPolicy", "s3:PutBucketPolicy"
_REFUSED = 400
# AWS answers these where it refused by itself; what it refused it need not have allowed.
_DENIED_STATUS = frozenset({401, 403})


@dataclass(frozen=True)
class Decision:
    """One authorization request with its decision, and the API requests that need it: their numbers and operations."""

    question: AuthorizationRequest
    explanation: Explanation
    numbers: list[int] = field(default_factory=list)
    operations: list[str] = field(default_factory=list)
    phases: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class AuthorizationResult:
    """`requests` were decided by `decisions`; `unmapped`: `service:Operation` without required actions."""

    requests: int
    decisions: tuple[Decision, ...]
    unmapped: tuple[str, ...]

    @property
    def refused(self) -> list[Decision]:
        """The denied ones."""
        return [decision for decision in self.decisions if not decision.explanation.allowed]

    @property
    def passed(self) -> bool:
        """Whether everything was decided, and allowed."""
        return not self.refused and not self.unmapped


def decide_all(
    requests: Iterable[Recorded],
    facts: ResourceFacts,
    *,
    earlier: Sequence[tuple[int, ResourceFacts]] = (),
    removals: bool = False,
) -> AuthorizationResult:
    """Decide requests by the graph.

    `earlier` tells of stacks as they stood before they were changed, in order: the number of the first request that is
    no longer decided by them, and the facts. Requests of `pulumi destroy` only with `removals`, where the graph is of
    the stacks as they stood before: in that of the end there is no longer what they removed.
    """
    # One after another, each by its own facts: what was allowed before a change may not be afterwards.
    times: list[tuple[int | None, ResourceFacts, dict[object, Decision]]] = [
        *((until, known, {}) for until, known in earlier),
        (None, facts, {}),
    ]
    # Of what no stack made, such as models: tags that requests gave it before.
    tagged: dict[str, dict[str, str | tuple[str, ...]]] = {}
    # Buckets whose policy was deleted before, when their stack is destroyed.
    without_policy: set[str] = set()
    unmapped: dict[str, None] = {}
    new_keys = NewKeys(facts.existing)
    count = 0
    for line in requests:
        new_keys.see(line)
        if line.status in _DENIED_STATUS or (line.phase.startswith("destroy ") and not removals):
            continue
        count += 1
        if line.rights is None:
            unmapped[f"{line.service}:{line.operation}"] = None
            continue
        _, known, found = next(each for each in times if each[0] is None or line.number < each[0])
        for right, endpoint in _required(line, known):
            tagged_right = replace(right, context={**tagged.get(right.resource, {}), **right.context})
            new = right.action.startswith("kms:") and new_keys.are_of(line.phase, right.resource)
            bare = right.resource.partition("/")[0] in without_policy
            _add(found, line, tagged_right, endpoint, known.graph, new_key=new, without_policy=bare)
            if right.action == _POLICY_DELETED and line.status < _REFUSED:
                without_policy.add(right.resource)
            without_policy -= {right.resource} if right.action == _POLICY_PUT else set()
            if right.action.endswith(_TAGGING):
                tagged.setdefault(right.resource, {}).update(_request_tags(right))
    decisions = [decision for _, _, found in times for decision in found.values()]
    return AuthorizationResult(count, tuple(decisions), tuple(sorted(unmapped)))


def _request_tags(right: Right) -> Iterator[tuple[str, str | tuple[str, ...]]]:
    """The tags of a request, as condition keys of later requests for the same resource."""
    for key, value in right.context.items():
        if key.startswith(_REQUEST_TAG):
            yield key.replace(_REQUEST_TAG, "aws:ResourceTag/"), value


def _required(line: Recorded, facts: ResourceFacts) -> Iterator[tuple[Right, str | None]]:
    for right in line.rights or ():
        resolved = facts.resolve(right)
        # Handing a role over is IAM's matter, and what a service asks for itself comes from the service.
        inside = right.action != "iam:PassRole" and not right.principal
        yield resolved, line.endpoint if inside else None
        for implied in facts.encryption_rights(resolved, line.operation):
            # SNS asks the topic's key for whoever publishes, and hands on what a service said of its source.
            context = {**_sources(resolved), **implied.context} if right.action == "sns:Publish" else implied.context
            yield facts.resolve(replace(implied, principal=right.principal, context=context)), None


def _sources(right: Right) -> dict[str, str | tuple[str, ...]]:
    """The condition keys against the confused deputy that came with a request."""
    return {key: value for key, value in right.context.items() if key in ("aws:SourceArn", "aws:SourceAccount")}


def _add(
    found: dict[object, Decision],
    line: Recorded,
    right: Right,
    endpoint: str | None,
    graph: PolicyGraph,
    *,
    new_key: bool,
    without_policy: bool,
) -> None:
    principal = right.principal or line.role
    context = _context(line, right, principal)
    key = (principal, right.action, right.resource, endpoint, tuple(sorted(context.items())), new_key, without_policy)
    if key not in found:
        question = _question(graph, principal, right, endpoint, context, f"{line.number}.{len(found) + 1}")
        question = replace(question, resource_policy=None) if without_policy else question
        question = late_key_tags(question) if new_key else question
        found[key] = Decision(question, explain(question))
    decision = found[key]
    decision.numbers.append(line.number)
    for values, value in ((decision.operations, f"{line.service}:{line.operation}"), (decision.phases, line.phase)):
        if value not in values:
            values.append(value)


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
