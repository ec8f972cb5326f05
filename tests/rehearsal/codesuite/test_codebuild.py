"""Builds run their specification as CodeBuild does: phases, environment, artifacts, logs and faults."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.cleaner import running
from functions.cleaner.waiting import Waiting
from rehearsal import zip_archives
from rehearsal.codesuite import buildspec
from rehearsal.codesuite.build_environment import BuildEnvironment
from rehearsal.codesuite.buildspec import BuildspecError
from rehearsal.zip_archives import ArchiveError
from tests.rehearsal.accounts import make_endpoints
from tests.rehearsal.codesuite.account import DEV, REGION, CodeSuiteAccount, action


def built(dev: CodeSuiteAccount, text: str, files: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    """Run one build in a pipeline and give BatchGetBuilds' answer. `lines` are the CloudWatch log's."""
    dev.source({"buildspec.yml": text, **(files or {})})
    dev.project("builder", **more)
    dev.pipeline("flow", ("Build", [action("Build", "Build", "CodeBuild", inputs=["Source"], ProjectName="builder")]))
    dev.run("flow")
    client = dev.client("codebuild")
    build = client.batch_get_builds(ids=client.list_builds_for_project(projectName="builder")["ids"])["builds"][0]
    build["lines"] = log_of(dev, build)
    return dict(build)


def log_of(dev: CodeSuiteAccount, build: dict[str, Any]) -> list[str]:
    logs = build["logs"]
    events = dev.client("logs").get_log_events(logGroupName=logs["groupName"], logStreamName=logs["streamName"])
    return [event["message"] for event in events["events"]]


def status(build: dict[str, Any]) -> dict[str, str]:
    return {phase["phaseType"]: phase["phaseStatus"] for phase in build["phases"]}


def commands(**phases: list[str]) -> str:
    text = "version: 0.2\nphases:\n"
    for name, lines in phases.items():
        text += f"  {name}:\n    commands:\n" + "".join(f"      - |\n        {line}\n" for line in lines)
    return text


def test_variables_functions_and_directory_last_from_phase_to_phase(dev: CodeSuiteAccount) -> None:
    spec = commands(
        install=["mkdir -p deep && cd deep", "plain=kept; greet() { echo hi $plain; }", "export SHOWN=yes"],
        build=["greet", 'echo "$(basename $PWD) $SHOWN"'],
    )
    build = built(dev, spec)
    assert build["buildStatus"] == "SUCCEEDED", build["lines"]
    assert {"hi kept", "deep yes"} <= set(build["lines"])


def test_post_build_runs_after_a_failed_build_and_knows_of_it(dev: CodeSuiteAccount) -> None:
    spec = commands(build=["echo before", "false", "echo never"], post_build=['echo "ok=$CODEBUILD_BUILD_SUCCEEDING"'])
    build = built(dev, spec)
    assert build["buildStatus"] == "FAILED"
    assert status(build)["POST_BUILD"] == "SUCCEEDED"
    assert "ok=0" in build["lines"]
    assert "never" not in build["lines"]


def test_nothing_runs_after_a_failed_install(dev: CodeSuiteAccount) -> None:
    build = built(dev, commands(install=["exit 3"], build=["echo never"], post_build=["echo never"]))
    assert "BUILD" not in status(build)
    assert "UPLOAD_ARTIFACTS" not in status(build)
    assert "never" not in build["lines"]


def test_finally_runs_after_a_failure_and_does_not_hide_it(dev: CodeSuiteAccount) -> None:
    build = built(dev, "version: 0.2\nphases: {build: {commands: ['false'], finally: ['echo cleaned']}}")
    assert build["buildStatus"] == "FAILED"
    assert "cleaned" in build["lines"]


def test_a_build_sees_parameters_as_its_role_and_nothing_of_this_process(
    dev: CodeSuiteAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTSIDE_SECRET", "leaked")
    dev.client("ssm").put_parameter(Name="/mlops/dev/colour", Value="green", Type="String")
    spec = "version: 0.2\nenv: {parameter-store: {COLOUR: /mlops/dev/colour}}\nphases: {build: {commands: [env]}}"
    build = built(dev, spec)
    assert "COLOUR=green" in build["lines"]
    assert f"CODEBUILD_BUILD_ID={build['id']}" in build["lines"]
    assert not [line for line in build["lines"] if "OUTSIDE_SECRET" in line]
    assert "ssm:GetParameters" in dev.by(dev.build_role)


def test_the_source_revision_is_the_objects_version(dev: CodeSuiteAccount) -> None:
    build = built(dev, commands(build=["echo revision=$CODEBUILD_RESOLVED_SOURCE_VERSION"]))
    version = dev.s3.head_object(Bucket="mlops-artifacts", Key="source.zip")["VersionId"]
    assert build["resolvedSourceVersion"] == version
    assert f"revision={version}" in build["lines"]


def test_a_missing_parameter_fails_the_build_by_name(dev: CodeSuiteAccount) -> None:
    spec = "version: 0.2\nenv: {parameter-store: {COLOUR: /nowhere}}\nphases: {build: {commands: [env]}}"
    build = built(dev, spec)
    assert status(build)["DOWNLOAD_SOURCE"] == "FAILED"
    assert "parameter does not exist: /nowhere" in dev.failure("flow")


def test_an_output_that_matches_nothing_fails_the_upload(dev: CodeSuiteAccount) -> None:
    dev.source({"buildspec.yml": commands(build=["true"]) + "artifacts: {files: [missing.txt]}\n"})
    dev.project("builder")
    make = action("Build", "Build", "CodeBuild", inputs=["Source"], outputs=["Out"], ProjectName="builder")
    dev.pipeline("flow", ("Build", [make]))
    dev.run("flow")
    assert "no matching artifact paths found for missing.txt" in dev.failure("flow")


def test_a_build_that_takes_too_long_is_ended(dev: CodeSuiteAccount) -> None:
    dev.source({"buildspec.yml": commands(build=["sleep 60"])})
    dev.project("builder", timeoutInMinutes=5)
    dev.suite.builds.project(DEV, REGION, "builder")["timeoutInMinutes"] = 0.01  # type: ignore[index]
    dev.pipeline("flow", ("Build", [action("Build", "Build", "CodeBuild", inputs=["Source"], ProjectName="builder")]))
    dev.run("flow")
    assert "TIMED_OUT" in dev.failure("flow")


def test_a_build_can_be_stopped(dev: CodeSuiteAccount) -> None:
    dev.source({"buildspec.yml": commands(build=["sleep 60"])})
    dev.project("builder")
    dev.pipeline("flow", ("Build", [action("Build", "Build", "CodeBuild", inputs=["Source"], ProjectName="builder")]))
    dev.client("codepipeline").start_pipeline_execution(name="flow")
    client = dev.client("codebuild")
    while not (ids := client.list_builds_for_project(projectName="builder")["ids"]):
        pass
    client.stop_build(id=ids[0])
    dev.suite.pipelines.executions(DEV, REGION, "flow")[-1].wait(20)
    assert client.batch_get_builds(ids=ids)["builds"][0]["buildStatus"] == "STOPPED"


def test_the_builds_of_an_abandoned_execution_go_on_until_the_cleaner_stops_them(dev: CodeSuiteAccount) -> None:
    dev.source({"buildspec.yml": commands(build=["sleep 60"])})
    dev.project("builder")
    dev.pipeline("flow", ("Build", [action("Build", "Build", "CodeBuild", inputs=["Source"], ProjectName="builder")]))
    dev.client("codepipeline").start_pipeline_execution(name="flow")
    client = dev.client("codebuild")
    while not (ids := client.list_builds_for_project(projectName="builder")["ids"]):
        pass
    assert running.stop_code_pipeline(dev.client("codepipeline"), "flow", Waiting(20))
    assert running.stop_builds(client, "builder", Waiting(20)) == [f"build {ids[0]}"]
    assert client.batch_get_builds(ids=ids)["builds"][0]["buildStatus"] == "STOPPED"
    assert running.stop_builds(client, "builder", Waiting(20)) == []


def network(dev: CodeSuiteAccount) -> dict[str, Any]:
    ec2 = dev.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(VpcId=vpc, GroupName="builds", Description="builds")["GroupId"]
    return {"vpcId": vpc, "subnets": [subnet], "securityGroupIds": [group]}


def with_endpoints(dev: CodeSuiteAccount, vpc_config: dict[str, Any], *services: str) -> None:
    """Endpoints in the builds' own subnet and group."""
    group = vpc_config["securityGroupIds"][0]
    make_endpoints(dev.client("ec2"), vpc_config["vpcId"], vpc_config["subnets"], group, services)


def test_a_build_in_a_vpc_reaches_only_what_has_an_endpoint(dev: CodeSuiteAccount) -> None:
    vpc_config = network(dev)
    with_endpoints(dev, vpc_config, "s3", "logs")
    code = "import boto3; boto3.client('ssm').get_parameter(Name='x')"
    dev.suite.builds.build_environment = BuildEnvironment(programs=(Path(sys.executable).parent,))
    build = built(dev, commands(build=[f'python -c "{code}"']), vpcConfig=vpc_config)
    assert build["buildStatus"] == "FAILED"
    assert [line for line in build["lines"] if "NoRoute" in line and f"com.amazonaws.{REGION}.ssm" in line]
    endpoints = {
        line.endpoint for line in dev.cloud.recorder.requests if line.role == dev.build_role and line.service == "s3"
    }
    assert all(endpoint and endpoint.startswith("vpce-") for endpoint in endpoints)
    placed = dev.client("ec2").describe_vpc_endpoints()["VpcEndpoints"]
    left = {each["NetworkInterfaceId"] for each in dev.client("ec2").describe_network_interfaces()["NetworkInterfaces"]}
    assert left == {interface for endpoint in placed for interface in endpoint["NetworkInterfaceIds"]}


def test_a_build_without_a_way_to_its_log_fails_at_once(dev: CodeSuiteAccount) -> None:
    vpc_config = network(dev)
    dev.source({"buildspec.yml": commands(build=["true"])})
    dev.project("builder", vpcConfig=vpc_config)
    dev.pipeline("flow", ("Build", [action("Build", "Build", "CodeBuild", inputs=["Source"], ProjectName="builder")]))
    dev.run("flow")
    assert "has no endpoint com.amazonaws.eu-west-1.logs" in dev.failure("flow")


def test_a_build_in_a_subnet_that_does_not_exist_fails(dev: CodeSuiteAccount) -> None:
    vpc_config = network(dev) | {"subnets": ["subnet-0123456789abcdef0"]}
    dev.source({"buildspec.yml": commands(build=["true"])})
    dev.project("builder", vpcConfig=vpc_config)
    dev.pipeline("flow", ("Build", [action("Build", "Build", "CodeBuild", inputs=["Source"], ProjectName="builder")]))
    dev.run("flow")
    assert "CreateNetworkInterface" in dev.failure("flow")


def test_nothing_that_a_build_writes_aside_stays_on_this_machine(dev: CodeSuiteAccount) -> None:
    build = built(dev, commands(build=['folder="$(mktemp -d)"; echo "aside $folder"; ls -d "$folder"']))
    assert build["buildStatus"] == "SUCCEEDED", build["lines"]
    [folder] = [line.removeprefix("aside ") for line in build["lines"] if line.startswith("aside ")]
    assert not Path(folder).exists()


def test_what_a_build_installs_is_its_own(dev: CodeSuiteAccount) -> None:
    build = built(dev, commands(install=["python3 -c 'import pip, sys; print(sys.prefix)'", "aws --version"]))
    assert build["buildStatus"] == "SUCCEEDED", build["lines"]
    assert [line for line in build["lines"] if line.endswith("/container")]


@pytest.mark.aws_behavior("runtime_fault")
@pytest.mark.parametrize(
    ("image", "named"),
    [
        ("aws/codebuild/amazonlinux-x86_64-standard:6.0", "Unknown runtime version named '3.9' of python"),
        ("aws/codebuild/of-somebody:1.0", "nobody looked up which runtimes"),
    ],
)
def test_a_runtime_that_the_image_lacks_fails_the_build(dev: CodeSuiteAccount, image: str, named: str) -> None:
    spec = "version: 0.2\nphases: {install: {runtime-versions: {python: 3.9}}, build: {commands: ['true']}}"
    built(dev, spec, image=image)
    assert named in dev.failure("flow")


def test_a_pipelines_project_is_not_started_by_hand(dev: CodeSuiteAccount) -> None:
    dev.project("builder")
    started = dev.client("codebuild").start_build(projectName="builder")["build"]["id"]
    record = dev.suite.builds.records[started]
    assert record.done.wait(10)
    assert "started by a pipeline only" in record.failure


def test_an_unknown_project_is_refused(dev: CodeSuiteAccount) -> None:
    with pytest.raises(ClientError, match="Project cannot be found: nobody"):
        dev.client("codebuild").start_build(projectName="nobody")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("version: 0.1\nphases: {build: {commands: [a]}}", "version is 0.1; allowed: 0.2"),
        ("version: 0.2\nphase: {}", "unknown phase; allowed"),
        ("version: 0.2\nphases: {builds: {}}", "unknown builds; allowed: install, pre_build, build, post_build"),
        ("version: 0.2\nphases: {build: {commands: [{a: b}]}}", "a list of text"),
        ("version: 0.2\nphases: {build: {commands: [a], on-failure: RETRY}}", "on-failure is 'RETRY'"),
        ("version: 0.2", "names no phases"),
        ("a: [", "YAML_FILE_ERROR"),
        ("version: 0.2\nenv: {exported-variables: ['a;b']}\nphases: {build: {commands: [a]}}", "no variable's name"),
    ],
)
def test_a_wrong_specification_says_where_and_what_is_allowed(text: str, message: str) -> None:
    with pytest.raises(BuildspecError, match=message):
        buildspec.parse(text, "buildspec.yml")


def test_an_archive_cannot_write_outside_its_folder(tmp_path: Path) -> None:
    from tests.rehearsal.codesuite.account import archive

    zip_archives.unpack(archive({"../../outside.txt": "x"}), tmp_path / "a" / "b")
    assert not (tmp_path / "outside.txt").exists()
    with pytest.raises(ArchiveError, match="not a sound zip"):
        zip_archives.unpack(b"nonsense", tmp_path)


def test_a_base_directory_cannot_leave_the_source(tmp_path: Path) -> None:
    with pytest.raises(BuildspecError, match="leaves the source"):
        buildspec.selected(buildspec.ArtifactSpec(("*",), "../.."), tmp_path)
