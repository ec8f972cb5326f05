"""Code, images and events from anywhere but the platform's own places are found, whichever way they come in."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from policies.access.graph import PolicyGraph
from policies.access.graph.declared import BUILD, FUNCTION, PIPELINE, RULE, TARGET
from policies.access.proofs.inputs import own_inputs
from tests.policies.access.proofs.declared_changes import with_change

Props = dict[str, Any]
DEPLOY, BUILDS, STARTER = "diabetes-mlops-deploy", "mlops-diabetes-deploy-test", "mlops-diabetes-pipeline-starter"
ARTIFACTS = "mlops-dev-artifacts-111111111111-eu-west-1"


def source(**changes: Any) -> Callable[[Props], None]:
    return lambda props: props["stages"][0]["actions"][0].update(changes)


def configured(**changes: str) -> Callable[[Props], None]:
    return lambda props: props["stages"][0]["actions"][0]["configuration"].update(changes)


def store(**changes: Any) -> Callable[[Props], None]:
    return lambda props: props["artifactStores"][0].update(changes)


def setting(**changes: Any) -> Callable[[Props], None]:
    return lambda props: props.update(changes)


def within(name: str, **changes: Any) -> Callable[[Props], None]:
    return lambda props: props.update({name: {**(props.get(name) or {}), **changes}})


def variable(name: str, value: str) -> Callable[[Props], None]:
    return lambda props: props["environment"].update(
        environmentVariables=[
            *(one for one in props["environment"]["environmentVariables"] if one["name"] != name),
            {"name": name, "value": value, "type": "PLAINTEXT"},
        ]
    )


def pattern(change: Callable[[Props], Any]) -> Callable[[Props], None]:
    def edit(props: Props) -> None:
        content = json.loads(props["eventPattern"])
        change(content)
        props["eventPattern"] = json.dumps(content)

    return edit


PLANTED: Mapping[str, tuple[str, str, Callable[[Props], None], str]] = {
    "another bucket": (PIPELINE, DEPLOY, configured(S3Bucket="mlops-dev-data-111111111111-eu-west-1"), "takes code"),
    "the repository of the scientists": (
        PIPELINE,
        DEPLOY,
        configured(S3ObjectKey="diabetes/source/model-build.zip"),
        "takes code from",
    ),
    "another project's repository": (
        PIPELINE,
        DEPLOY,
        configured(S3ObjectKey="screening/source/model-deploy.zip"),
        "takes code from",
    ),
    "a connection": (PIPELINE, DEPLOY, source(provider="CodeStarSourceConnection"), "is not the platform's"),
    "polling": (PIPELINE, DEPLOY, configured(PollForSourceChanges="true"), "at each change of its object"),
    "a key that whoever starts it chooses": (
        PIPELINE,
        DEPLOY,
        configured(AllowOverrideForS3ObjectKey="true"),
        "AllowOverrideForS3ObjectKey, which nobody read",
    ),
    "artifacts among the data": (
        PIPELINE,
        DEPLOY,
        store(location="mlops-dev-data-111111111111-eu-west-1"),
        "its artifacts go to",
    ),
    "artifacts with another key": (PIPELINE, DEPLOY, store(encryptionKey={"type": "KMS", "id": "k"}), "another key"),
    "a pipeline's role from another project": (
        PIPELINE,
        DEPLOY,
        setting(roleArn="arn:aws:iam::111111111111:role/mlops/projects/screening/mlops-screening-deploy-pipeline"),
        "no role of its project",
    ),
    "an image of Docker Hub": (BUILD, BUILDS, within("environment", image="library/python:3.11"), "its image"),
    "an image that looks like AWS's": (
        BUILD,
        BUILDS,
        within("environment", image="evil/aws/codebuild/standard:1"),
        "its image",
    ),
    "AWS's image by whoever signs in": (
        BUILD,
        BUILDS,
        within("environment", imagePullCredentialsType="SERVICE_ROLE"),
        "its image",
    ),
    "an image by a tag": (
        BUILD,
        BUILDS,
        within("environment", image="111111111111.dkr.ecr.eu-west-1.amazonaws.com/mlops/model:latest"),
        "by digest",
    ),
    "a test that tests nothing": (BUILD, BUILDS, within("source", buildspec="version: 0.2"), "not its own"),
    "another build's specification": (BUILD, BUILDS, within("source", buildspec="buildspec-verify.yml"), "not its own"),
    "code of GitHub": (BUILD, BUILDS, within("source", type="GITHUB", location="https://x"), "comes from GITHUB"),
    "more sources": (BUILD, BUILDS, setting(secondarySources=[{"type": "GITHUB"}]), "secondarySources"),
    "a mounted disk": (BUILD, BUILDS, setting(fileSystemLocations=[{"type": "EFS"}]), "fileSystemLocations"),
    "a shared cache": (BUILD, BUILDS, within("cache", type="S3", location=f"{ARTIFACTS}/c"), "its cache is of type S3"),
    "results elsewhere": (BUILD, BUILDS, within("artifacts", type="S3", location=ARTIFACTS), "its results go to"),
    "public results": (BUILD, BUILDS, setting(projectVisibility="PUBLIC_READ"), "are public"),
    "a variable that loads code": (BUILD, BUILDS, variable("BASH_ENV", "/tmp/x"), "BASH_ENV is one that nobody read"),
    "another project's packages": (
        BUILD,
        BUILDS,
        variable("WHEELHOUSE", f"s3://{ARTIFACTS}/screening/wheelhouse"),
        "not its own",
    ),
    "another project's parameters": (
        BUILD,
        BUILDS,
        variable("MLOPS_PARAMETERS", "/mlops/dev/projects/screening"),
        "not its own",
    ),
    "an index in the open": (
        BUILD,
        "mlops-diabetes-packages",
        variable("PACKAGE_INDEX", "http://pypi.org/simple"),
        "not its own",
    ),
    "a base image of somebody": (BUILD, "mlops-dev-image", variable("BASE", "public.ecr.aws/evil/python"), "not its o"),
    "an image's source among a project's": (
        BUILD,
        "mlops-dev-image",
        within("source", location=f"{ARTIFACTS}/diabetes/source/model-build.zip"),
        "none of the platform's own",
    ),
    "a build as another project": (
        BUILD,
        BUILDS,
        setting(serviceRole="arn:aws:iam::111111111111:role/mlops/projects/screening/mlops-screening-deploy-test"),
        "no role of its project",
    ),
    "a layer": (FUNCTION, STARTER, setting(layers=["arn:aws:lambda:eu-west-1:111111111111:layer:x:1"]), "its layers"),
    "an image of a function": (FUNCTION, STARTER, setting(packageType="Image", imageUri="x"), "it runs the image x"),
    "a function's code in a bucket": (FUNCTION, STARTER, setting(s3Bucket=ARTIFACTS, s3Key="k"), "its s3Bucket"),
    "a wrapper of the runtime": (
        FUNCTION,
        STARTER,
        setting(environment={"variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/x"}}),
        "its environment.variables",
    ),
    "another handler": (FUNCTION, STARTER, setting(handler="tool.main"), "it runs tool.main"),
    "models of any status": (
        RULE,
        DEPLOY,
        pattern(lambda content: content["detail"].pop("ModelApprovalStatus")),
        "hears other events",
    ),
    "pending models": (
        RULE,
        DEPLOY,
        pattern(lambda content: content["detail"].update(ModelApprovalStatus=["Approved", "PendingManualApproval"])),
        "hears other events",
    ),
    "models of any group": (
        RULE,
        DEPLOY,
        pattern(lambda content: content["detail"].update(ModelPackageGroupName=[{"prefix": "mlops-"}])),
        "hears other events",
    ),
    "events that anybody may put": (
        RULE,
        DEPLOY,
        pattern(lambda content: content.update(source=["aws.sagemaker", "mlops.own"])),
        "hears other events",
    ),
    "any object": (
        RULE,
        "diabetes-mlops-build",
        pattern(lambda content: content["detail"].pop("object")),
        "hears other events",
    ),
    "deliveries of one pipeline are not written down": (
        RULE,
        "mlops-diabetes-release-deliveries",
        pattern(lambda content: content["detail"].update(pipeline=[DEPLOY])),
        "hears other events",
    ),
    "a schedule": (RULE, DEPLOY, setting(scheduleExpression="rate(1 day)"), "none of the account's own bus"),
}


def test_everything_that_comes_into_the_example_is_its_own(graph: PolicyGraph) -> None:
    proof = own_inputs(graph)
    assert not proof.findings
    assert proof.queries > 50
    assert "mlops-diabetes-packages fetches packages from https://pypi.org/simple" in proof.named


@pytest.mark.parametrize("planted", PLANTED, ids=str)
def test_what_comes_from_elsewhere_is_found(graph: PolicyGraph, planted: str) -> None:
    token, name, edit, found = PLANTED[planted]
    titles = [finding.title for finding in own_inputs(with_change(graph, token, name, edit)).findings]
    assert any(found in title for title in titles), titles


@pytest.mark.parametrize(
    "changes",
    [
        {"input": '{"detail": {}}'},
        {"inputTransformer": {"inputTemplate": "<x>"}},
        {"inputPath": "$.detail"},
        {"rule": "mlops-diabetes-release-decisions"},
        {"eventBusName": "mlops-dev-events"},
        {"arn": "arn:aws:codepipeline:eu-west-1:111111111111:diabetes-mlops-deploy"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_target_that_hands_something_else_over_is_found(graph: PolicyGraph, changes: dict[str, Any]) -> None:
    name = next(one.name for one in graph.declared_of(TARGET) if one.text("rule") == DEPLOY)
    assert own_inputs(with_change(graph, TARGET, name, setting(**changes))).findings
