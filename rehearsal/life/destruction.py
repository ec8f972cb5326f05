"""The platform's destruction in the documented order (docs/removal.md), refusals and what people then do about them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from catalog.names import ProjectNames
from catalog.roles import RoleKind
from catalog.scope import Scope
from rehearsal.aws.actors import Actor
from rehearsal.aws.cloud import unique
from rehearsal.aws.requests import SignedRequest
from rehearsal.cloudformation.stack_sets import StackSets
from rehearsal.engine.state import StackFailed
from rehearsal.environment import RehearsalEnvironment
from rehearsal.journey.steps import JourneyFailed
from rehearsal.life.suspension import suspended
from rehearsal.plan import PlannedStack
from rehearsal.report import RehearsalReport
from rehearsal.service_model.patches import Patches
from settings.project_file import NAMESPACE

# An operation that nobody waits for any more ends by itself, so that a failed rehearsal ends, too.
LONGEST_OPERATION_SECONDS = 60.0


class Destruction:
    """Destroys stacks, and says what stood in the way."""

    def __init__(
        self, environment: RehearsalEnvironment, planned: Sequence[PlannedStack], report: RehearsalReport
    ) -> None:
        self._environment, self._planned, self._report = environment, list(planned), report

    def refused(self, stack: str, *words: str) -> str:
        """Destroy a stack in vain: the refusal has these words, and nothing was destroyed. Gives the refusal."""
        before = set(self._environment.engine.stacks[stack].resources)
        try:
            self._environment.destroy(stack)
        except StackFailed as error:
            told = str(error)
        else:
            raise JourneyFailed(f"{stack} was destroyed, and should have been refused")
        missing = [word for word in words if word not in told]
        if missing:
            raise JourneyFailed(f"the refusal to destroy {stack} does not say {', '.join(missing)}: {told}")
        after = set(self._environment.engine.stacks[stack].resources)
        lost = [*sorted(before - after), *self._environment.missing(stack)]
        if lost:
            raise JourneyFailed(f"{stack} is half destroyed: {len(lost)} resources, such as {lost[0]}: {told}")
        return told

    def agree(self, stack: str, removal: Mapping[str, Any]) -> None:
        """Bring a stack up with what may be lost, and without protection."""
        planned = self._of(stack)
        config = {f"{NAMESPACE}protect": "false", f"{NAMESPACE}removal": json.dumps(removal)}
        agreed = replace(planned, config={**planned.config, **config})
        self._planned[self._planned.index(planned)] = agreed
        self._environment.up(agreed)
        self._environment.keep(stack)

    def destroy(self, *stacks: str) -> str:
        """Destroy stacks, one after another. Raises JourneyFailed."""
        for stack in stacks:
            planned = self._of(stack)
            try:
                if planned.settings.protect and f"{NAMESPACE}removal" not in planned.config:
                    self._environment.unprotect(planned)
                self._environment.destroy(stack)
            except StackFailed as error:
                raise JourneyFailed(str(error)) from None
            self._report.destroyed.append(stack)
        return ", ".join(stacks)

    def _of(self, stack: str) -> PlannedStack:
        return next(planned for planned in self._planned if planned.stack == stack)

    # ---- one project, with everything that may be in the way

    def project(self, stack: str) -> str:
        """A project whose models are wanted, with an account suspended and an operation under way."""
        project = self._project(stack)
        production = self._workload(stack, "production")
        with suspended(production), self._operation_under_way(stack, project.stack_set("staging")):
            self.refused(stack, project.group(), "version 1", "removal.delete", "Nothing was destroyed")
            self.agree(stack, {"delete": ["models"]})
            told = self._stopped_half_way(stack)
            for words in (production, "should have", "removal.retainStacksIn"):
                if words not in told:
                    raise JourneyFailed(f"the refusal to destroy {stack} does not say {words}: {told}")
            self.agree(stack, {"delete": ["models"], "retainStacksIn": [production]})
            self.destroy(stack)
        return f"account {production} stayed out, the operation was waited for, models went when it was agreed"

    def _stopped_half_way(self, stack: str) -> str:
        """Destroy a stack in vain, and bring it up again as it was. Gives the refusal."""
        try:
            self._environment.destroy(stack)
        except StackFailed as error:
            return str(error)
        raise JourneyFailed(f"{stack} was destroyed, though an account is suspended")

    @contextmanager
    def _operation_under_way(self, stack: str, stack_set: str) -> Iterator[None]:
        """An update of a StackSet that lasts until somebody was told to wait for it."""
        cloud, told = self._environment.cloud, threading.Event()
        patches = Patches()

        def held(original: Any, sets: StackSets, acted_on: Any, *arguments: Any) -> Any:
            if acted_on.name == stack_set:
                told.wait(LONGEST_OPERATION_SECONDS)
            return original(sets, acted_on, *arguments)

        def listen(_: Actor, question: SignedRequest, status: int) -> None:
            if question.operation == "DeleteStackInstances" and status >= 400:
                told.set()

        patches.wrap(StackSets, "_run_target", held)
        cloud.after.append(listen)
        try:
            self._update(stack, stack_set)
            yield
        finally:
            told.set()
            cloud.after.remove(listen)
            patches.undo()

    def _update(self, stack: str, stack_set: str) -> None:
        """Update a StackSet's instances as the deploy pipeline does."""
        settings = self._of(stack).settings
        scope = Scope.of_account(settings.account, settings.region, settings.prefix)
        role = self._project(stack).role_arn(scope, RoleKind.DEPLOY_PIPELINE)
        arn = scope.arn("codepipeline", self._project(stack).code_pipeline("deploy"))
        pipeline = self._environment.cloud.service_assume(
            role, service="codepipeline.amazonaws.com", session=unique("codepipeline"), source=arn
        )
        client = self._environment.cloud.client(pipeline, "cloudformation")
        client.update_stack_instances(
            StackSetName=stack_set, Accounts=[self._workload(stack, "staging")], Regions=[settings.region]
        )

    def _project(self, stack: str) -> ProjectNames:
        outputs = self._environment.engine.stacks[stack].outputs
        return ProjectNames(self._of(stack).settings.prefix, outputs["project"])

    def _workload(self, stack: str, stage: str) -> str:
        data_science = self._environment.engine.stacks[self._of(stack).settings.data_science].outputs  # type: ignore[union-attr]
        served = [str(w["account"]) for w in data_science["workloads"] if w["stage"] == stage]
        if not served or served[0] == data_science["account"]:
            raise JourneyFailed(f"the whole life needs a workload account of its own for {stage}, which is suspended")
        return served[0]

    def retained_stacks(self, account: str) -> str:
        """The owner of an account that is open again deletes the stacks that were retained there."""
        client = self._environment.cloud.client(self._environment.cloud.owner(account), "cloudformation")
        stacks = [
            stack["StackName"]
            for stack in client.describe_stacks()["Stacks"]
            if stack["StackName"].startswith("StackSet-")
        ]
        for name in stacks:
            client.delete_stack(StackName=name)
        if not stacks:
            raise JourneyFailed(f"no stack was retained in account {account}")
        return f"{len(stacks)} stack deleted in account {account}, which is open again"

    # ---- the data science account

    def data_science(self, stack: str) -> str:
        """The data science account, whose data, models and spaces are wanted."""
        self.refused(stack, "space notebooks", "data", "models", "removal.delete", "Nothing was destroyed")
        self.agree(stack, {"delete": ["data", "models", "studio"]})
        self.destroy(stack)
        return "refused while data, models or spaces would be lost; destroyed when it was agreed"
