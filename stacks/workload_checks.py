"""The functions that check the endpoints of a workload account, one for each project."""

from __future__ import annotations

import json

import pulumi

from catalog.names import ENDPOINT_METRICS
from catalog.roles import ROLES, RoleKind
from components.alarm_topic import AlarmTopic
from components.encryption_key import EncryptionKey
from components.endpoint_checker import EndpointChecker, EndpointCheckerArgs
from components.lambda_function import FunctionNetwork
from policies.documents.buckets import PROJECT_TAG
from policies.documents.operations_key import DeadLetterQueues
from policies.documents.workload_checks import endpoint_checker as checker_policy
from policies.documents.workload_scope import WorkloadScope
from stacks.account_baseline import Perimeter
from stacks.workload_context import WorkloadContext

_KIND = RoleKind.ENDPOINT_CHECKER


def endpoint_checkers(
    context: WorkloadContext,
    scope: pulumi.Output[WorkloadScope],
    net: Perimeter,
    topic: AlarmTopic,
    operations: EncryptionKey,
) -> None:
    """Declare one for each project of the account. `scope` is what the account's policies speak of."""
    for project in context.settings.projects:
        _checker(context, project, scope, net, topic, operations)


def lost_checks(context: WorkloadContext) -> DeadLetterQueues:
    """Queues of checks that came to nothing, and who leaves them there: the key of both names them."""
    queue = _queue(context.project_names("*").stage_role(context.stage, _KIND))
    return DeadLetterQueues(queues=[context.scope.arn("sqs", queue)], senders=[context.project_roles(_KIND)])


def _queue(function: str) -> str:
    return f"{function}-dead-letters"


def _checker(
    context: WorkloadContext,
    project: str,
    scope: pulumi.Output[WorkloadScope],
    net: Perimeter,
    topic: AlarmTopic,
    operations: EncryptionKey,
) -> None:
    names = context.project_names(project)
    endpoint = names.endpoint(context.stage)
    # The role of a function has the function's name.
    function = names.stage_role(context.stage, _KIND)

    def policy(queue: pulumi.Output[str]) -> pulumi.Output[str]:
        return pulumi.Output.all(scope, queue, operations.arn).apply(
            lambda known: checker_policy(
                known[0],
                project=project,
                endpoint=endpoint,
                function=function,
                queue=known[1],
                operations_key=known[2],
            )
        )

    args = EndpointCheckerArgs(
        name=function,
        project=project,
        endpoint=endpoint,
        scope=context.scope,
        path=ROLES[_KIND].iam_path(context.settings.prefix, project),
        boundary=context.boundary,
        config=_config(context, endpoint),
        policy=policy,
        network=FunctionNetwork(
            subnet_ids=pulumi.Output.all(*net.network.subnet_ids), security_group_ids=[net.groups.workloads.id]
        ),
        queue=_queue(function),
        alarm=f"{function}-lost-checks",
        topic_arn=topic.arn,
        key_arn=operations.arn,
        tags={PROJECT_TAG: project},
    )
    EndpointChecker(f"{project}-{_KIND}", args, context.child_options())


def _config(context: WorkloadContext, endpoint: str) -> str:
    """The config.json in the function's archive, which `functions.endpoint_checker.config.read_config` reads."""
    return json.dumps(
        {
            "account": context.scope.account,
            "region": context.scope.region,
            "endpoint": endpoint,
            "namespace": ENDPOINT_METRICS,
        }
    )
