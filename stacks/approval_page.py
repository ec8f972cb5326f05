"""A project's approval by link: its names, its key, its rights and its config."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import pulumi

from catalog.roles import RoleKind
from components import pipeline_events
from components.approval_page import ApprovalPage, ApprovalPageArgs
from policies.documents import approval_link
from policies.documents.buckets import PROJECT_TAG
from policies.documents.project_scope import ProjectScope
from stacks.project_context import ProjectContext

_PAGE, _SENDER = RoleKind.APPROVAL_PAGE, RoleKind.APPROVAL_SENDER


def approval_page(context: ProjectContext, scope: pulumi.Output[ProjectScope], stage: str) -> ApprovalPage:
    """Declare it. `stage` holds the deploy pipeline's approval; `scope` is what the project's policies speak of."""
    project, data_science, of = context.project_names, context.data_science, context.settings.id
    pipeline, parameter = project.code_pipeline("deploy"), f"{context.parameters}/approval-link"
    functions = {kind: project.role(kind) for kind in (_PAGE, _SENDER)}
    topic = pulumi.Output.from_input(data_science.approval_topics).apply(lambda topics: topics[of])

    args = ApprovalPageArgs(
        project=of,
        scope=context.scope,
        path=project.path(),
        boundary=context.boundary,
        names={
            **{str(kind): name for kind, name in functions.items()},
            "api": project.name("approvals"),
            "rule": project.name("approval-waits"),
            "queue": project.approval_dead_letters(),
            "alarm": project.name("unsent-links"),
        },
        alias=project.alias("approval-links"),
        key_policy=approval_link.link_key(
            context.scope,
            signer=project.role_arn(context.scope, _SENDER),
            verifier=project.role_arn(context.scope, _PAGE),
        ),
        protect=context.settings.protect,
        policies=_policies(scope, topic, functions, pipeline=pipeline, stage=stage, parameter=parameter),
        config=config(context, pipeline, stage, parameter),
        parameter=parameter,
        event=pipeline_events.approval_waits(pipeline, stage),
        approvers=pulumi.Output.from_input(data_science.approval_links).apply(lambda links: sorted(links[of])),
        topic=topic,
        alarm_topic_arn=data_science.alarm_topic_arn,
        logs_key_arn=data_science.operations_key_arn,
        tags={PROJECT_TAG: of},
    )
    made = ApprovalPage("approval-page", args, context.child_options())
    pulumi.export("approvalPage", made.url)
    return made


def _policies(
    scope: pulumi.Output[ProjectScope],
    topic: pulumi.Output[str],
    functions: Mapping[RoleKind, str],
    *,
    pipeline: str,
    stage: str,
    parameter: str,
) -> Mapping[RoleKind, Callable[[str, str], pulumi.Output[str]]]:
    """What each function's role may do, once its key and its queue (ARNs) are there."""

    def page(key: str, _queue: str) -> pulumi.Output[str]:
        return scope.apply(
            lambda known: approval_link.page(
                known,
                pipeline=pipeline,
                action=f"{stage}/{stage}",
                parameter=parameter,
                function=functions[_PAGE],
                key=key,
            )
        )

    def sender(key: str, queue: str) -> pulumi.Output[str]:
        return pulumi.Output.all(scope, topic).apply(
            lambda known: approval_link.sender(
                known[0],
                pipeline=pipeline,
                parameter=parameter,
                function=functions[_SENDER],
                key=key,
                topic=known[1],
                queue=queue,
            )
        )

    return {_PAGE: page, _SENDER: sender}


def config(context: ProjectContext, pipeline: str, stage: str, parameter: str) -> str:
    """The config.json in the functions' archive, which `functions.approval_page.config` reads."""
    return json.dumps(
        {
            "project": context.settings.id,
            "account": context.scope.account,
            "region": context.scope.region,
            "pipeline": pipeline,
            "stage": stage,
            "action": stage,
            "bucket": context.artifacts_bucket,
            "changes": f"{context.project_names.artifact_folder('deploy')}/changes",
            "hours": context.settings.approval_link_hours,
            "parameter": parameter,
        }
    )
