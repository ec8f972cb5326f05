"""Mutations in the premises of other checks: who changes resource policies, grants keys and tags sessions."""

from __future__ import annotations

from tests.policies.access.mutations.mutation import (
    Mutation,
    added,
    both,
    changed,
    checks,
    condition,
    lacking,
    listed,
    more,
)

FOREIGN = "444444444444"
FLOW_LOGS = "arn:aws:iam::111111111111:role/mlops/platform/mlops-dev-flow-logs"
ADMINISTRATORS = "arn:aws:iam::111111111111:role/mlops/people/mlops-administrator"

MUTATIONS = (
    Mutation(
        id="tags-for-sessions",
        what="Whoever enters a publish role chooses the tags of the session, and so the project.",
        stack="project-diabetes",
        type="Role",
        name="role-publish-role",
        edit=listed("ScientistsPublishUnderTheirNames", "Action", more("sts:TagSession")),
        noticed_by=checks("proof:tags-stay"),
    ),
    Mutation(
        id="tags-by-a-service",
        what="SageMaker chooses the tags of a processing job's session.",
        stack="project-diabetes",
        type="Role",
        name="role-processing-role",
        edit=listed("ServiceActsForThisAccount", "Action", more("sts:TagSession")),
        noticed_by=checks("proof:tags-stay"),
    ),
    Mutation(
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
        noticed_by=checks("action", "matrix:Registry", "proof:policies-stay"),
    ),
    Mutation(
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
        noticed_by=checks("action", "proof:guards-stay", "proof:policies-stay"),
    ),
    Mutation(
        id="grants-for-themselves",
        what="The volumes' key lets roles of projects grant it on by itself, and not for what SageMaker makes alone.",
        stack="dev",
        type="Key",
        name="volumes-key-key",
        edit=both(
            changed("NamedRolesGrantToVolumes", Principal="*"),
            condition("NamedRolesGrantToVolumes", lacking("kms:GrantIsForAWSResource")),
        ),
        noticed_by=checks(
            "matrix:Key volumes, dev",
            "proof:policies-let-in-as-listed",
            "proof:policies-stay",
        ),
    ),
    Mutation(
        id="account-of-somebody-else",
        what="The alarms' topic names an account that is not the platform's.",
        stack="dev",
        type="TopicPolicy",
        name="alarms-policy",
        edit=added(
            "PartnersPublish",
            Principal={"AWS": f"arn:aws:iam::{FOREIGN}:root"},
            Action="sns:Publish",
            Resource="arn:aws:sns:eu-west-1:111111111111:mlops-dev-alarms",
        ),
        noticed_by=checks("proof:no-strangers"),
    ),
    Mutation(
        id="session-of-somebody-else",
        what="The alarms' topic names a session of a foreign role.",
        stack="dev",
        type="TopicPolicy",
        name="alarms-policy",
        edit=added(
            "ASessionPublishes",
            Principal={"AWS": f"arn:aws:sts::{FOREIGN}:assumed-role/partner/session"},
            Action="sns:Publish",
            Resource="arn:aws:sns:eu-west-1:111111111111:mlops-dev-alarms",
        ),
        noticed_by=checks("proof:no-strangers"),
    ),
    Mutation(
        id="endpoint-to-one-foreign-account",
        what="The S3 endpoint leads to the buckets of one account that is not the platform's.",
        stack="dev",
        type="VpcEndpoint",
        name="endpoints-s3",
        edit=added(
            "Partners",
            Principal="*",
            Action="s3:*",
            Resource="*",
            Condition={"StringEquals": {"aws:ResourceAccount": FOREIGN}},
        ),
        noticed_by=checks("proof:endpoints-lead-home"),
    ),
    Mutation(
        id="any-service-writes",
        what="Any AWS service writes artifacts, on whosever behalf.",
        stack="dev",
        type="BucketPolicy",
        name="artifacts-policy",
        edit=added(
            "ServicesWrite",
            Principal="*",
            Action="s3:PutObject",
            Resource="arn:aws:s3:::mlops-dev-artifacts-111111111111-eu-west-1/*",
            Condition={"Bool": {"aws:PrincipalIsAWSService": "true"}},
        ),
        noticed_by=checks("proof:policies-let-in-as-listed", "proof:services-from-home", "rule:IAM-01", "rule:S3-09"),
    ),
    Mutation(
        id="trust-names-another-role",
        what="The training pipeline's role trusts the flow logs' role, which needs no policy of its own for that.",
        stack="project-screening",
        type="Role",
        name="role-pipeline-role",
        edit=added("FlowLogsEnter", Principal={"AWS": FLOW_LOGS}, Action="sts:AssumeRole"),
        noticed_by=checks("proof:roles-entered-as-listed", "proof:no-escalation"),
    ),
    Mutation(
        id="bucket-names-a-writer",
        what="The artifacts bucket lets the flow logs' role replace a project's code.",
        stack="dev",
        type="BucketPolicy",
        name="artifacts-policy",
        edit=added(
            "FlowLogsWrite",
            Principal={"AWS": FLOW_LOGS},
            Action="s3:PutObject",
            Resource="arn:aws:s3:::mlops-dev-artifacts-111111111111-eu-west-1/diabetes/source/*",
        ),
        noticed_by=checks("proof:inputs-written", "proof:no-escalation"),
    ),
)
