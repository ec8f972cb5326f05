"""Before a stage changes the deploy pipeline asks what would change, and a person before production."""

from __future__ import annotations

from components import pipelines
from components.build_project import BuildProject
from stacks.project_context import ProjectContext

# What the changes build says where nothing is lost (seed_code/model-deploy/deploy/change_report.py).
NOT_NEEDED = "not needed"
APPROVE = "Approve"


def changes(context: ProjectContext, stage: str, build: BuildProject) -> pipelines.Stage:
    """What the release would change in the stage's accounts, asked before it changes."""
    folder = f"s3://{context.artifacts_bucket}/{context.project_names.artifact_folder('deploy')}/changes"
    environment = {"STAGE": stage, "CHANGES_URI": f"{folder}/{pipelines.EXECUTION}"}
    namespace = _namespace(stage)
    action = pipelines.build(
        "Changes", build.name, inputs=["Rendered"], outputs=[namespace], environment=environment, namespace=namespace
    )
    return pipelines.Stage(name=namespace, actions=[action])


def _namespace(stage: str) -> str:
    return f"Changes{stage.capitalize()}"


def approval(context: ProjectContext) -> pipelines.Stage:
    """A person's yes to production, who reads what would change there."""
    topic, namespace = context.data_science.alarm_topic_arn, _namespace("production")
    question = f"{approval_question(context)} #{{{namespace}.CHANGES}}"
    return pipelines.Stage(name=APPROVE, actions=[pipelines.approval(topic, question)])


def unasked(context: ProjectContext) -> dict[str, str]:
    """What says to production's first action that nobody was asked, where the settings allow that."""
    if context.settings.deployments.production.approval == "always":
        return {}
    return {"APPROVAL": f"#{{{_namespace('production')}.APPROVAL}}"}


def skips(context: ProjectContext) -> dict[str, list[pipelines.Skip]]:
    """Where the settings ask it, nobody is asked about a change that takes nothing from production."""
    if context.settings.deployments.production.approval == "always":
        return {}
    variable = f"#{{{_namespace('production')}.APPROVAL}}"
    return {APPROVE: [pipelines.Skip("TakesSomething", variable, NOT_NEEDED)]}


def approval_question(context: ProjectContext) -> str:
    """What the approver is asked, who reads what was tested before, or why nothing was."""
    # Without staging there is a reason: `settings.stages`.
    untested = f"Nothing was tested before: {context.settings.without_staging}. "
    tested = "Staging serves and has been tested. " if "staging" in context.stages else untested
    return f"{tested}Let project {context.settings.id} into production?"
