"""Who stands in the matrix: every role that was built, and the strangers that must not get in."""

from __future__ import annotations

from dataclasses import dataclass, replace

from policies.access.authorization import AuthorizationRequest, Document, RequestContext
from policies.access.graph import PolicyGraph, Role
from policies.access.graph.asking import EVERYTHING
from policies.access.graph.model import STRANGER


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A row of the matrix. `project` is the one that the role belongs to; `identity` replaces what was built."""

    label: str
    principal: str
    account: str | None
    place: str
    project: str | None = None
    user: str | None = None
    identity: tuple[Document, ...] | None = None

    def ask(
        self,
        graph: PolicyGraph,
        action: str,
        resource: str,
        *,
        endpoint: str | None = None,
        context: RequestContext | None = None,
        owner: str | None = None,
    ) -> AuthorizationRequest:
        """The subject's question to the graph."""
        question = graph.authorization_request(
            self.principal, action, resource, endpoint=endpoint, context=context, owner=owner, id=self.label
        )
        return question if self.identity is None else replace(question, identity=self.identity)


def subjects(graph: PolicyGraph) -> list[Subject]:
    """Every role of the graph, by account and name; then administrators outside the platform, and strangers."""
    places = account_names(graph)
    mine = [_subject(role, places) for role in graph.roles.values()]
    return [*sorted(mine, key=lambda one: (one.place, one.label, one.principal)), *_outsiders(graph, places)]


def _subject(role: Role, places: dict[str, str]) -> Subject:
    project, user = role.tags.get("project"), role.tags.get("user")
    label = role.name
    if project:
        label = _replaced(label, project, "<project>")
    if user:
        label = _replaced(label, user, "<user>")
    return Subject(
        label=label,
        principal=role.arn,
        account=role.account,
        place=places.get(role.account, role.account),
        project=project,
        user=user,
    )


def _replaced(name: str, part: str, by: str) -> str:
    """The name with one whole part between hyphens replaced."""
    return f"-{name}-".replace(f"-{part}-", f"-{by}-", 1)[1:-1]


def _outsiders(graph: PolicyGraph, places: dict[str, str]) -> list[Subject]:
    partition = next(iter(graph.roles)).split(":")[1] if graph.roles else "aws"
    found = [
        Subject(
            label="any administrator of the account",
            principal=f"arn:{partition}:iam::{account}:role/somebody",
            account=account,
            place=places[account],
            identity=(EVERYTHING,),
        )
        for account in sorted(places, key=lambda each: places[each])
    ]
    stranger = Subject(
        label="an administrator of a foreign account",
        principal=f"arn:{partition}:iam::{STRANGER}:role/stranger",
        account=STRANGER,
        place="elsewhere",
        identity=(EVERYTHING,),
    )
    return [*found, stranger, Subject(label="nobody in particular", principal="*", account=None, place="elsewhere")]


def account_names(graph: PolicyGraph) -> dict[str, str]:
    """What an account is called: after its stacks, those of projects and foundations left out."""
    named: dict[str, list[str]] = {}
    for stack, account in sorted(graph.stacks.items()):
        named.setdefault(account, [])
        if not stack.startswith(("project-", "foundation", "user-", "sandbox-")):
            named[account].append(stack)
    return {account: " + ".join(stacks) or account for account, stacks in named.items()}
