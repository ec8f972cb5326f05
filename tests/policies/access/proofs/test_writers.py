"""Whoever writes what a pipeline, a build or a function takes in, and is not meant to, is found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from catalog.roles import RoleKind
from policies.access.graph import PolicyGraph
from policies.access.graph.purposes import roles_of_kind
from policies.access.proofs.writers import inputs_written

ARTIFACTS = "arn:aws:s3:::mlops-dev-artifacts-111111111111-eu-west-1"
IMAGES = "arn:aws:ecr:eu-west-1:111111111111:repository/mlops/model"


def able(graph: PolicyGraph, kind: RoleKind, **elements: Any) -> PolicyGraph:
    """The graph in which the first role of a kind may do something more, and its boundary limits nothing."""
    role = roles_of_kind(graph, kind)[0]
    policy = {"Version": "2012-10-17", "Statement": [{"Sid": "More", "Effect": "Allow", **elements}]}
    changed = replace(role, inline=(*role.inline, policy), boundary=None)
    return replace(graph, roles={**graph.roles, role.arn: changed})


def test_only_those_that_are_meant_to_write_what_the_example_takes_in(graph: PolicyGraph) -> None:
    proof = inputs_written(graph)
    assert not proof.findings
    assert "diabetes/source/model-deploy.zip: those that bring stacks up" in proof.named


@pytest.mark.parametrize(
    ("kind", "action", "resource"),
    [
        (RoleKind.PUBLISH, "s3:PutObject", f"{ARTIFACTS}/diabetes/source/model-deploy.zip"),
        (RoleKind.PUBLISH, "s3:PutObject", f"{ARTIFACTS}/diabetes/source/*"),
        (RoleKind.BUILD, "s3:PutObject", f"{ARTIFACTS}/diabetes-mlops-deplo/Rendered/*"),
        (RoleKind.PROCESSING, "s3:*", f"{ARTIFACTS}/*"),
        (RoleKind.TRAINING, "s3:PutObject", f"{ARTIFACTS}/diabetes/wheelhouse/*"),
        (RoleKind.PACKAGES, "s3:DeleteObject", f"{ARTIFACTS}/diabetes/source/model-build.zip"),
        (RoleKind.PACKAGES, "s3:PutObject", f"{ARTIFACTS}/screening/wheelhouse/*"),
        (RoleKind.SCIENTIST, "s3:PutObject", f"{ARTIFACTS}/_image/uri"),
        (RoleKind.IMAGE_BUILD, "s3:PutObject", f"{ARTIFACTS}/_image/source/model.zip"),
        (RoleKind.TRAINING, "ecr:PutImage", IMAGES),
        (RoleKind.ADMINISTRATOR, "ecr:BatchDeleteImage", "*"),
    ],
)
def test_another_writer_is_found(graph: PolicyGraph, kind: RoleKind, action: str, resource: str) -> None:
    role = roles_of_kind(graph, kind)[0]
    found = inputs_written(able(graph, kind, Action=action, Resource=resource)).findings
    assert any(finding.title.startswith(f"{role.arn} writes") for finding in found)
