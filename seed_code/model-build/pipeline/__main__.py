"""`python -m pipeline render|upsert|run`."""

from __future__ import annotations

import argparse
import difflib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from pipeline.errors import UserError
from pipeline.model import ModelSettings, read_model
from pipeline.project import ProjectParameters, parse_project, read_file, read_ssm, with_pinned_image
from pipeline.ranges import parameter_rules

ROOT = Path(__file__).resolve().parent.parent
INTERRUPTED = 130


def main(arguments: list[str] | None = None) -> int:
    """Run a command. Exit codes: 0, 1 for a mistake or a failed execution, 130 after Ctrl-C."""
    options = parse(arguments)
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return int(options.command(options))
    except UserError as error:
        for problem in error.problems:
            print(f"error: {problem}", file=sys.stderr)
    except (ClientError, BotoCoreError) as error:
        print(f"error: AWS refused: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return INTERRUPTED
    return 1


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m pipeline", description="The project's training pipeline."
    )
    commands = parser.add_subparsers(required=True, metavar="render|upsert|run")
    for name, function, description in (
        ("render", render, "write the pipeline's definition; changes nothing in AWS"),
        ("upsert", upsert, "upload the scripts and create or update the pipeline"),
        ("run", run, "start the pipeline"),
    ):
        command = commands.add_parser(name, help=description, description=description)
        command.set_defaults(command=function)
        command.add_argument("--parameters", type=Path, help="JSON file of parameters, instead of SSM")
        command.add_argument("--model", type=Path, default=ROOT / "model.toml", help="settings of the model")
        if name == "render":
            command.add_argument("--out", type=Path, default=ROOT / "build" / "definition.json")
        if name == "run":
            command.add_argument(
                "--wait", action="store_true", help="follow it; exit 1 with the reason if it fails"
            )
            command.add_argument("--set", action="append", default=[], metavar="Name=value", dest="values")
            command.add_argument(
                "--poll", type=float, default=10.0, metavar="SECONDS", help="between two looks"
            )
    return parser.parse_args(arguments)


def render(options: argparse.Namespace) -> int:
    """Write the definition to a file."""
    project, model = settings(options)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(definition(project, model), indent=2, sort_keys=True) + "\n")
    print(options.out)
    return 0


def upsert(options: argparse.Namespace) -> int:
    """Upload the scripts and publish the definition that names them."""
    from pipeline.code import code_uri, tree, upload
    from pipeline.execution import publish

    project, model = settings(options)
    made = definition(project, model)
    files = tree()
    uri = code_uri(project.artifacts_uri, files)
    upload(client("s3", project.region), uri, files, project.data_key)
    print(f"code      {uri}")
    print(f"pipeline  {publish(client('sagemaker', project.region), project, made, commit())}")
    return 0


def run(options: argparse.Namespace) -> int:
    """Start the pipeline that is published, on the data as it is now."""
    from pipeline.execution import data_version, follow, start

    project, _ = settings(options)
    sagemaker = client("sagemaker", project.region)
    defaults = published_parameters(sagemaker, project.pipeline_name)
    values = parameter_values(options.values, list(defaults))
    uri = values.get("DataUri", str(defaults.get("DataUri", "")))
    values.setdefault("DataVersion", data_version(client("s3", project.region), uri))
    arn = start(sagemaker, project.pipeline_name, values)
    print(f"execution {arn}", flush=True)
    if not options.wait:
        return 0
    try:
        failure = follow(sagemaker, arn, lambda line: print(line, flush=True), options.poll)
    except KeyboardInterrupt:
        print(
            "\nno longer following; the execution goes on. To stop it: "
            f"aws sagemaker stop-pipeline-execution --pipeline-execution-arn {arn}",
            file=sys.stderr,
        )
        return INTERRUPTED
    if failure:
        raise UserError(failure)
    return 0


def published_parameters(sagemaker: Any, name: str) -> dict[str, Any]:
    """Parameters of the published pipeline and their defaults."""
    from pipeline.execution import published

    described = published(sagemaker, name)
    if described is None:
        raise UserError(f"pipeline {name} does not exist yet; run upsert first")
    parameters = json.loads(described["PipelineDefinition"])["Parameters"]
    return {each["Name"]: each.get("DefaultValue") for each in parameters}


def parameter_values(given: list[str], parameter_names: list[str]) -> dict[str, str]:
    """`Name=value` texts as a dictionary. Raises UserError listing all that are malformed or not allowed."""
    values: dict[str, str] = {}
    problems, known = [], parameter_rules()
    for text in given:
        name, equals, value = text.partition("=")
        nearest = difflib.get_close_matches(name, parameter_names, 1)
        if not equals:
            problems.append(f"--set {text}: write it as Name=value")
        elif name not in parameter_names:
            hint = f"did you mean {nearest[0]}?" if nearest else f"allowed: {', '.join(parameter_names)}"
            problems.append(f"--set {name}: the pipeline has no such parameter; {hint}")
        elif refused := known.get(name, lambda _: None)(value):
            problems.append(f"--set {name}: {value!r} is not allowed; allowed: {refused}")
        values[name] = value
    if problems:
        raise UserError(problems)
    return values


def settings(options: argparse.Namespace) -> tuple[ProjectParameters, ModelSettings]:
    """The project's parameters and the model's settings; all mistakes of both at once."""
    problems: list[str] = []
    project, model = None, None
    try:
        project = read_project(options.parameters)
    except UserError as error:
        problems += error.problems
    try:
        model = read_model(options.model)
    except UserError as error:
        problems += error.problems
    if project is None or model is None:
        raise UserError(problems)
    return project, model


def read_project(file: Path | None) -> ProjectParameters:
    if file:
        return parse_project(read_file(file), str(file))
    root = os.environ.get("MLOPS_PARAMETERS", "").rstrip("/")
    if not root.startswith("/"):
        raise UserError(
            "MLOPS_PARAMETERS is not set; set it to the project's SSM tree, "
            "like /mlops/dev/projects/screening, or give --parameters FILE"
        )
    values = read_ssm(client("ssm", None), root)
    return parse_project(with_pinned_image(values, lambda: client("s3", None)), root)


def definition(project: ProjectParameters, model: ModelSettings) -> dict[str, Any]:
    # The SDK takes seconds to import and reads its environment while it does.
    from pipeline.session import prepare_sdk, without_instance_metadata

    prepare_sdk(project.region)
    with without_instance_metadata():
        from pipeline.definition import define

        return define(project, model, commit())


def commit() -> str:
    """The commit being built: CodeBuild's, else git's, else `unknown`."""
    if commit_id := os.environ.get("CODEBUILD_RESOLVED_SOURCE_VERSION"):
        return commit_id
    try:
        result = subprocess.run(
            ["git", "-C", str(ROOT), "rev-parse", "HEAD"],  # noqa: S607
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return result.stdout.strip()


def client(service: str, region: str | None) -> Any:
    import boto3

    return boto3.client(service, region_name=region)


if __name__ == "__main__":
    sys.exit(main())
