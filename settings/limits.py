"""Names over AWS's limits, found before anything is created."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from catalog import names
from policies.documents.statement import BadStatement, DocumentKind
from policies.documents.trust import sign_in_trust
from settings.document import KeyPath, Positions, closest_line, dotted
from settings.foundation import FoundationSettings
from settings.model import DataScienceSettings, ProjectSettings, StackSettings, WorkloadSettings
from settings.problems import SettingsProblem, shown
from settings.values import BUCKET_STARTS


def names_too_long(stack: str, settings: StackSettings, source: str) -> list[SettingsProblem]:
    """One problem for each part of the stack whose names do not fit."""
    prefix, account, region = settings.prefix, settings.account, settings.region
    if isinstance(settings, ProjectSettings):
        stages = [str(stage) for stage in settings.stages]
        return _problems(source, "id", settings.id, lambda: names.project_stack_names(prefix, settings.id, stages))
    if isinstance(settings, DataScienceSettings):
        scientists = [scientist.name for scientist in settings.studio.scientists]
        approvers = settings.project_approvers
        return _problems(
            source, "", None, lambda: names.data_science_names(prefix, stack, account, region, scientists, approvers)
        )
    if isinstance(settings, FoundationSettings):
        return _problems(source, "", None, lambda: names.foundation_names(prefix, account, region))
    assert isinstance(settings, WorkloadSettings)  # noqa: S101 - no other kind is left
    stage = str(settings.stage)

    def names_with(projects: list[str]) -> Callable[[], list[str]]:
        return lambda: names.workload_names(prefix, stack, stage, account, region, projects)

    if own := _problems(source, "", None, names_with([])):
        return own
    return [
        problem
        for project in settings.projects
        for problem in _problems(source, "projects", project, names_with([project]))
    ]


def trusts_too_long(settings: StackSettings, source: str, positions: Positions) -> list[SettingsProblem]:
    """One problem for each list of roles that one trust policy cannot hold."""
    return [
        SettingsProblem(
            file=source,
            key=dotted(path),
            line=closest_line(positions, path),
            message=f"names {len(roles)} roles, whose trust policy would be longer than the "
            f"{DocumentKind.TRUST.value[1]:,} characters that IAM allows: the first {fits} fit; name fewer, or roles "
            "with shorter names and paths",
        )
        for path, roles, external_id in _trusted(settings)
        if (fits := _fitting(roles, external_id)) < len(roles)
    ]


def _trusted(settings: StackSettings) -> list[tuple[KeyPath, Sequence[str], str | None]]:
    """Lists of roles that may assume one role, each with its place in the file, and the external id they give."""
    if isinstance(settings, DataScienceSettings):
        own = [(("projectApprovers", project), arns, None) for project, arns in settings.project_approvers.items()]
        return [(("approvers",), settings.approvers, None), *own]
    if isinstance(settings, ProjectSettings):
        return [(("administrators",), settings.administrators, None)]
    if isinstance(settings, FoundationSettings):
        deployer, previewer, people = settings.deployer, settings.previewer, settings.people
        return [
            (("deployer", "trustedBy"), deployer.trusted_by, deployer.external_id),
            (("previewer", "trustedBy"), previewer.trusted_by, previewer.external_id),
            (("people", "administrators"), people.administrators, None),
            (("people", "auditors"), people.auditors, None),
        ]
    return []


def _fitting(roles: Sequence[str], external_id: str | None) -> int:
    """How many of the roles, from the first on, a trust policy holds."""
    for count in range(len(roles), 0, -1):
        try:
            sign_in_trust(roles[:count], external_id=external_id)
        except BadStatement:
            continue
        return count
    return 0


def _problems(file: str, key: str, given: str | None, compute: Callable[[], list[str]]) -> list[SettingsProblem]:
    try:
        computed = compute()
    except names.NameTooLong as error:
        return [SettingsProblem(file=file, key=key, given=shown(given) if given else None, message=str(error))]
    # Names of a project stack are no bucket's, and have the key `id`.
    found = [(name, start) for name in computed for start in BUCKET_STARTS if key == "" and name.startswith(start)]
    return [
        SettingsProblem(
            file=file,
            message=f"bucket name {name!r} begins with {start}, which S3 reserves: change the "
            "prefix, or the stack's name",
        )
        for name, start in found[:1]
    ]
