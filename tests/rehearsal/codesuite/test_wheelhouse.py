"""Builds with and without NAT, with and without a wheelhouse: what each installs, and what each fails by."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import Any

import pytest

from components.builds.packages import packages_specification
from rehearsal.aws.processes import REPOSITORY
from rehearsal.network.namespace import possible
from tests.rehearsal.codesuite.account import BUCKET, CodeSuiteAccount, action
from tests.rehearsal.codesuite.test_codebuild import log_of, network, with_endpoints

SEED = REPOSITORY / "seed_code" / "model-deploy"
WHEELHOUSE = f"s3://{BUCKET}/screening/wheelhouse"
INDEX = "https://pypi.org/simple"
IMAGE = "aws/codebuild/amazonlinux-x86_64-standard:6.0"
PYPROJECT = """\
[project]
name = "small"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = ["six==1.17.0"]

[tool.uv]
package = false
"""
LOCK = """\
version = 1
revision = 3
requires-python = ">=3.11"

[[package]]
name = "six"
version = "1.17.0"
source = { registry = "https://pypi.org/simple" }
wheels = [
    { url = "https://files.pythonhosted.org/packages/b7/ce/149a00dd41f10bc29e5921b496af8b574d8413afcd5e30dfa0ed46c2cc5e/\
six-1.17.0-py2.py3-none-any.whl", hash = "sha256:4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274" },
]

[[package]]
name = "small"
version = "0.1.0"
source = { virtual = "." }
dependencies = [{ name = "six" }]

[package.metadata]
requires-dist = [{ name = "six", specifier = "==1.17.0" }]
"""
INSTALL, USE = "bash install.sh", "$HOME/packages/bin/python -c 'import six; print(six.__version__)'"


def spec(*commands: str) -> str:
    lines = "".join(f"      - {command}\n" for command in commands)
    return f"version: 0.2\nphases:\n  build:\n    commands:\n{lines}"


def with_uv(lock: str) -> str:
    """The lock with the seed's uv in it, which installs the rest."""
    blocks = (SEED / "uv.lock").read_text().split("[[package]]\n")
    own = next(block for block in blocks if block.startswith('name = "uv"'))
    return f"{lock}\n[[package]]\n{own}"


def repository(**changed: str) -> dict[str, str]:
    files = {name: (SEED / name).read_text() for name in ("install.sh", "build-requirements.txt")}
    own = {"pyproject.toml": PYPROJECT, "uv.lock": with_uv(LOCK), "buildspec.yml": spec(INSTALL, USE)}
    return {**files, **own, **{name.replace("_", "."): text for name, text in changed.items()}}


def add_nat(dev: CodeSuiteAccount, vpc_config: dict[str, Any]) -> None:
    """A NAT gateway in a public subnet, and the builds' subnet routed to it."""
    ec2, vpc = dev.client("ec2"), vpc_config["vpcId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    public = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.9.0/24")["Subnet"]["SubnetId"]
    outward = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(RouteTableId=outward, SubnetId=public)
    ec2.create_route(RouteTableId=outward, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    made = ec2.create_nat_gateway(SubnetId=public, AllocationId=address)["NatGateway"]["NatGatewayId"]
    main = {"Filters": [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "association.main", "Values": ["true"]}]}
    inner = ec2.describe_route_tables(**main)["RouteTables"][0]["RouteTableId"]
    ec2.create_route(RouteTableId=inner, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=made)


def run(
    dev: CodeSuiteAccount, *, nat: bool, wheelhouse: bool, files: dict[str, str] | None = None
) -> tuple[str, list[str]]:
    """Why a pipeline of the repository fails, empty where it does not, and the log of its builds."""
    vpc_config = network(dev)
    with_endpoints(dev, vpc_config, "s3", "logs")
    if nat:
        add_nat(dev, vpc_config)
    dev.source(files or repository())
    home = {"name": "WHEELHOUSE", "value": WHEELHOUSE}
    dev.project("builder", vpcConfig=vpc_config, variables=[home] if wheelhouse else [])
    actions = [action("Build", "Build", "CodeBuild", inputs=["Source"], ProjectName="builder", runOrder=2)]
    if wheelhouse:
        variables = [home, {"name": "PACKAGE_INDEX", "value": INDEX}]
        dev.project("packages", packages_specification(), variables=variables, image=IMAGE)
        actions.insert(0, action("Packages", "Build", "CodeBuild", inputs=["Source"], ProjectName="packages"))
    dev.pipeline("flow", ("Build", actions))
    dev.run("flow")
    builds = [record.answer() for record in dev.suite.builds.records.values()]
    return dev.failure("flow"), [line for build in builds for line in log_of(dev, build)]


@pytest.mark.parametrize("nat", [False, True])
def test_a_build_installs_from_the_wheelhouse_with_and_without_nat(dev: CodeSuiteAccount, nat: bool) -> None:
    failure, log = run(dev, nat=nat, wheelhouse=True)
    assert failure == "", log
    assert {f"2 wheels from {INDEX}", "1.17.0"} <= set(log)


def test_a_build_without_a_wheelhouse_installs_from_the_index_through_nat(dev: CodeSuiteAccount) -> None:
    failure, log = run(dev, nat=True, wheelhouse=False)
    assert failure == "", log
    assert "1.17.0" in log


@pytest.mark.aws_behavior("reachable")
def test_a_build_with_neither_fails_and_names_the_host_and_the_way(dev: CodeSuiteAccount) -> None:
    failure, _ = run(dev, nat=False, wheelhouse=False)
    assert "pypi.org is not reached: rtb-" in failure
    assert "has no route to the internet: set the stack's network.nat" in failure


@pytest.mark.parametrize("command", ["pip install --quiet uv==0.13.9", "curl -sSf https://pypi.org/simple/uv/"])
def test_a_command_that_downloads_fails_without_nat(dev: CodeSuiteAccount, command: str) -> None:
    failure, _ = run(dev, nat=False, wheelhouse=False, files={"buildspec.yml": spec(command)})
    assert "pypi.org is not reached" in failure


@pytest.mark.skipif(not possible(), reason="this system lets nobody make a network namespace")
def test_a_program_that_does_not_heed_the_proxy_reaches_nothing_else(dev: CodeSuiteAccount) -> None:
    command = spec("curl -sSf --noproxy '*' --max-time 5 https://pypi.org/simple/six/ || echo no way")
    failure, log = run(dev, nat=True, wheelhouse=False, files={"buildspec.yml": command})
    assert failure == ""
    assert "no way" in log


def test_a_frozen_sync_asks_the_hosts_in_the_lock_whatever_index_is_set(dev: CodeSuiteAccount) -> None:
    """What the repositories did before: no index that is reached helps it."""
    sync = "UV_DEFAULT_INDEX=https://packages.s3.eu-west-1.amazonaws.com/simple $HOME/tools/bin/uv sync --frozen"
    failure, _ = run(dev, nat=False, wheelhouse=True, files=repository(buildspec_yml=spec(INSTALL, sync)))
    assert "files.pythonhosted.org is not reached" in failure


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ("sha256:4721f391", "sha256:00000000", "is not what uv.lock names: its sha256 differs"),
        ('registry = "https://pypi.org/simple"', 'git = "https://example.com/six"', "from a package index alone"),
        ("six-1.17.0-py2", "six-0.0.1-py2", "does not have six-0.0.1-py2.py3-none-any.whl"),
    ],
)
def test_the_packages_build_refuses_what_index_and_hash_do_not_vouch_for(
    dev: CodeSuiteAccount, before: str, after: str, named: str
) -> None:
    lock = with_uv(LOCK.replace(before, after, 1))
    failure, log = run(dev, nat=False, wheelhouse=True, files=repository(uv_lock=lock))
    assert "packages" in failure
    assert [line for line in log if named in line], log


def test_a_wheel_that_was_changed_in_the_wheelhouse_is_not_installed(dev: CodeSuiteAccount, tmp_path: Path) -> None:
    assert run(dev, nat=False, wheelhouse=True)[0] == ""
    change_six(dev, tmp_path)
    dev.run("flow")
    assert "bash install.sh" in dev.failure("flow")


def change_six(dev: CodeSuiteAccount, folder: Path) -> None:
    """Put another wheel of that name into the archive."""
    key = dev.s3.list_objects_v2(Bucket=BUCKET, Prefix="screening/wheelhouse/")["Contents"][0]["Key"]
    with tarfile.open(fileobj=io.BytesIO(dev.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())) as archive:
        archive.extractall(folder, filter="data")
    wheel = folder / "six-1.17.0-py2.py3-none-any.whl"
    wheel.write_bytes(wheel.read_bytes() + b"\0")
    changed = io.BytesIO()
    with tarfile.open(fileobj=changed, mode="w") as archive:
        archive.add(folder, arcname=".")
    dev.s3.put_object(Bucket=BUCKET, Key=key, Body=changed.getvalue())
