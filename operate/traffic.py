"""Where the traffic of a stage stands in one account: fleets, what is watched, alarms, and the API's deployment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from operate.errors import OperateError, refused
from operate.project import Project

ALIAS = "live"
_UNDER_WAY = ("Created", "Queued", "InProgress", "Baking", "Ready")


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """The instances behind one endpoint configuration. `steps` say what happens to a fleet that is coming."""

    config: str
    variant: str
    instances: int
    desired_instances: int
    weight: float
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """An alarm that would bring the traffic back, and its state."""

    name: str
    state: str
    since: str


@dataclass(frozen=True, kw_only=True)
class ApiShift:
    """The deployment that moves the API's function to another version; `percent` of the calls go to `target`."""

    id: str
    status: str
    current: str
    target: str
    percent: float
    why: str


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """An endpoint in one account; `api` where its project has one there and it is changing."""

    account: str
    endpoint: str
    status: str
    reason: str
    method: str
    serving: tuple[Fleet, ...]
    coming: tuple[Fleet, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    api: tuple[ApiShift, ...] = field(default_factory=tuple)

    @property
    def shifting(self) -> bool:
        """Whether traffic is on its way from one fleet to another, or from one version of the function to another."""
        return bool(self.coming or self.api) or self.status in ("Updating", "RollingBack")


def read(project: Project, stage: str, account: str, clients: Any) -> Traffic:
    """What the account says now. `clients` gives a boto3 client by a service's name. Raises OperateError."""
    name = project.names.endpoint(stage)
    try:
        described = clients("sagemaker").describe_endpoint(EndpointName=name)
        deployment = described.get("LastDeploymentConfig") or {}
        watched = (deployment.get("AutoRollbackConfiguration") or {}).get("Alarms") or ()
        alarms = _alarms(clients("cloudwatch"), [each["AlarmName"] for each in watched])
        api = _api(clients("codedeploy"), clients("lambda"), f"{name}-api")
    except (ClientError, BotoCoreError) as error:
        raise refused(
            error, f"endpoint {name} in {account}", "administrators and auditors of the account see it"
        ) from None
    pending = described.get("PendingDeploymentSummary") or {}
    return Traffic(
        account=account,
        endpoint=name,
        status=described["EndpointStatus"],
        reason=described.get("FailureReason", ""),
        method=_method(deployment),
        serving=_fleets(described.get("EndpointConfigName", ""), described.get("ProductionVariants") or ()),
        coming=_fleets(pending.get("EndpointConfigName", ""), pending.get("ProductionVariants") or ()),
        alarms=alarms,
        api=api,
    )


def _fleets(config: str, variants: Sequence[Mapping[str, Any]]) -> tuple[Fleet, ...]:
    return tuple(
        Fleet(
            config=config,
            variant=variant["VariantName"],
            instances=int(variant.get("CurrentInstanceCount") or 0),
            desired_instances=int(variant.get("DesiredInstanceCount") or 0),
            weight=float(variant.get("CurrentWeight") or 0.0),
            steps=tuple(_step(each) for each in variant.get("VariantStatus") or ()),
        )
        for variant in variants
    )


def _step(status: Mapping[str, Any]) -> str:
    since = status.get("StartTime")
    message = status.get("StatusMessage")
    when = f" since {since:%H:%M:%S}" if since else ""
    return f"{status['Status']}{when}{f' ({message})' if message else ''}"


def _method(deployment: Mapping[str, Any]) -> str:
    """How an update moves the traffic, in AWS's words."""
    if rolling := deployment.get("RollingUpdatePolicy"):
        return f"rolling, {_size(rolling['MaximumBatchSize'])} at a time, {rolling['WaitIntervalInSeconds']} s watched"
    if not (blue_green := deployment.get("BlueGreenUpdatePolicy")):
        return "no deployment guardrails"
    routing = blue_green["TrafficRoutingConfiguration"]
    step = routing.get("CanarySize") or routing.get("LinearStepSize")
    size = f" {_size(step)}" if step else ""
    return f"{routing['Type']}{size}, {routing['WaitIntervalInSeconds']} s watched after each step"


def _size(size: Mapping[str, Any]) -> str:
    return f"{size['Value']} {'%' if size['Type'] == 'CAPACITY_PERCENT' else 'instances'}"


def _alarms(cloudwatch: Any, names: Sequence[str]) -> tuple[Alarm, ...]:
    if not names:
        return ()
    found = cloudwatch.describe_alarms(AlarmNames=list(names))["MetricAlarms"]
    return tuple(
        Alarm(name=each["AlarmName"], state=each["StateValue"], since=f"{each['StateUpdatedTimestamp']:%H:%M:%S}")
        for each in sorted(found, key=lambda each: str(each["AlarmName"]))
    )


def _api(codedeploy: Any, functions: Any, application: str) -> tuple[ApiShift, ...]:
    """Deployments of the API's function that are under way; none where the project has no API there."""
    try:
        listed = codedeploy.list_deployments(
            applicationName=application, deploymentGroupName=ALIAS, includeOnlyStatuses=list(_UNDER_WAY)
        )
    except ClientError as error:
        if error.response["Error"]["Code"] in (
            "ApplicationDoesNotExistException",
            "DeploymentGroupDoesNotExistException",
        ):
            return ()
        raise
    return tuple(_shift(codedeploy, functions, application, id_) for id_ in listed["deployments"])


def _shift(codedeploy: Any, functions: Any, function: str, id_: str) -> ApiShift:
    """A deployment, and how its alias shares the calls out; the function is called as the application is."""
    info = codedeploy.get_deployment(deploymentId=id_)["deploymentInfo"]
    aliases = functions.list_aliases(FunctionName=function)["Aliases"]
    alias: Mapping[str, Any] = next((each for each in aliases if each["Name"] == ALIAS), {})
    weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    target, weight = next(iter(weights.items()), ("", 0.0))
    return ApiShift(
        id=id_,
        status=info["status"],
        current=str(alias.get("FunctionVersion", "")),
        target=str(target),
        percent=100 * float(weight),
        why=(info.get("errorInformation") or {}).get("message", ""),
    )


def in_words(traffic: Traffic) -> str:
    """Everything of one account, a line for each thing."""
    lines = [f"{traffic.endpoint} in {traffic.account}: {traffic.status}; {traffic.method}"]
    if traffic.reason:
        lines.append(f"  {traffic.reason}")
    for title, fleets in (("serves", traffic.serving), ("comes", traffic.coming)):
        for fleet in fleets:
            steps = f": {', '.join(fleet.steps)}" if fleet.steps else ""
            lines.append(
                f"  {title}: {fleet.config}, variant {fleet.variant}, {fleet.instances} of "
                f"{fleet.desired_instances} instances, weight {fleet.weight:g}{steps}"
            )
    lines += [f"  alarm {alarm.name}: {alarm.state} since {alarm.since}" for alarm in traffic.alarms]
    for shift in traffic.api:
        why = f"; {shift.why}" if shift.why else ""
        share = f"{shift.percent:g} % of the calls to version {shift.target}" if shift.target else "no calls moved yet"
        lines.append(f"  API: deployment {shift.id} {shift.status}, version {shift.current}, {share}{why}")
    if not traffic.shifting:
        lines.append("  no traffic is shifting")
    return "\n".join(lines)


def accounts_of(project: Project, stage: str, account: str | None) -> list[str]:
    """The stage's accounts, or the one that is named. Raises OperateError."""
    known = list(project.accounts.get(stage, ()))
    if account is None:
        return known
    if account not in known:
        raise OperateError(f"{stage} of {project.id} has no account {account}; its accounts: {', '.join(known)}")
    return [account]
