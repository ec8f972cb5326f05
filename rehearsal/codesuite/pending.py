"""What actions wait for: a person's approval, a function's result; and the artifacts of builds about to start."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from rehearsal.codesuite.records import BuildArtifacts


@dataclass(frozen=True, kw_only=True)
class ApprovalRequest:
    """A manual approval that waits for an approver, who answers with PutApprovalResult and the token.

    `expires` is in seconds since the epoch.
    """

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
        """The notification's JSON (CodePipeline User Guide, "JSON data format for manual approval
        notifications in CodePipeline")."""
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
    """An approval request and, once `answered`, its result."""

    request: ApprovalRequest
    answered: threading.Event = field(default_factory=threading.Event)
    status: str = ""
    summary: str = ""
    by: str = ""


@dataclass
class FunctionJob:
    """A function's job and, once `answered`, its result."""

    id: str
    account: str
    answered: threading.Event = field(default_factory=threading.Event)
    failure: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)


class PendingActions:
    """Open approvals, jobs of functions and artifacts of builds, of all accounts."""

    def __init__(self, on_approval: OnApproval | None = None) -> None:
        self.approvals: dict[str, PendingApproval] = {}
        self.jobs: dict[str, FunctionJob] = {}
        self._build_artifacts: dict[str, tuple[BuildArtifacts, str]] = {}
        self._on_approval = on_approval
        self._lock = threading.Lock()

    def open_approval(self, request: ApprovalRequest) -> PendingApproval:
        """Keep an approval request until it is answered."""
        self.approvals[request.token] = PendingApproval(request)
        return self.approvals[request.token]

    def notify_approver(self, request: ApprovalRequest) -> None:
        """Call `on_approval` in a thread of its own."""
        if self._on_approval is not None:
            threading.Thread(target=self._on_approval, args=(request,), daemon=True, name="approver").start()

    def expire_approval(self, token: str) -> None:
        """Close an approval that nobody answered."""
        self.approvals.pop(token, None)

    def answer(self, token: str, *, status: str, summary: str, by: str) -> bool:
        """Answer an approval. False where it has been answered already."""
        pending = self.approvals[token]
        with self._lock:
            if pending.answered.is_set():
                return False
            pending.status, pending.summary, pending.by = status, summary, by
            pending.answered.set()
        return True

    def open_job(self, account: str) -> FunctionJob:
        """A new job for a function."""
        job = FunctionJob(str(uuid.uuid4()), account)
        self.jobs[job.id] = job
        return job

    def keep_build_artifacts(self, pipeline_artifacts: BuildArtifacts, initiator: str) -> str:
        """Keep artifacts for a build that is about to be started. Gives the token that the start carries."""
        token = str(uuid.uuid4())
        self._build_artifacts[token] = (pipeline_artifacts, initiator)
        return token

    def take_build_artifacts(self, token: str) -> tuple[BuildArtifacts, str] | None:
        """The artifacts of a start, once."""
        return self._build_artifacts.pop(token, None)
