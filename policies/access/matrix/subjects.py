"""Who stands in the matrix: every role that was built, and callers outside the platform that must not get in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from catalog.roles import ROLES, RoleKind
from policies.access.authorization import AuthorizationRequest, Document, RequestContext
from policies.access.graph import IamRole, PolicyGraph
from policies.access.graph.labels import label
from policies.access.graph.model import FOREIGN_ACCOUNT
from policies.access.graph.policy_documents import ALLOW_EVERYTHING
from policies.access.matrix.other_projects import OtherProjects
from policies.access.matrix.trusts import trusted


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

    `works_on` are the projects of somebody whose role belongs to none, such as a scientist's; `others` are the projects
    that stand for all which are not the subject's own. Queries take `project` for the own one and, where it is set,
    `other` for the other one. `identity` are its identity policies where it has no role of the graph.
    """

    kind: SubjectKind
    label: str
    principal: str
    account: str | None
    account_name: str
    project: str | None = None
    works_on: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    other: str | None = None
    identity: tuple[Document, ...] | None = None

    @property
    def own_projects(self) -> tuple[str, ...]:
        """Every project that is the subject's own."""
        return (self.project,) if self.project else self.works_on

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
    works_on = projects_of_people(graph)
    roles = [_subject(graph, role, names, works_on.get(role.arn, ())) for role in graph.roles.values()]
    roles.sort(key=lambda subject: (subject.account_name, subject.label, subject.principal))
    others = OtherProjects(graph)
    found = [*roles, *_outsiders(graph, names)]
    return [replace(one, others=others.of(one.own_projects, graph.roles.get(one.principal))) for one in found]


def projects_of_people(graph: PolicyGraph) -> dict[str, tuple[str, ...]]:
    """Roles of people who belong to no project -> the projects that let them work for them.

    A scientist hands code and data to a project with its publish role, whose trust policy names who may.
    """
    found: dict[str, set[str]] = {}
    for role in graph.roles.values():
        if role.project and ROLES[role.kind].acts_for_scientists:
            for principal in trusted(role.trust):
                found.setdefault(principal, set()).add(role.project)
    return {principal: tuple(sorted(projects)) for principal, projects in found.items()}


def _subject(graph: PolicyGraph, role: IamRole, names: dict[str, str], works_on: tuple[str, ...]) -> MatrixSubject:
    return MatrixSubject(
        kind=role.kind,
        label=label(graph, role),
        principal=role.arn,
        account=role.account,
        account_name=names.get(role.account, role.account),
        project=role.project,
        works_on=works_on,
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
