"""CodeDeploy of a rehearsal: takes deployments, runs each in a thread, tells the account's bus."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any

from botocore.exceptions import ClientError
from moto.core.request import Request

from rehearsal.aws import logs
from rehearsal.aws.actors import Actor
from rehearsal.aws.answers import Answer, refusal
from rehearsal.aws.cloud import Cloud, NotTrusted
from rehearsal.aws.requests import SignedRequest
from rehearsal.codedeploy.deployment import ENDED, AppSpec, Deployment, new_deployment_id, read_revision
from rehearsal.codedeploy.runner import DeploymentEnded, DeploymentRun
from rehearsal.lambda_functions import LambdaFunctions
from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.service_model.emulator import ServiceRefusal
from rehearsal.service_model.patches import Patches
from rehearsal.services.codedeploy import deployment_config, group, group_of_deployment

Emit = Callable[[str, str, Mapping[str, Any]], None]
_STATES = {"InProgress": "START", "Succeeded": "SUCCESS", "Failed": "FAILURE", "Stopped": "STOP"}


class CodeDeploy:
    """Deployments of all accounts while the context lasts. `emit` puts an event on an account's default bus."""

    def __init__(self, cloud: Cloud, functions: LambdaFunctions, *, emit: Emit) -> None:
        self._cloud, self._emit = cloud, emit
        self._functions = functions
        self._deployments: dict[str, Deployment] = {}
        self._threads: list[threading.Thread] = []
        self._patches = Patches()
        self._lock = threading.Lock()

    def __enter__(self) -> CodeDeploy:
        operations: dict[str, Callable[[Actor, SignedRequest], dict[str, Any]]] = {
            "CreateDeployment": self._create,
            "GetDeployment": self._get,
            "ListDeployments": self._list,
            "PutLifecycleEventHookExecutionStatus": self._report,
            "StopDeployment": self._stop,
        }
        for name, operation in operations.items():
            self._patches.set_item(self._cloud.handlers, f"codedeploy:{name}", _answering(operation))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for deployment in self._deployments.values():
            deployment.stop = deployment.stop or "the rehearsal ended"
            deployment.woken.set()
        for thread in self._threads:
            thread.join(10)
        self._patches.undo()

    def deployments(self) -> list[Deployment]:
        """All deployments, the first first."""
        return list(self._deployments.values())

    # ---- requests

    def _create(self, actor: Actor, question: SignedRequest) -> dict[str, Any]:
        given = question.parameters
        records = self._cloud.records(actor.account, question.region)
        found = group(records, given.get("applicationName"), given.get("deploymentGroupName"))
        config = given.get("deploymentConfigName") or found["deploymentConfigName"]
        spec = read_revision(given.get("revision") or {})
        with self._lock:
            self._idle(found)
            deployment = self._made(actor.account, question.region, found, spec, deployment_config(records, config))
            deployment.revision = dict(given.get("revision") or {})
        thread = threading.Thread(target=self._run, args=(deployment,), daemon=True, name=deployment.id)
        self._threads.append(thread)
        thread.start()
        return {"deploymentId": deployment.id}

    def _idle(self, found: Mapping[str, Any]) -> None:
        for each in self._deployments.values():
            if each.group is found and each.status not in ENDED:
                raise ServiceRefusal(
                    "DeploymentLimitExceededException",
                    f"The Deployment Group '{found['deploymentGroupName']}' already has an active Deployment "
                    f"'{each.id}'",
                )

    def _made(
        self, account: str, region: str, found: Mapping[str, Any], spec: AppSpec, routing: Mapping[str, Any]
    ) -> Deployment:
        deployment = Deployment(new_deployment_id(), account, region, found, spec, routing)
        self._deployments[deployment.id] = deployment
        group_of_deployment[deployment.id] = (found["applicationName"], found["deploymentGroupName"])
        return deployment

    def _of(self, actor: Actor, question: SignedRequest) -> Deployment:
        id_ = str(question.parameters.get("deploymentId"))
        found = self._deployments.get(id_)
        if found is None or (found.account, found.region) != (actor.account, question.region):
            raise ServiceRefusal("DeploymentDoesNotExistException", f"The deployment {id_} could not be found")
        return found

    def _get(self, actor: Actor, question: SignedRequest) -> dict[str, Any]:
        return {"deploymentInfo": self._of(actor, question).info()}

    def _list(self, actor: Actor, question: SignedRequest) -> dict[str, Any]:
        given, statuses = question.parameters, question.parameters.get("includeOnlyStatuses") or ()
        found = [
            each.id
            for each in reversed(self._deployments.values())
            if (each.account, each.region) == (actor.account, question.region)
            and given.get("applicationName") in (None, each.group["applicationName"])
            and given.get("deploymentGroupName") in (None, each.group["deploymentGroupName"])
            and (not statuses or each.status in statuses)
        ]
        return {"deployments": found}

    def _report(self, actor: Actor, question: SignedRequest) -> dict[str, Any]:
        deployment, given = self._of(actor, question), question.parameters
        execution, status = str(given.get("lifecycleEventHookExecutionId")), str(given.get("status"))
        require_hook_status(deployment.hook_status, execution, status)
        deployment.hook_status[execution] = status
        deployment.woken.set()
        return {"lifecycleEventHookExecutionId": execution}

    def _stop(self, actor: Actor, question: SignedRequest) -> dict[str, Any]:
        deployment = self._of(actor, question)
        if deployment.status in ENDED:
            raise ServiceRefusal("DeploymentAlreadyCompletedException", f"{deployment.id} is {deployment.status}")
        deployment.stop = f"stopped by {actor.role_arn.rpartition('/')[2]}"
        deployment.woken.set()
        return {"status": "Pending", "statusMessage": "the deployment is being stopped"}

    # ---- work

    def _run(self, deployment: Deployment) -> None:
        run = DeploymentRun(self._cloud, deployment)
        self._become(deployment, "InProgress")
        try:
            run.run()
        except DeploymentEnded as error:
            self._failed(deployment, run, error.status, error.code, str(error))
        except (ClientError, NotTrusted) as error:
            why = logs.refused(error) if isinstance(error, ClientError) else str(error)
            code = "IAM_ROLE_PERMISSIONS" if "AccessDenied" in why or "trust" in why else "INVALID_LAMBDA_FUNCTION"
            self._failed(deployment, run, "Failed", code, why)
        except Exception as error:  # whoever polls must see an end
            self._failed(deployment, run, "Failed", "INTERNAL_ERROR", f"{type(error).__name__}: {error}")
        else:
            self._become(deployment, "Succeeded")

    def _failed(self, deployment: Deployment, run: DeploymentRun, status: str, code: str, message: str) -> None:
        deployment.error = {"code": code, "message": message}
        if rolls_back(deployment.group["autoRollbackConfiguration"], status, code):
            self._roll_back(deployment, run)
        self._become(deployment, status)

    def _roll_back(self, deployment: Deployment, run: DeploymentRun) -> None:
        """Redeploy what was there, as a deployment of its own."""
        spec = deployment.spec
        back = AppSpec(spec.function, spec.alias, spec.target, spec.current, {})
        undone = self._made(deployment.account, deployment.region, deployment.group, back, {"type": "AllAtOnce"})
        undone.creator = "codeDeployRollback"
        undone.rollback = {"rollbackTriggeringDeploymentId": deployment.id}
        message = f"Deployment {undone.id} has been triggered to roll back {deployment.id}"
        deployment.rollback = {"rollbackDeploymentId": undone.id, "rollbackMessage": message}
        self._become(undone, "InProgress")
        try:
            run.restore()
        except (ClientError, NotTrusted) as error:
            undone.error = {"code": "INVALID_LAMBDA_FUNCTION", "message": str(error)}
            self._become(undone, "Failed")
            return
        self._become(undone, "Succeeded")

    def _become(self, deployment: Deployment, status: str) -> None:
        deployment.ended = time.time() if status in ENDED else 0.0
        deployment.status = status
        found = deployment.group
        names = {"application": found["applicationName"], "deploymentGroup": found["deploymentGroupName"]}
        account, region = deployment.account, deployment.region
        stem = f"arn:aws:codedeploy:{region}:{account}"
        event = {
            "source": "aws.codedeploy",
            "detail-type": "CodeDeploy Deployment State-change Notification",
            "resources": [
                f"{stem}:application:{names['application']}",
                f"{stem}:deploymentgroup:{names['application']}/{names['deploymentGroup']}",
            ],
            "detail": {
                "instanceGroupId": found["deploymentGroupId"],
                "region": region,
                "deploymentId": deployment.id,
                "state": _STATES[status],
                **names,
            },
        }
        self._emit(account, region, event)


@aws_behavior(
    'AWS CodeDeploy User Guide, "Redeploy and roll back a deployment with CodeDeploy": automatic rollbacks by event',
)
def rolls_back(config: Mapping[str, Any], status: str, code: str) -> bool:
    """Traffic goes back by itself only for the events that the group names; else it stays as it was shifted."""
    if not config.get("enabled"):
        return False
    event = "DEPLOYMENT_FAILURE"
    if status == "Stopped":
        event = "DEPLOYMENT_STOP_ON_ALARM" if code == "ALARM_ACTIVE" else "DEPLOYMENT_STOP_ON_REQUEST"
    return event in (config.get("events") or ())


@aws_behavior(
    'AWS CodeDeploy API Reference, "PutLifecycleEventHookExecutionStatus": only Succeeded and Failed, once',
)
def require_hook_status(known: Mapping[str, str | None], execution: str, status: str) -> None:
    """A hook reports Succeeded or Failed for an execution that runs, and cannot take it back."""
    if execution not in known:
        raise ServiceRefusal(
            "InvalidLifecycleEventHookExecutionIdException", f"{execution} is no hook execution of this deployment"
        )
    if status not in ("Succeeded", "Failed"):
        raise ServiceRefusal("InvalidLifecycleEventHookExecutionStatusException", f"{status}: Succeeded or Failed")
    if known[execution] is not None:
        raise ServiceRefusal("LifecycleEventAlreadyCompletedException", f"{execution} has reported already")


def _answering(
    operation: Callable[[Actor, SignedRequest], dict[str, Any]],
) -> Callable[[Actor, SignedRequest, Request], Answer]:
    def handle(actor: Actor, question: SignedRequest, _: Request) -> Answer:
        try:
            answer = operation(actor, question)
        except ServiceRefusal as error:
            return refusal(error.code, str(error), question.service, error.status)
        return 200, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(answer).encode()

    return handle
