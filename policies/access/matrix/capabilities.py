"""What the matrix asks about: capabilities, each of one authorization request or several that must all be allowed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from policies.access.authorization import AuthorizationRequest
from policies.access.graph import PolicyGraph
from policies.access.matrix.subjects import MatrixSubject

OWN, OTHER = "own project", "other project"
_ANOTHER_PROJECT = "another"


class Area(Enum):
    """What capabilities are about; the value begins a section's title."""

    BUCKET = "Bucket"
    KEY = "Key"
    REGISTRY = "Registry"
    ENDPOINTS = "Endpoints"
    DELIVERY = "Delivery"
    RIGHTS = "Rights"


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a request comes from: `inside` the subject's own VPC, through its VPC endpoints, or anywhere else."""

    inside: bool

    def endpoint(self, graph: PolicyGraph, subject: MatrixSubject, service: str) -> str | None:
        """Id of the VPC endpoint that a request to a service passes, if any."""
        if not self.inside or subject.account is None:
            return None
        endpoint = graph.endpoint(subject.account, service)
        return endpoint.id if endpoint else None


# What must all be allowed; None where it makes no sense for the subject.
Requests = list[AuthorizationRequest] | None
Query = Callable[[PolicyGraph, MatrixSubject, Origin], Requests]


@dataclass(frozen=True, kw_only=True)
class Capability:
    """A column of the matrix: `verb` what, to which `target`, in an area.

    `purpose` is that of the bucket or key; `stack` is the one that made it, or whose account it is about. `query` gives
    the requests that must all be allowed; None where the capability makes no sense for a subject. `things` are words
    for what the verb is done to, where neither purpose nor area says it: a query may use them.
    """

    area: Area
    verb: str
    query: Query
    target: str = ""
    purpose: str = ""
    stack: str = ""
    things: tuple[str, ...] = ()

    @property
    def of_own_project(self) -> bool:
        """Whether it is about something of the subject's own projects."""
        return self.target.startswith("own ")

    @property
    def of_other_project(self) -> bool:
        """Whether it is about something of projects that are not the subject's."""
        return self.target.startswith("other ")

    @property
    def section(self) -> str:
        """Title of the section that the column stands in."""
        if self.purpose:
            return f"{self.area.value} {self.purpose}, {self.stack}"
        return f"{self.area.value}, {self.stack}" if self.area is Area.ENDPOINTS else self.area.value

    @property
    def column(self) -> str:
        """Heading of the column."""
        verb = f"{self.verb} in {self.stack}" if self.area is Area.DELIVERY and self.stack else self.verb
        return f"{verb}: {self.target}" if self.target else verb


def project_of(graph: PolicyGraph, subject: MatrixSubject, target: str) -> str | None:
    """The project that a target means: the subject's own, None where it has none, or one that is not the subject's."""
    if target == OWN:
        return subject.project
    return other_project(graph, subject)


def other_project(graph: PolicyGraph, subject: MatrixSubject) -> str:
    """The project that is asked about, or else one that is not the subject's."""
    others = (project for project in graph.projects if project != subject.project)
    return subject.other or next(others, _ANOTHER_PROJECT)
