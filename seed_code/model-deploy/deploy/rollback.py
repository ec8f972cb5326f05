"""The way back: which version a stage goes back to, and what that version delivered, once more."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.deployed import Deployed, StackSetUpdate
from deploy.errors import DeployError
from deploy.project import ProjectParameters
from deploy.records import ROLLBACK, SERVED, Change, Records
from deploy.registry import NOTHING
from deploy.render import DEPLOYMENT
from deploy.updates import first_update, told_of_variants

Place = tuple[str, str]


@dataclass(frozen=True)
class Chosen:
    """The version that a stage goes back to; `change` is the last one by which it was delivered there."""

    stage: str
    change: Change

    @property
    def version(self) -> str:
        """Its number."""
        return self.change.version

    @property
    def package(self) -> str:
        """Its ARN."""
        return self.change.package


def choose(
    records: Records,
    project: ProjectParameters,
    run: Mapping[str, str],
    status: Callable[[str], tuple[str, str]],
    deployed: Callable[[str], Deployed],
) -> Chosen:
    """The version that the run's variables ask for, or else the one before. Raises `DeployError`.

    `status` gives a package's approval status and why; `deployed` what a StackSet has now.
    """
    stage = run.get("Stage", "")
    if stage not in project.stages:
        raise DeployError([f"stage {stage!r} is none of the project's: {', '.join(project.stages)}"])
    changes = records.changes(stage)
    _require_up_to_date(stage, changes, deployed(project.stages[stage].stack_set_name).parameters)
    wanted, serves_no_more = run.get("To", ""), run.get("From", "")
    served = _served(changes)
    if not served:
        raise DeployError([f"{stage} has never served a version: there is nothing to go back to"])
    if serves_no_more not in NOTHING and all(
        known[-1].package != serves_no_more for known in served.values()
    ):
        raise DeployError([f"{stage} does not serve {serves_no_more} any more: there is nothing to do"])
    package = _before(stage, served) if wanted in NOTHING else wanted
    delivered = [change for change in changes if change.package == package and change.kind == SERVED]
    if not delivered:
        known = sorted({change.version for change in changes if change.kind == SERVED}, key=int)
        raise DeployError(
            [f"{package} has never served {stage}; versions that have: {', '.join(known)}; release it"]
        )
    found, why = status(package)
    if found != "Approved":
        raise DeployError(
            [
                f"version {delivered[-1].version} is {found}{f' ({why})' if why else ''}; allowed: Approved; "
                "approve it again, or name another version"
            ]
        )
    return Chosen(stage, delivered[-1])


def _require_up_to_date(stage: str, changes: Sequence[Change], deployed: Mapping[str, str]) -> None:
    """What was delivered last is written down, or the version before would be the one before that."""
    package = deployed.get("ModelPackageArn", "")
    if package and (not changes or changes[-1].package != package):
        raise DeployError(
            [f"{stage} was last given {package}, which is not written down yet: try again in a minute"]
        )


def _served(changes: Sequence[Change]) -> dict[Place, list[Change]]:
    """What each account of a stage serves, last, and before it what it would go back to, one after the other.

    A way back forgets what it left: the version before the one that it went to is the one that was before it.
    """
    found: dict[Place, list[Change]] = {}
    for change in changes:
        if change.kind != SERVED:
            continue
        known = found.setdefault((change.account, change.region), [])
        versions = [each.version for each in known]
        if change.cause == ROLLBACK and change.version in versions:
            del known[versions.index(change.version) + 1 :]
        elif versions[-1:] != [change.version]:
            known.append(change)
    return found


def _before(stage: str, served: Mapping[Place, Sequence[Change]]) -> str:
    """The package before the one that the stage began to serve last, the same in all its accounts."""
    newest = max((known[-1] for known in served.values()), key=lambda change: (change.at, change.id))
    with_it = {place: known for place, known in served.items() if known[-1].package == newest.package}
    before = {known[-2].package for known in with_it.values() if len(known) > 1}
    before |= {known[-1].package for place, known in served.items() if place not in with_it}
    alone = [place[0] for place, known in with_it.items() if len(known) < 2]
    if alone:
        raise DeployError(
            [f"account {alone[0]} of {stage} served nothing before version {newest.version}: name a version"]
        )
    if len(before) != 1:
        versions = ", ".join(sorted(package.rpartition("/")[2] for package in before))
        raise DeployError(
            [f"accounts of {stage} served different versions before: {versions}; name one of them"]
        )
    return before.pop()


def write_again(
    folder: Path,
    records: Records,
    project: ProjectParameters,
    chosen: Chosen,
    deployed: Callable[[str], Deployed],
) -> list[Path]:
    """Writes the template and parameters that were delivered with the version, and its deployment.

    What must come before another instance type is decided anew, by what is deployed now; the endpoints
    that are asked afterwards are today's.
    """
    stage, kept = chosen.stage, chosen.change.rendered
    parameters = json.loads(records.kept(kept, f"{stage}-parameters.json"))
    values = {each["ParameterKey"]: each["ParameterValue"] for each in parameters}
    if values.get("ModelPackageArn") != chosen.package:
        raise DeployError([f"{kept} delivers {values.get('ModelPackageArn')}, and not {chosen.package}"])
    deployment = json.loads(records.kept(kept, DEPLOYMENT)) | {"stages": project.stages_document}
    release = StackSetUpdate(records.kept(kept, f"{stage}-template.json"), parameters)
    now = deployed(project.stages[stage].stack_set_name)
    release = told_of_variants(now.parameters, release)
    before = first_update(now, release)
    texts = {DEPLOYMENT: _text(deployment)}
    for update, files in ((before, f"{stage}-deregister"), (release, stage)):
        texts[f"{files}-template.json"] = update.template
        texts[f"{files}-parameters.json"] = _text(update.parameters)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in texts]


def _text(value: object) -> str:
    return json.dumps(value, indent=2) + "\n"
