"""Processing jobs that somebody starts by a request of their own, and not a pipeline in a step."""

from __future__ import annotations

import threading

from rehearsal.aws.actors import Actor
from rehearsal.aws.requests import SignedRequest
from rehearsal.sagemaker.jobs import JobRunner
from rehearsal.sagemaker.step_types import OF_PIPELINE
from rehearsal.sagemaker.steps.processing import PROCESSING_JOB


class StartedJobs:
    """Runs each such job in a thread; a pipeline's step runs its own."""

    def __init__(self, jobs: JobRunner) -> None:
        self._jobs = jobs
        self._threads: list[threading.Thread] = []

    def see(self, actor: Actor, question: SignedRequest, status: int) -> None:
        """Take note of a request that was answered."""
        name = str(question.parameters.get("ProcessingJobName", ""))
        if question.operation != "CreateProcessingJob" or status >= 400 or name.startswith(OF_PIPELINE):
            return
        thread = threading.Thread(
            target=self._jobs.run,
            args=(PROCESSING_JOB, actor.account, name),
            kwargs={"region": question.region},
            daemon=True,
            name="processing-job",
        )
        self._threads.append(thread)
        thread.start()

    def close(self) -> None:
        """Wait for jobs that run."""
        for thread in self._threads:
            thread.join(60)
