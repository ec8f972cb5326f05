"""StackSets that reach into the other accounts: operations that take time, fail by account, and update stacks.

Self-managed: CloudFormation assumes the administration role, which assumes the execution role in each account, which
asks for the stack there (CloudFormation User Guide, "Grant self-managed permissions").
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError
from moto.cloudformation.exceptions import StackInstanceNotFound, StackSetNotFoundException, ValidationError
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow

from rehearsal.aws import logs
from rehearsal.aws.actors import Actor
from rehearsal.aws.cloud import Cloud, NotTrusted
from rehearsal.cloudformation.preferences import at_once, tolerated
from rehearsal.cloudformation.stack_set_refusals import StackInstanceFailed, nothing_to_update, one_operation_at_a_time
from rehearsal.cloudformation.template_fetch import fetch_template
from rehearsal.service_model.patches import Patches

AccountRegion = tuple[str, str]


@dataclass
class StackInstance:
    """A stack of a stack set; moto keeps these in the set's `stack_instances`."""

    set_id: str
    account_id: str
    region_name: str
    overrides: dict[str, str]
    stack_name: str
    stack_id: str | None = None
    status: str = "OUTDATED"
    detailed: str = "PENDING"
    reason: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """As DescribeStackInstance gives it."""
        overrides = [{"ParameterKey": key, "ParameterValue": value} for key, value in self.overrides.items()]
        shown = {
            "StackSetId": self.set_id,
            "Account": self.account_id,
            "Region": self.region_name,
            "StackId": self.stack_id,
            "ParameterOverrides": overrides,
            "Status": self.status,
            "StatusReason": self.reason,
            "StackInstanceStatus": {"DetailedStatus": self.detailed},
        }
        return {key: value for key, value in shown.items() if value is not None}


@dataclass
class StackSetOperation:
    """One operation of a stack set. `results` holds status and reason by target."""

    action: str
    targets: list[AccountRegion]
    preferences: Mapping[str, Any]
    id: str
    status: str = "RUNNING"
    started: datetime = field(default_factory=utcnow)
    ended: datetime | None = None
    results: dict[AccountRegion, tuple[str, str | None]] = field(default_factory=dict)

    def to_dict(self, stack_set: Any) -> dict[str, Any]:
        """As DescribeStackSetOperation gives it."""
        failed = sum(status == "FAILED" for status, _ in self.results.values())
        shown = {
            "OperationId": self.id,
            "StackSetId": stack_set.id,
            "Action": self.action,
            "Status": self.status,
            "OperationPreferences": dict(self.preferences) or None,
            "AdministrationRoleARN": stack_set.administration_role_arn,
            "ExecutionRoleName": stack_set.execution_role_name,
            "CreationTimestamp": self.started,
            "EndTimestamp": self.ended,
            "StatusDetails": {"FailedStackInstancesCount": failed},
        }
        return {key: value for key, value in shown.items() if value is not None}


class StackSets:
    """Runs operations in the background, one at a time for each set."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._operations: dict[str, list[StackSetOperation]] = {}
        self._threads: list[threading.Thread] = []

    def install(self, patches: Patches) -> None:
        """Answer moto's stack set operations from here until the patches are undone."""
        methods: dict[str, Callable[[Any], Any]] = {
            "create_stack_instances": self._create,
            "update_stack_instances": self._update_instances,
            "delete_stack_instances": self._delete,
            "delete_stack_set": self._delete_set,
            "update_stack_set": self._update_set,
            "stop_stack_set_operation": self._stop,
            "describe_stack_set_operation": self._describe_operation,
            "list_stack_set_operations": self._list_operations,
            "list_stack_set_operation_results": self._list_results,
            "list_stack_instances": self._list_instances,
            "describe_stack_instance": self._describe_instance,
        }
        for name, method in methods.items():
            patches.set(CloudFormationResponse, name, _bound(method))

    def close(self) -> None:
        """Wait for operations that run."""
        for thread in self._threads:
            thread.join(60)

    # ---- requests

    def _create(self, response: Any) -> Any:
        stack_set = _set(response)
        self._idle(stack_set)
        if stack_set.permission_model != "SELF_MANAGED":
            raise ValidationError(
                message="only self-managed stack sets are rehearsed; set PermissionModel to SELF_MANAGED"
            )
        overrides = _values(response._get_param("ParameterOverrides") or [])
        for account, region in _targets(response, stack_set):
            if stack_set.instances.get_instance(account, region) is None:
                name = f"StackSet-{stack_set.name}-{uuid.uuid4()}"
                stack_set.stack_instances.append(StackInstance(stack_set.id, account, region, dict(overrides), name))
        return self._begin(response, stack_set, "CREATE", _targets(response, stack_set), self._deploy_stack)

    def _update_instances(self, response: Any) -> Any:
        stack_set = _set(response)
        self._idle(stack_set)
        targets = _targets(response, stack_set)
        for account, region in targets:
            instance = stack_set.instances.get_instance(account, region)
            if instance is None:
                raise StackInstanceNotFound()
            instance.overrides.update(_values(response._get_param("ParameterOverrides") or []))
        return self._begin(response, stack_set, "UPDATE", targets, self._deploy_stack)

    def _update_set(self, response: Any) -> Any:
        stack_set = _set(response)
        self._idle(stack_set)
        url = response._get_param("TemplateURL")
        body = response._get_stack_from_s3_url(url) if url else response._get_param("TemplateBody")
        given = response._get_param("Parameters")
        if given is not None:
            stack_set.parameters = response.cloudformation_backend._resolve_update_parameters(stack_set, given)
        stack_set.template = body or stack_set.template
        stack_set.description = response._get_param("Description") or stack_set.description
        stack_set.administration_role_arn = (
            response._get_param("AdministrationRoleARN") or stack_set.administration_role_arn
        )
        stack_set.execution_role_name = response._get_param("ExecutionRoleName") or stack_set.execution_role_name
        if response._get_param("Tags") is not None:
            stack_set.tags = {tag["Key"]: tag["Value"] for tag in response._get_param("Tags")}
        every = [(instance.account_id, instance.region_name) for instance in stack_set.stack_instances]
        named = (
            _targets(response, stack_set)
            if response._get_param("Accounts") or response._get_param("DeploymentTargets")
            else every
        )
        for instance in stack_set.stack_instances:
            instance.status = "OUTDATED"
        return self._begin(response, stack_set, "UPDATE", named, self._deploy_stack)

    def _delete(self, response: Any) -> Any:
        stack_set = _set(response)
        retain = bool(response._get_param("RetainStacks"))

        def work(stack_set: Any, instance: StackInstance) -> None:
            self._delete_stack(stack_set, instance, retain)

        return self._begin(response, stack_set, "DELETE", _targets(response, stack_set), work)

    def _delete_set(self, response: Any) -> Any:
        """Delete an empty set; of one that is not there nothing is said (API Reference, "DeleteStackSet")."""
        name = response._get_param("StackSetName")
        try:
            self._idle(response.cloudformation_backend.describe_stack_set(name))
        except StackSetNotFoundException:
            return EmptyResult()
        response.cloudformation_backend.delete_stack_set(name)
        return EmptyResult()

    def _stop(self, response: Any) -> Any:
        operation = self._operation(response, _set(response))
        if operation.status == "RUNNING":
            operation.status = "STOPPING"
        return EmptyResult()

    def _describe_operation(self, response: Any) -> Any:
        stack_set = _set(response)
        return ActionResult({"StackSetOperation": self._operation(response, stack_set).to_dict(stack_set)})

    def _list_operations(self, response: Any) -> Any:
        stack_set = _set(response)
        summaries = [operation.to_dict(stack_set) for operation in reversed(self._operations.get(stack_set.id, []))]
        return ActionResult({"Summaries": summaries})

    def _list_results(self, response: Any) -> Any:
        results = self._operation(response, _set(response)).results
        summaries = [
            {"Account": account, "Region": region, "Status": status, **({"StatusReason": reason} if reason else {})}
            for (account, region), (status, reason) in results.items()
        ]
        return ActionResult({"Summaries": summaries})

    def _list_instances(self, response: Any) -> Any:
        account, region = response._get_param("StackInstanceAccount"), response._get_param("StackInstanceRegion")
        summaries = [
            instance.to_dict()
            for instance in _set(response).stack_instances
            if account in (None, instance.account_id) and region in (None, instance.region_name)
        ]
        return ActionResult({"Summaries": summaries})

    def _describe_instance(self, response: Any) -> Any:
        account, region = response._get_param("StackInstanceAccount"), response._get_param("StackInstanceRegion")
        instance = _set(response).instances.get_instance(account, region)
        if instance is None:
            raise StackInstanceNotFound()
        return ActionResult({"StackInstance": instance.to_dict()})

    def _operation(self, response: Any, stack_set: Any) -> StackSetOperation:
        operation_id = response._get_param("OperationId")
        for operation in self._operations.get(stack_set.id, []):
            if operation.id == operation_id:
                return operation
        raise ValidationError(message=f"Operation {operation_id} not found")

    # ---- operations

    def _idle(self, stack_set: Any) -> None:
        one_operation_at_a_time(stack_set.id, self._operations.get(stack_set.id, []))

    def _begin(
        self,
        response: Any,
        stack_set: Any,
        action: str,
        targets: list[AccountRegion],
        work: Callable[[Any, StackInstance], None],
    ) -> Any:
        self._idle(stack_set)
        preferences = response._get_param("OperationPreferences") or {}
        operation = StackSetOperation(
            action, targets, preferences, response._get_param("OperationId") or str(uuid.uuid4())
        )
        operation.results = dict.fromkeys(targets, ("PENDING", None))
        self._operations.setdefault(stack_set.id, []).append(operation)
        thread = threading.Thread(target=self._run, args=(stack_set, operation, work), daemon=True, name="stack-set")
        self._threads.append(thread)
        thread.start()
        return ActionResult({"OperationId": operation.id})

    def _run(self, stack_set: Any, operation: StackSetOperation, work: Callable[[Any, StackInstance], None]) -> None:
        """Region by region, account by account; too many failures in a region end the operation."""
        too_many = False
        for region in dict.fromkeys(region for _, region in operation.targets):
            targets = [target for target in operation.targets if target[1] == region]
            failures, waiting = 0, list(targets)
            while waiting and not too_many and operation.status != "STOPPING":
                count = at_once(operation.preferences, len(targets), failures)
                # Those that begin at a time come to their end, whatever becomes of the others.
                begun, waiting = waiting[:count], waiting[count:]
                for target in begun:
                    operation.results[target] = self._run_target(stack_set, target, work)
                    failures += operation.results[target][0] == "FAILED"
                too_many = failures > tolerated(operation.preferences, len(targets))
            for target in waiting:
                operation.results[target] = (
                    "CANCELLED",
                    "Cancelled since failure tolerance has exceeded or the operation was stopped",
                )
        operation.ended = utcnow()
        ended = "FAILED" if too_many else "SUCCEEDED"
        operation.status = "STOPPED" if operation.status == "STOPPING" else ended

    def _run_target(
        self, stack_set: Any, target: AccountRegion, work: Callable[[Any, StackInstance], None]
    ) -> tuple[str, str | None]:
        instance = stack_set.instances.get_instance(*target)
        if instance is None:
            return "FAILED", f"there is no stack instance in account {target[0]}, {target[1]}"
        instance.detailed, instance.reason = "RUNNING", None
        try:
            work(stack_set, instance)
        except (StackInstanceFailed, NotTrusted) as error:
            reason = str(error)
        except ClientError as error:
            reason = logs.refused(error)
        except Exception as error:  # a caller who polls must see an end
            reason = f"internal failure: {type(error).__name__}: {error}"
        else:
            instance.status, instance.detailed = "CURRENT", "SUCCEEDED"
            return "SUCCEEDED", None
        instance.status, instance.detailed, instance.reason = "OUTDATED", "FAILED", reason
        return "FAILED", reason

    def _execution_role(self, stack_set: Any, instance: StackInstance) -> Actor:
        admin = self._cloud.service_assume(
            stack_set.administration_role_arn,
            service="cloudformation.amazonaws.com",
            session="stacksets",
            region=instance.region_name,
            source=stack_set.arn,
        )
        role = f"arn:aws:iam::{instance.account_id}:role/{stack_set.execution_role_name}"
        try:
            return self._cloud.assume(role, by=admin, session=f"stackset-{stack_set.name}"[:64])
        except NotTrusted:
            raise StackInstanceFailed(
                f"Account {instance.account_id} should have '{stack_set.execution_role_name}' role with trust "
                f"relationship to Role '{stack_set.administration_role_arn.rpartition('/')[2]}'."
            ) from None

    def _deploy_stack(self, stack_set: Any, instance: StackInstance) -> None:
        """Create or update the stack as the execution role."""
        actor = self._execution_role(stack_set, instance)
        client = self._cloud.client(actor, "cloudformation", instance.region_name)
        fetch_template(self._cloud, actor, stack_set)
        values = {**(stack_set.parameters or {}), **instance.overrides}
        given = {
            "StackName": instance.stack_name,
            "TemplateBody": stack_set.template,
            "Parameters": [{"ParameterKey": key, "ParameterValue": str(value)} for key, value in values.items()],
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
            "Tags": [{"Key": key, "Value": value} for key, value in (stack_set.tags or {}).items()],
        }
        status = self._status(client, instance)[0]
        if status in ("ROLLBACK_COMPLETE", "CREATE_IN_PROGRESS"):  # a first attempt that failed cannot be updated
            client.delete_stack(StackName=instance.stack_id)
            status = None
        if status is None:
            instance.stack_id = client.create_stack(**given)["StackId"]
        else:
            try:
                client.update_stack(**given)
            except ClientError as error:
                if nothing_to_update(error):
                    return
                raise
        status, reason = self._status(client, instance)
        if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            raise StackInstanceFailed(reason or f"the stack is in status {status}")

    def _status(self, client: Any, instance: StackInstance) -> tuple[str | None, str | None]:
        if instance.stack_id is None:
            return None, None
        stack = client.describe_stacks(StackName=instance.stack_id)["Stacks"][0]
        return stack["StackStatus"], stack.get("StackStatusReason")

    def _delete_stack(self, stack_set: Any, instance: StackInstance, retain: bool) -> None:
        """Delete the stack as the execution role; a retained one is let go of, and nobody enters its account for that
        (CloudFormation User Guide, "Delete stacks from a StackSet")."""
        actor = None if retain else self._execution_role(stack_set, instance)
        if instance.stack_id and actor is not None:
            client = self._cloud.client(actor, "cloudformation", instance.region_name)
            client.delete_stack(StackName=instance.stack_id)
        stack_set.stack_instances.remove(instance)


def _bound(method: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda response: method(response)  # noqa: PLW0108 - a bound method would not get moto's object


def _set(response: Any) -> Any:
    return response.cloudformation_backend.describe_stack_set(response._get_param("StackSetName"))


def _values(entries: Sequence[Mapping[str, str]]) -> dict[str, str]:
    return {entry["ParameterKey"]: entry["ParameterValue"] for entry in entries}


def _targets(response: Any, stack_set: Any) -> list[AccountRegion]:
    """Accounts times regions, region by region."""
    named = response._get_param("DeploymentTargets") or {}
    if "OrganizationalUnitIds" in named:
        raise ValidationError(message="StackSets with SELF_MANAGED permission model can only have accounts as target")
    accounts = response._get_param("Accounts") or named.get("Accounts") or []
    regions = response._get_param("Regions") or sorted({i.region_name for i in stack_set.stack_instances})
    if not accounts or not regions:
        raise ValidationError(message="Accounts and Regions must be given")
    return [(account, region) for region in regions for account in accounts]
