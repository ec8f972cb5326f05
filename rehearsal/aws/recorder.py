"""The record of every request: who asked for what, in which account, through which endpoint."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO

from rehearsal.aws.actors import Actor
from rehearsal.aws.requests import SignedRequest
from rehearsal.service_model.required_action import ApiRequest, Right
from rehearsal.services import rights_of, services


@dataclass(frozen=True)
class Recorded:
    """One line of `requests.jsonl`.

    `role` is a role's ARN, or a service principal where AWS itself acts. `endpoint` is the VPC endpoint's id, or
    None outside a VPC. `status` is the HTTP status of the answer. `rights` is what the request needs of its caller,
    with condition keys and nothing else of its parameters; None where no module of `rehearsal.services` has it.
    """

    number: int
    at: float
    phase: str
    role: str
    session: str
    account: str
    endpoint: str | None
    service: str
    operation: str
    resource: str
    status: int
    region: str = ""
    rights: tuple[Right, ...] | None = None

    @property
    def writes(self) -> bool:
        """Whether the operation changes anything, by AWS's own verbs."""
        return not self.operation.startswith(("Describe", "Get", "List", "Head", "BatchGet", "Search", "Assume"))


class Recorder:
    """Collects requests of all threads and processes; writes each line as it comes."""

    def __init__(self, path: Path | None) -> None:
        self.requests: list[Recorded] = []
        self.phase = "start"
        self._heard = True
        self._lock = threading.Lock()
        self._file: IO[str] | None = None
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("w", encoding="utf-8")

    def add(self, actor: Actor, question: SignedRequest, endpoint: str | None, status: int) -> None:
        """Record a request of a role."""
        rights = rights_asked_for(actor, question)
        if rights and question.resource_tags:
            carried = {f"aws:ResourceTag/{key}": value for key, value in question.resource_tags.items()}
            own = f"{question.service}:"
            rights = tuple(
                replace(right, context={**carried, **right.context}) if right.action.startswith(own) else right
                for right in rights
            )
        if rights and actor.source_identity:
            identity = {"aws:SourceIdentity": actor.source_identity}
            rights = tuple(replace(right, context={**right.context, **identity}) for right in rights)
        self._add(actor.role_arn, actor.session, actor.account, endpoint, question, status, rights)

    def add_rights(self, actor: Actor, question: SignedRequest, rights: tuple[Right, ...]) -> None:
        """Record a request that was answered, and that needs these rights, where its parameters do not tell them."""
        self._add(actor.role_arn, actor.session, actor.account, None, question, 200, rights)

    def add_service(
        self,
        principal: str,
        account: str,
        question: SignedRequest,
        source: str = "",
        source_identity: str | None = None,
        context: Mapping[str, str | tuple[str, ...]] | None = None,
    ) -> None:
        """Record an act of AWS itself, such as assuming a service role, for the resource whose ARN is `source`.

        `source_identity` names the person for whom a session is opened, which is a right of its own (STS). `context`
        are the condition keys that the service sends, where they are not those that follow from the source.
        """
        context = dict(source_keys(principal, account, source) if context is None else context)
        actions = [f"{question.service}:{question.operation}"]
        if source_identity:
            context["sts:SourceIdentity"] = source_identity
            actions.append("sts:SetSourceIdentity")
        rights = tuple(Right(action=action, resource=question.resource, context=context) for action in actions)
        self._add(principal, "", account, None, question, 200, rights)

    def _add(
        self,
        role: str,
        session: str,
        account: str,
        endpoint: str | None,
        question: SignedRequest,
        status: int,
        rights: tuple[Right, ...] | None,
    ) -> None:
        with self._lock:
            if not self._heard:
                return
            line = Recorded(
                len(self.requests),
                time.time(),
                self.phase,
                role,
                session,
                account,
                endpoint,
                question.service,
                question.operation,
                question.resource,
                status,
                question.region,
                rights,
            )
            self.requests.append(line)
            if self._file:
                self._file.write(json.dumps(asdict(line)) + "\n")

    def since(self, number: int, matching: Callable[[Recorded], bool] = lambda _: True) -> Iterator[Recorded]:
        """Requests from a number on."""
        return (line for line in self.requests[number:] if matching(line))

    @contextmanager
    def during(self, phase: str) -> Iterator[int]:
        """Name what is happening; gives the number of the phase's first request."""
        before, self.phase = self.phase, phase
        try:
            yield len(self.requests)
        finally:
            self.phase = before

    @contextmanager
    def unheard(self) -> Iterator[None]:
        """Requests of the rehearsal itself, which nobody of the platform makes, are not recorded."""
        self._heard = False
        try:
            yield
        finally:
            self._heard = True

    def close(self) -> None:
        """Finish the file."""
        with self._lock:
            if self._file:
                self._file.close()
                self._file = None


def rights_asked_for(actor: Actor, question: SignedRequest) -> tuple[Right, ...] | None:
    """What a request needs of its caller; None where no module of `rehearsal.services` has its operation."""
    request = ApiRequest(
        service=question.service,
        operation=question.operation,
        account=actor.account,
        region=question.region or actor.region,
        parameters=question.parameters,
    )
    return rights_of(request)


def source_keys(principal: str, account: str, source: str) -> dict[str, str | tuple[str, ...]]:
    """Condition keys against the confused deputy, of a service's request for a resource of an account."""
    service = services().get(principal.partition(".")[0])
    if service is not None and not service.tells_its_source:
        return {}
    owner = source.split(":")[4] if source.count(":") >= 5 and source.split(":")[4] else account
    found: dict[str, str | tuple[str, ...]] = {"aws:SourceAccount": owner}
    return {**found, "aws:SourceArn": source} if source else found
