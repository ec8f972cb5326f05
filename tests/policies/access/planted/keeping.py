"""Mistakes in who may change what the rest rests on: resource policies, grants, and the tags of sessions."""

from __future__ import annotations

from tests.policies.access.planted.mistake import Mistake, added, condition, fires, lacking, listed, more

ADMINISTRATORS = "arn:aws:iam::111111111111:role/mlops/people/mlops-administrator"

MISTAKES = (
    Mistake(
        id="tags-for-sessions",
        what="Whoever enters a publish role chooses the tags of the session, and so the project.",
        stack="project-diabetes",
        type="Role",
        name="role-publish-role",
        edit=listed("ScientistsPublishUnderTheirNames", "Action", more("sts:TagSession")),
        fires=fires("proof:tags-stay"),
    ),
    Mistake(
        id="tags-by-a-service",
        what="SageMaker chooses the tags of a processing job's session.",
        stack="project-diabetes",
        type="Role",
        name="role-processing-role",
        edit=listed("ServiceActsForThisAccount", "Action", more("sts:TagSession")),
        fires=fires("proof:tags-stay"),
    ),
    Mistake(
        id="registry-policy-for-team-administrators",
        what="A team's administrator changes who deploys the models of its registry.",
        stack="project-diabetes",
        type="RolePolicy",
        name="role-team-administrator-policy",
        edit=added(
            "ShareModels",
            Action="sagemaker:PutModelPackageGroupPolicy",
            Resource="arn:aws:sagemaker:eu-west-1:111111111111:model-package-group/mlops-diabetes",
        ),
        fires=fires("proof:policies-stay", "matrix:Registry"),
    ),
    Mistake(
        id="topic-policy-by-itself",
        what="The alarms' topic lets administrators change its policy, whatever limits them.",
        stack="dev",
        type="TopicPolicy",
        name="alarms-policy",
        edit=added(
            "AdministratorsChangeThis",
            Principal="*",
            Action="sns:SetTopicAttributes",
            Resource="arn:aws:sns:eu-west-1:111111111111:mlops-dev-alarms",
            Condition={"ArnLike": {"aws:PrincipalArn": ADMINISTRATORS}},
        ),
        fires=fires("proof:policies-stay", "proof:services-from-home"),
    ),
    Mistake(
        id="grants-for-themselves",
        what="Roles of projects grant the volumes' key on, and not for what SageMaker makes alone.",
        stack="dev",
        type="Key",
        name="volumes-key-key",
        edit=condition("NamedRolesGrantToVolumes", lacking("kms:GrantIsForAWSResource")),
        fires=fires("proof:policies-stay"),
    ),
)
