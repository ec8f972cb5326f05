"""What actions wait for: a person's approval, a function's result; and what they hand to a build."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from rehearsal.codesuite.records import Handover


@dataclass(frozen=True, kw_only=True)
class ApprovalRequest:
    """What an approver is asked. Answer it with PutApprovalResult and the token. `expires`: seconds since the epoch."""

    account: str
    region: str
    pipeline: str
    execution: str
    stage: str
    action: str
    token: str
    custom_data: str
    link: str
    expires: float

    def message(self) -> str:
        """The notification's JSON (CP approvals-json-format)."""
        console = f"https://console.aws.amazon.com/codesuite/codepipeline/pipelines/{self.pipeline}/view"
        approval = {
            "pipelineName": self.pipeline,
            "stageName": self.stage,
            "actionName": self.action,
            "token": self.token,
            "expires": time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime(self.expires)),
            "externalEntityLink": self.link,
            "approvalReviewLink": f"{console}?region={self.region}#/{self.stage}/{self.action}/approve/{self.token}",
            "customData": self.custom_data,
        }
        return json.dumps({"region": self.region, "consoleLink": console, "approval": approval})


OnApproval = Callable[[ApprovalRequest], None]


@dataclass
class PendingApproval:
    """An open question and, once `answered`, its answer."""

    request: ApprovalRequest
    answered: threading.Event = field(default_factory=threading.Event)
    status: str = ""
    summary: str = ""
    by: str = ""


@dataclass
class Job:
    """A function's job and, once `answered`, its result."""

    id: str
    account: str
    answered: threading.Event = field(default_factory=threading.Event)
    failure: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)


class Waiting:
    """Everything that somebody waits for, of all accounts."""

    def __init__(self, on_approval: OnApproval | None = None) -> None:
        self.approvals: dict[str, PendingApproval] = {}
        self.jobs: dict[str, Job] = {}
        self._handovers: dict[str, tuple[Handover, str]] = {}
        self._on_approval = on_approval
        self._lock = threading.Lock()

    def ask(self, request: ApprovalRequest) -> PendingApproval:
        """Open a question."""
        self.approvals[request.token] = PendingApproval(request)
        return self.approvals[request.token]

    def announce(self, request: ApprovalRequest) -> None:
        """Tell whoever approves in this rehearsal, in a thread of its own."""
        if self._on_approval is not None:
            threading.Thread(target=self._on_approval, args=(request,), daemon=True, name="approver").start()

    def forget(self, token: str) -> None:
        """Close a question that nobody answered."""
        self.approvals.pop(token, None)

    def answer(self, token: str, *, status: str, summary: str, by: str) -> bool:
        """Answer a question. False where it has been answered already."""
        pending = self.approvals[token]
        with self._lock:
            if pending.answered.is_set():
                return False
            pending.status, pending.summary, pending.by = status, summary, by
            pending.answered.set()
        return True

    def open_job(self, account: str) -> Job:
        """A new job for a function."""
        job = Job(str(uuid.uuid4()), account)
        self.jobs[job.id] = job
        return job

    def hand_over(self, handover: Handover, initiator: str) -> str:
        """Keep artifacts for a build that is about to be started. Gives the token that the start carries."""
        token = str(uuid.uuid4())
        self._handovers[token] = (handover, initiator)
        return token

    def take_over(self, token: str) -> tuple[Handover, str] | None:
        """The artifacts of a start, once."""
        return self._handovers.pop(token, None)
