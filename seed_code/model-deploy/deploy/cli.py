"""Command line: `render` a release or a way back, say what it `changes`, `test` a stage, `compare` models."""

import argparse
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from deploy.accounts import assume, targets
from deploy.api import read_api
from deploy.approval import require_another_approver, require_four_eyes
from deploy.changes import end_on_signals, keep, review
from deploy.compare import compare
from deploy.deployed import REACHABLE, deployed_stack_set
from deploy.endpoint import FULL, LIGHT, TestScope, reason
from deploy.errors import DeployError
from deploy.holdout import fetch_holdout
from deploy.project import read_project
from deploy.records import kept_folder, own_execution, own_records
from deploy.registry import ModelPackage, find_package, package_status
from deploy.render import DEPLOYMENT, Release, read_deployment, write_release
from deploy.report import AccountReport, failed, table, write_report
from deploy.rollback import choose, write_again
from deploy.serving import SINGLE
from deploy.stage_tests import StageTest, tests_of
from deploy.stages import STAGES, StageSettings, StageSettingsError

_BUILD = Path("build")


def main(arguments: list[str] | None = None) -> int:
    """Exit code: 0 done, 1 refused or failed, 2 misused."""
    options = _parser().parse_args(arguments)
    try:
        return _run_command(options)
    except (DeployError, StageSettingsError) as error:
        problems = error.problems
    except (ClientError, BotoCoreError) as error:
        problems = [reason(error)]
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    return 1


def _run_command(options: argparse.Namespace) -> int:
    simple: dict[str, Callable[[], int]] = {
        "render": lambda: _render(options.template, options.build),
        "compare": lambda: _compare(options.build),
        "approved": _approved,
        "rollback": lambda: _rollback(options.build),
        "changes": lambda: _changes(options.stage, options.build),
    }
    if run := simple.get(options.command):
        return run()
    plan = FULL if options.command == "test" else LIGHT
    return _test(options.stage, options.build, plan, options.capture_wait)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    build = argparse.ArgumentParser(add_help=False)
    build.add_argument("--build", type=Path, default=_BUILD, help="folder of the files written (build)")
    render = commands.add_parser("render", parents=[build], help="write template, parameters and deployment")
    render.add_argument("--template", type=Path, default=Path("template.json"))
    commands.add_parser("rollback", parents=[build], help="write again what an earlier version delivered")
    commands.add_parser("approved", help="refuse an approval by whoever handed the code over")
    changes = commands.add_parser("changes", parents=[build], help="say what the release would change")
    changes.add_argument("--stage", choices=STAGES, required=True)
    commands.add_parser("compare", parents=[build], help="compare the two models that stages serve until now")
    for name, text in (("test", "call a stage's endpoints in full"), ("verify", "call them lightly")):
        command = commands.add_parser(name, parents=[build], help=text)
        command.add_argument("--stage", choices=STAGES, required=True)
        # Minutes, by SageMaker Developer Guide, "Capture data from real-time endpoint".
        command.add_argument("--capture-wait", type=float, default=600.0, metavar="SECONDS")
    return parser


def _render(template: Path, folder: Path) -> int:
    template_of = partial(_template_of, template)
    template_of(SINGLE)
    project = read_project(boto3.client("ssm"))
    package = _package(project.group)
    print(f"{package.arn} (commit {package.commit}, {package.metric} {package.metric_value:g})")
    cloudformation = boto3.client("cloudformation", config=REACHABLE)
    deployed = partial(deployed_stack_set, cloudformation)
    s3 = boto3.client("s3")
    apis = {
        stage: read_api(s3, settings.api, stage) for stage, settings in project.stages.items() if settings.api
    }
    find = partial(find_package, boto3.client("sagemaker"), s3, project.group)
    _keep(write_release(folder, template_of, project, package, deployed=deployed, find=find, apis=apis))
    return 0


def _package(group: str) -> ModelPackage:
    """The package that this run is of, approved by somebody else than who handed its code over."""
    requested = os.environ.get("MODEL_PACKAGE_ARN", "").strip()
    sagemaker, s3 = boto3.client("sagemaker"), boto3.client("s3")
    package = find_package(sagemaker, s3, group, requested)
    # Outside a pipeline nothing is delivered, and there are no records.
    if kept_folder():
        require_four_eyes(own_records(s3), sagemaker.describe_model_package(ModelPackageName=package.arn))
    return package


def _approved() -> int:
    """The last look before production: the package is approved still, and somebody else let it in."""
    package = _package(read_project(boto3.client("ssm")).group)
    records = own_records(boto3.client("s3"))
    who = require_another_approver(records, boto3.client("codepipeline"), package.arn)
    print(f"{package.arn} was let into production by {who}")
    return 0


def _rollback(folder: Path) -> int:
    project = read_project(boto3.client("ssm"))
    records, run = own_records(boto3.client("s3")), own_execution(boto3.client("codepipeline"))
    deployed = partial(deployed_stack_set, boto3.client("cloudformation", config=REACHABLE))
    chosen = choose(records, project, run, partial(package_status, boto3.client("sagemaker")), deployed)
    print(f"{chosen.stage}: back to version {chosen.version}, {chosen.package}")
    _keep(write_again(folder, records, project, chosen, deployed))
    return 0


def _keep(written: list[Path]) -> None:
    """Says what was written, and keeps it aside where the platform says where."""
    for path in written:
        print(f"wrote {path}")
    if folder := kept_folder():
        own_records(boto3.client("s3")).keep(folder, written)
        print(f"kept {folder}")


def _changes(stage: str, folder: Path) -> int:
    end_on_signals()
    deployment = read_deployment(folder / DEPLOYMENT)
    change = review(deployment, _stage(deployment, stage), folder)
    print(change.text())
    if uri := os.environ.get("CHANGES_URI", "").strip():
        print(f"kept at {keep(change, uri)}")
    return 0


def _template_of(template: Path, shape: str) -> str:
    """A shape's template: beside that of the single endpoint, in `shapes/`."""
    path = template if shape == SINGLE else template.parent / "shapes" / f"{shape}.json"
    if not path.is_file():
        raise DeployError([f"{path} does not exist; it comes with this repository's archive, restore it"])
    return path.read_text(encoding="utf-8")


def _test(stage: str, folder: Path, plan: TestScope, capture_wait: float) -> int:
    deployment = read_deployment(folder / DEPLOYMENT)
    reports = _run(deployment, stage, plan, capture_wait)
    path = folder / f"test-{stage}.json"
    write_report(path, stage, deployment.package_arn, reports)
    print(table(reports))
    failures = [(report, check) for report in reports for check in report.failures]
    for report, check in failures:
        print(f"error: {report.account} {report.region}: {check.name}: {check.detail}", file=sys.stderr)
    print(f"{stage}: {len(failures)} failed; {path}")
    return 1 if failures else 0


def _compare(folder: Path) -> int:
    """Never a reason to stop a release: what the comparison says, a person weighs."""
    compared = compare(read_deployment(folder / DEPLOYMENT), folder)
    for stage in compared:
        print("\n".join(stage.lines()))
    print(f"compared: {len(compared)} endpoints with two models")
    return 0


def _stage(deployment: Release, stage: str) -> StageSettings:
    if stage not in deployment.stages:
        allowed = ", ".join(deployment.stages)
        raise DeployError([f"--stage {stage}: the release does not go there; its stages: {allowed}"])
    return deployment.stages[stage]


def _run(deployment: Release, stage: str, plan: TestScope, capture_wait: float) -> list[AccountReport]:
    settings = _stage(deployment, stage)
    served = deployment.served[stage]
    s3 = boto3.client("s3")
    holdouts = {name: fetch_holdout(s3, model.holdout_uri).first(plan.rows) for name, model in served.items()}
    reports: list[AccountReport] = []
    tests: list[StageTest] = []
    for target in targets(settings):
        try:
            clients = assume(settings, target)
        except (ClientError, BotoCoreError) as error:
            detail = f"cannot assume {settings.test_role_arns[target.account]}: {reason(error)}"
            refused = [failed("test role", detail)]
            reports.append(AccountReport(target.account, target.region, target.endpoint, refused))
            continue
        of_target = tests_of(deployment, target, clients, holdouts, plan, settings=settings)
        for test in of_target:
            test.call()
        tests += of_target
    deadline = time.monotonic() + capture_wait
    for test in tests:
        test.await_capture(deadline)
    return reports + [test.report() for test in tests]
