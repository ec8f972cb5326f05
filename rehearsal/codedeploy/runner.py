"""Runs one deployment: hook, traffic in steps, hook; alarms and requests stop it, and traffic goes back.

Sources: AWS CodeDeploy User Guide, "Deployments on an AWS Lambda compute platform", "AppSpec 'hooks' section",
"Redeploy and roll back a deployment with CodeDeploy", "Monitoring deployments with CloudWatch alarms in CodeDeploy".
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.aws import logs
from rehearsal.aws.cloud import Cloud, NotTrusted
from rehearsal.codedeploy.deployment import AppSpec, Deployment
from rehearsal.service_model.aws_behavior import aws_behavior

_CODEDEPLOY = "codedeploy.amazonaws.com"
_POLL_SECONDS = 5.0
HOOK_SECONDS = 3600.0


class DeploymentEnded(Exception):
    """A deployment does not go on: as `Failed` or `Stopped`, with CodeDeploy's error code."""

    def __init__(self, status: str, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


@aws_behavior(
    'AWS CodeDeploy User Guide, "Deployment configurations on an AWS Lambda compute platform"',
)
def traffic_steps(routing: Mapping[str, Any]) -> Iterator[tuple[int, float]]:
    """The shares that the new version gets, each with the seconds until the next: canary, linear or all at once."""
    if routing["type"] == "TimeBasedCanary":
        stated = routing["timeBasedCanary"]
        yield int(stated["canaryPercentage"]), 60.0 * int(stated["canaryInterval"])
    if routing["type"] == "TimeBasedLinear":
        stated = routing["timeBasedLinear"]
        step, seconds = int(stated["linearPercentage"]), 60.0 * int(stated["linearInterval"])
        yield from ((share, seconds) for share in range(step, 100, step))
    yield 100, 0.0


class DeploymentRun:
    """One deployment at work, as the group's service role."""

    def __init__(self, cloud: Cloud, deployment: Deployment) -> None:
        self._cloud, self._deployment, self._clock = cloud, deployment, cloud.clock
        self._spec: AppSpec = deployment.spec
        self._looked = 0.0

    def run(self) -> None:
        """Run to the end. Raises DeploymentEnded, ClientError or NotTrusted."""
        self._require_current()
        self._watch()
        self._hook("BeforeAllowTraffic")
        for share, seconds in traffic_steps(self._deployment.routing):
            self._shift(share)
            self._wait(seconds)
        self._hook("AfterAllowTraffic")

    def restore(self) -> None:
        """Send all traffic to the version of before."""
        self._lambda().update_alias(
            FunctionName=self._spec.function,
            Name=self._spec.alias,
            FunctionVersion=self._spec.current,
            RoutingConfig={"AdditionalVersionWeights": {}},
        )

    def _client(self, service: str) -> Any:
        actor = self._cloud.service_assume(
            self._deployment.group["serviceRoleArn"],
            service=_CODEDEPLOY,
            session=self._deployment.id,
            region=self._deployment.region,
            source=self._deployment.group_arn,
        )
        return self._cloud.client(actor, service, self._deployment.region)

    def _lambda(self) -> Any:
        return self._client("lambda")

    def _require_current(self) -> None:
        alias = self._lambda().get_alias(FunctionName=self._spec.function, Name=self._spec.alias)
        if str(alias["FunctionVersion"]) != self._spec.current:
            raise DeploymentEnded(
                "Failed",
                "INVALID_LAMBDA_CONFIGURATION",
                f"the alias leads to version {alias['FunctionVersion']}, the AppSpec's CurrentVersion is "
                f"{self._spec.current}",
            )

    def _shift(self, share: int) -> None:
        spec = self._spec
        weights = {} if share == 100 else {spec.target: share / 100}
        self._lambda().update_alias(
            FunctionName=spec.function,
            Name=spec.alias,
            FunctionVersion=spec.target if share == 100 else spec.current,
            RoutingConfig={"AdditionalVersionWeights": weights},
        )
        self._deployment.events.append({"share": share, "at": time.time()})

    def _wait(self, seconds: float) -> None:
        """Wait for so many of AWS's seconds, looking at alarms and at requests to stop."""
        end = self._clock.monotonic() + seconds
        while (left := end - self._clock.monotonic()) > 0:
            self._watch()
            if not self._clock.wait(min(_POLL_SECONDS, left)):
                raise DeploymentEnded("Stopped", "MANUAL_STOP", "the rehearsal ended")
        self._watch()

    def _watch(self) -> None:
        if self._deployment.stop:
            raise DeploymentEnded("Stopped", "MANUAL_STOP", self._deployment.stop)
        config = self._deployment.group["alarmConfiguration"]
        names = [each["name"] for each in config.get("alarms") or ()] if config.get("enabled") else []
        if not names:
            return
        try:
            answer = self._client("cloudwatch").describe_alarms(
                AlarmNames=names, AlarmTypes=["MetricAlarm", "CompositeAlarm"]
            )
        except ClientError as error:
            if config.get("ignorePollAlarmFailure"):
                return
            raise DeploymentEnded("Stopped", "ALARM_ACTIVE", f"alarms cannot be read: {logs.refused(error)}") from None
        require_quiet_alarms([*answer.get("MetricAlarms", ()), *answer.get("CompositeAlarms", ())], names)

    def _hook(self, event: str) -> None:
        """Call a hook and wait for what it reports."""
        function = self._spec.hooks.get(event)
        if not function:
            return
        execution = str(uuid.uuid4())
        self._deployment.hook_status[execution] = None
        payload = {"DeploymentId": self._deployment.id, "LifecycleEventHookExecutionId": execution}
        self._lambda().invoke(FunctionName=function, InvocationType="Event", Payload=json.dumps(payload).encode())
        end = self._clock.monotonic() + HOOK_SECONDS
        while (status := self._deployment.hook_status[execution]) is None:
            self._watch()
            require_answered(event, end - self._clock.monotonic())
            self._deployment.woken.wait(self._clock.machine_seconds(_POLL_SECONDS))
            self._deployment.woken.clear()
            if self._clock.closed:
                raise DeploymentEnded("Stopped", "MANUAL_STOP", "the rehearsal ended")
        if status != "Succeeded":
            raise DeploymentEnded(
                "Failed", "HOOK_EXECUTION_FAILURE", f"The {event} lifecycle event hook reported {status}"
            )


@aws_behavior(
    "AWS CodeDeploy User Guide, \"AppSpec 'hooks' section\": the deployment has failed if CodeDeploy is not "
    "notified by the validation function within one hour",
)
def require_answered(event: str, left: float) -> None:
    """A hook that reports nothing within one hour fails the deployment, whatever its function did."""
    if left <= 0:
        raise DeploymentEnded(
            "Failed", "HOOK_EXECUTION_FAILURE", f"The {event} lifecycle event hook did not report within one hour"
        )


@aws_behavior(
    'AWS CodeDeploy User Guide, "Monitoring deployments with CloudWatch alarms in CodeDeploy": an alarm that is '
    "in ALARM stops the deployment",
)
def require_quiet_alarms(alarms: list[Mapping[str, Any]], names: list[str]) -> None:
    """An alarm of the group that is in state ALARM stops the deployment; an alarm that is missing does so too."""
    active = [each["AlarmName"] for each in alarms if each["StateValue"] == "ALARM"]
    if active:
        raise DeploymentEnded(
            "Stopped",
            "ALARM_ACTIVE",
            "One or more alarms have been activated according to the Amazon CloudWatch metrics you selected, and the "
            f"affected deployments have been stopped. Activated alarms: {', '.join(active)}",
        )
    missing = sorted(set(names) - {each["AlarmName"] for each in alarms})
    if missing:
        raise DeploymentEnded("Stopped", "ALARM_ACTIVE", f"alarms cannot be found: {', '.join(missing)}")


__all__ = ["DeploymentEnded", "DeploymentRun", "NotTrusted", "traffic_steps"]
