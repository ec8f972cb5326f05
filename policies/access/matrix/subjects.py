"""Who stands in the matrix: every role that was built, and callers outside the platform that must not get in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from catalog.roles import RoleKind
from policies.access.authorization import AuthorizationRequest, Document, RequestContext
from policies.access.graph import IamRole, PolicyGraph
from policies.access.graph.labels import label
from policies.access.graph.model import FOREIGN_ACCOUNT
from policies.access.graph.policy_documents import ALLOW_EVERYTHING


class Outsider(Enum):
    """Callers that have no role of the platform; the value is how the matrix calls them."""

    ACCOUNT_ADMINISTRATOR = "any administrator of the account"
    FOREIGN_ADMINISTRATOR = "an administrator of a foreign account"
    ANONYMOUS = "nobody in particular"


SubjectKind = RoleKind | Outsider
_ELSEWHERE = "elsewhere"


@dataclass(frozen=True, kw_only=True)
class MatrixSubject:
    """Somebody in the matrix. `account_name` is what its account is called, `project` that of the role, if any.

    `identity` are its identity policies where it has no role of the graph.
    """

    kind: SubjectKind
    label: str
    principal: str
    account: str | None
    account_name: str
    project: str | None = None
    identity: tuple[Document, ...] | None = None

    def request(
        self,
        graph: PolicyGraph,
        action: str,
        resource: str,
        *,
        endpoint: str | None = None,
        context: RequestContext | None = None,
        owner: str | None = None,
    ) -> AuthorizationRequest:
        """The subject's request, with the policies of the graph; see `PolicyGraph.authorization_request`."""
        request = graph.authorization_request(
            self.principal, action, resource, endpoint=endpoint, context=context, owner=owner, id=self.label
        )
        return request if self.identity is None else replace(request, identity=self.identity)


def subjects(graph: PolicyGraph) -> list[MatrixSubject]:
    """Every role of the graph, by account and name; then administrators outside the platform, and foreign callers."""
    names = account_names(graph)
    roles = [_subject(graph, role, names) for role in graph.roles.values()]
    roles.sort(key=lambda subject: (subject.account_name, subject.label, subject.principal))
    return [*roles, *_outsiders(graph, names)]


def _subject(graph: PolicyGraph, role: IamRole, names: dict[str, str]) -> MatrixSubject:
    return MatrixSubject(
        kind=role.kind,
        label=label(graph, role),
        principal=role.arn,
        account=role.account,
        account_name=names.get(role.account, role.account),
        project=role.project,
    )


def _outsiders(graph: PolicyGraph, names: dict[str, str]) -> list[MatrixSubject]:
    administrators = [
        _outsider(Outsider.ACCOUNT_ADMINISTRATOR, graph.scope.role_arn("/", "somebody", account=account), account, name)
        for account, name in sorted(names.items(), key=lambda pair: pair[1])
    ]
    foreign = graph.scope.role_arn("/", "somebody", account=FOREIGN_ACCOUNT)
    return [
        *administrators,
        _outsider(Outsider.FOREIGN_ADMINISTRATOR, foreign, FOREIGN_ACCOUNT, _ELSEWHERE),
        MatrixSubject(
            kind=Outsider.ANONYMOUS,
            label=Outsider.ANONYMOUS.value,
            principal="*",
            account=None,
            account_name=_ELSEWHERE,
        ),
    ]


def _outsider(kind: Outsider, principal: str, account: str, account_name: str) -> MatrixSubject:
    return MatrixSubject(
        kind=kind,
        label=kind.value,
        principal=principal,
        account=account,
        account_name=account_name,
        identity=(ALLOW_EVERYTHING,),
    )


def account_names(graph: PolicyGraph) -> dict[str, str]:
    """What an account is called: after its stacks, those of projects and foundations left out."""
    named: dict[str, list[str]] = {}
    for stack, account in sorted(graph.stacks.items()):
        named.setdefault(account, [])
        if not stack.startswith(("project-", "foundation", "user-", "sandbox-")):
            named[account].append(stack)
    return {account: " + ".join(stacks) or account for account, stacks in named.items()}
