"""Mutations by policies of AWS's own, which nobody here wrote, and by what AWS has otherwise than the program gave."""

from __future__ import annotations

import json
from typing import Any

from tests.policies.access.mutations.mutation import Edit, Mutation, PlantedResource, Record, checks, setting

_ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
_AWS = "arn:aws:iam::aws:policy/"
_EVERYBODY = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "Planted", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
}


def attached(role: str, policy: str) -> Edit:
    """A policy of AWS's own attached to a role."""
    return setting(role=role, policyArn=f"{_AWS}{policy}")


def answered(**properties: Any) -> Edit:
    """Properties of which AWS has other values than the program gave."""

    def edit(record: Record) -> None:
        record["outputs"] = {**record["outputs"], **properties}

    return edit


MUTATIONS: tuple[Mutation, ...] = (
    PlantedResource(
        id="unknown-policy-of-aws-own",
        what="A policy of AWS's own is attached to a project's deploy role that nobody here knows.",
        stack="project-diabetes",
        type=_ATTACHMENT,
        name="planted",
        edit=attached("mlops-diabetes-deploy", "service-role/NotYetPublished"),
        noticed_by=checks("refused"),
    ),
    Mutation(
        id="trust-changed-in-aws",
        what="Somebody changed whom a deploy role trusts, besides the program.",
        stack="project-diabetes",
        type="Role",
        name="role-deploy-role",
        edit=answered(assumeRolePolicy=json.dumps(_EVERYBODY)),
        noticed_by=checks("unread"),
    ),
    Mutation(
        id="bucket-policy-changed-in-aws",
        what="Somebody emptied the policy of the models bucket, besides the program.",
        stack="dev",
        type="BucketPolicy",
        name="models-policy",
        edit=answered(policy=json.dumps({"Version": "2012-10-17", "Statement": []})),
        noticed_by=checks("unread"),
    ),
    Mutation(
        id="attachment-changed-in-aws",
        what="Another policy is attached to the deployer than the program attached.",
        stack="foundation",
        type="RolePolicyAttachment",
        name="deployer-identity",
        edit=answered(policyArn=f"{_AWS}AdministratorAccess"),
        noticed_by=checks("unread"),
    ),
    Mutation(
        id="caller-changed-in-aws",
        what="Everybody calls a pipeline's starter, besides the program.",
        stack="project-diabetes",
        type="Permission",
        name="build-pipeline-trigger",
        edit=answered(principal="*"),
        noticed_by=checks("unread"),
    ),
)
