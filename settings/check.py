"""Checks of a directory's stack files against each other, such as accounts, networks and references.

A rule looks at every value that is valid by itself, whatever else is wrong with its file, so that one mistake hides no
other.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator
from itertools import combinations, permutations
from pathlib import Path

import yaml

from catalog.nearest import nearest
from policies.documents.accounts import MOST_LISTED
from policies.pack import exemptions
from settings.checks.apis import api_functions_are_built, apis_are_admitted, apis_reach_their_services
from settings.checks.chats import channels_are_one_stacks
from settings.checks.duties import accounts_are_known, duties_are_separate
from settings.checks.foundations import (
    accounts_have_a_foundation,
    deployers_know_buckets,
    foundations_watch_their_region,
)
from settings.checks.inspection import macie_is_let_in, macie_is_switched_on
from settings.checks.names import derived_names_differ, stacks_are_not_named_like_foundations
from settings.checks.prevention import instance_types_are_let_through
from settings.checks.references import (
    admitted_projects_exist,
    external_ids_match,
    profiles_are_of_one_account,
    projects_are_admitted,
    workloads_are_listed,
)
from settings.checks.serving import serverless_is_let_in, serving_shapes_are_let_in, serving_shapes_are_of_projects
from settings.checks.singletons import (
    accounts_have_one_data_science_stack,
    organization_policy_is_made_once,
    things_brought_along_are_one_stacks,
)
from settings.document import KeyPath
from settings.load import StackFile
from settings.problems import SettingsProblem
from settings.stack_files import (
    HOSTS,
    StackFiles,
    differences,
    in_question,
    keys_at,
    problem_at,
    read_stack_files,
    sections_at,
    text_at,
    texts_at,
    value_at,
)
from settings.unread_files import unread_files
from settings.values import DeploymentStage, StackKind

EXEMPTIONS = exemptions.PATH.name


def check(directory: Path) -> list[SettingsProblem]:
    """Everything that is wrong with the directory's stack files, each alone and all together."""
    return check_stack_files(read_stack_files(directory), directory)


def check_stack_files(stack_files: StackFiles, directory: Path) -> list[SettingsProblem]:
    """What is wrong with the files, each alone and all together."""
    if not stack_files.files:
        message = "there is no stack file here: one is named Pulumi.<stack>.yaml"
        return [SettingsProblem(file=str(directory), message=message)]
    beside = [*(unread.problem for unread in unread_files(directory)), *_of_exemptions(directory / EXEMPTIONS)]
    # A mistake of Pulumi.yaml is one of every stack, and told once.
    alone = list(dict.fromkeys([*beside, *(problem for file in stack_files.files for problem in file.problems)]))
    return alone + [problem for rule in RULES for problem in rule(stack_files)]


def _of_exemptions(path: Path) -> list[SettingsProblem]:
    """Keys that stand twice. All else about exemptions is said where rules are known, by `policies.check`."""
    try:
        repeated = exemptions.repeated_keys(path) if path.exists() else []
    except (yaml.YAMLError, UnicodeDecodeError, OSError, RecursionError):
        return []
    return [SettingsProblem(file=path.name, message=problem.removeprefix(f"{path.name}: ")) for problem in repeated]


def accounts_are_apart(stack_files: StackFiles) -> Iterator[SettingsProblem]:
    """Stacks that make roles and networks have an account each, unless a data science stack sets singleAccount."""
    for first, second in combinations(stack_files.of_kind(*HOSTS), 2):
        account, stage = text_at(second, "account"), text_at(second, "stage")
        if account is None or account != text_at(first, "account"):
            continue
        if stage and stage == text_at(first, "stage"):
            message = f"{first.stack} serves {stage} in this account already: roles are named after their stage"
            yield problem_at(second, ("account",), message, account)
        elif not _single_account(stack_files, first) and not _single_account(stack_files, second):
            message = f"is the account of {first.stack} too: give each its own, or set singleAccount in the"
            yield problem_at(second, ("account",), f"{message} data science stack", account)


def networks_do_not_overlap(stack_files: StackFiles) -> Iterator[SettingsProblem]:
    """Networks that overlap can never be connected."""
    for first, second in combinations(stack_files.of_kind(*HOSTS), 2):
        cidr, other = text_at(first, "network", "cidr"), text_at(second, "network", "cidr")
        if cidr and other and ipaddress.IPv4Network(cidr).overlaps(ipaddress.IPv4Network(other)):
            message = f"overlaps {cidr} of {first.stack}: give each network addresses of its own"
            yield problem_at(second, ("network", "cidr"), message, other)


def workloads_exist(stack_files: StackFiles) -> Iterator[SettingsProblem]:
    """A data science stack names workload stacks, staging before production."""
    for file in stack_files.of_kind(StackKind.DATA_SCIENCE):
        passed_production = False
        for index, stack in enumerate(texts_at(file, "workloads")):
            path = ("workloads", index)
            yield from _reference(stack_files, file, path, stack, StackKind.WORKLOAD)
            workload = stack_files.find(stack, StackKind.WORKLOAD)
            source, stage = text_at(workload, "registry", "stack"), text_at(workload, "stage")
            if source and source != file.stack:
                message = f"takes its models from {source}: set registry.stack of {stack} to {file.stack}"
                yield problem_at(file, path, message, stack)
            if passed_production and stage == DeploymentStage.STAGING:
                yield problem_at(
                    file, path, "serves staging and stands behind a production stack: staging first", stack
                )
            passed_production = passed_production or stage == DeploymentStage.PRODUCTION


def accounts_can_be_named(stack_files: StackFiles) -> Iterator[SettingsProblem]:
    """Policies list workload accounts up to a number; beyond it policies name the organization's units."""
    for file in stack_files.of_kind(StackKind.DATA_SCIENCE):
        stacks = texts_at(file, "workloads")
        given = len({text_at(stack_files.by_stack.get(stack), "account") or stack for stack in stacks})
        if given <= MOST_LISTED:
            continue
        path = ("awsOrganization", "paths")
        message = f"{given} workload accounts, and policies list at most {MOST_LISTED}:"
        if not texts_at(file, *path):
            yield problem_at(file, path, f"{message} give the path of the unit that holds every account", None)
        if text_at(file, "account") in {text_at(stack_files.by_stack.get(stack), "account") for stack in stacks}:
            message += " among so many the data science stack has an account of its own, drop its workload stack"
            yield problem_at(file, ("account",), message, text_at(file, "account"))


def registries_match(stack_files: StackFiles) -> Iterator[SettingsProblem]:
    """What a workload stack says of its data science stack is what that stack says of itself."""
    for file in stack_files.of_kind(StackKind.WORKLOAD):
        stack = text_at(file, "registry", "stack")
        yield from _reference(stack_files, file, ("registry", "stack"), stack, StackKind.DATA_SCIENCE)
        data_science = stack_files.find(stack, StackKind.DATA_SCIENCE)
        given, account = text_at(file, "registry", "account"), text_at(data_science, "account")
        if given and account and given != account:
            yield problem_at(file, ("registry", "account"), f"the account of {stack} is {account}", given)
        given_region, own_region, region = (
            text_at(file, "registry", "region"),
            text_at(file, "region"),
            text_at(data_science, "region"),
        )
        if region and (given_region or own_region) and (given_region or own_region) != region:
            message = f"the region of {stack} is {region}: set registry.region to it"
            yield problem_at(file, ("registry", "region"), message, given_region)
        yield from differences(file, data_science, "prefix", "organization")


def projects_match_their_data_science_stack(stack_files: StackFiles) -> Iterator[SettingsProblem]:
    """A project lives in its data science stack's account and region, and its stack is named after it."""
    for file in stack_files.of_kind(StackKind.PROJECT):
        stack, identifier = text_at(file, "dataScience"), text_at(file, "id")
        yield from _reference(stack_files, file, ("dataScience",), stack, StackKind.DATA_SCIENCE)
        # The runner may write the state of `project-*` stacks and no other.
        if identifier and file.stack != f"project-{identifier}":
            yield problem_at(file, ("id",), f"its stack file is named Pulumi.project-{identifier}.yaml", identifier)
        data_science = stack_files.find(stack, StackKind.DATA_SCIENCE)
        yield from differences(file, data_science, "account", "region", "prefix", "organization")


def project_ids_differ(stack_files: StackFiles) -> Iterator[SettingsProblem]:
    """Two projects with one id would share every name; with an id and a stage the names of a project's alarms begin."""
    for first, second in combinations(stack_files.of_kind(StackKind.PROJECT), 2):
        identifier = text_at(second, "id")
        if (
            identifier
            and identifier == text_at(first, "id")
            and text_at(first, "account") == text_at(second, "account")
        ):
            yield problem_at(second, ("id",), f"is the id of {first.stack} too: every project has its own", identifier)
    for first, second in permutations(stack_files.of_kind(StackKind.PROJECT), 2):
        identifier, other = text_at(second, "id") or "", text_at(first, "id")
        if any(f"{identifier}-".startswith(f"{other}-{stage}-") for stage in DeploymentStage):
            message = f"names of {first.stack} in workload accounts begin with it already: choose another id"
            yield problem_at(second, ("id",), message, identifier)


def named_projects_exist(stack_files: StackFiles) -> Iterator[SettingsProblem]:
    """Scientists publish to, and own approvers approve in, projects that live in the same data science stack."""
    for file in stack_files.of_kind(StackKind.DATA_SCIENCE):
        project_files = stack_files.of_kind(StackKind.PROJECT)
        data_science_of = {text_at(each, "id"): text_at(each, "dataScience") for each in project_files}
        project_ids = tuple(
            sorted(
                project for project, data_science in data_science_of.items() if project and data_science == file.stack
            )
        )
        for path, project in _named_projects(file):
            is_open = None in data_science_of or stack_files.is_open(f"project-{project}")
            if project not in project_ids and not is_open:
                message = f"is no project of {file.stack}: add Pulumi.project-{project}.yaml, or drop it here"
                yield problem_at(file, path, message, project, allowed=project_ids, match=nearest(project, project_ids))


def _named_projects(file: StackFile) -> Iterator[tuple[KeyPath, str]]:
    """Projects that a data science stack's file names, each with its place."""
    for index, scientist in enumerate(sections_at(file, "studio", "scientists")):
        named = scientist.get("projects")
        for number, project in enumerate(named if isinstance(named, list) else []):
            if isinstance(project, str):
                yield ("studio", "scientists", index, "projects", number), project
    yield from _linked_projects(file)
    for project in keys_at(file, "projectApprovers"):
        # A key that is no id is told by itself.
        if not in_question(file, "projectApprovers", project):
            yield ("projectApprovers", project), project


def _linked_projects(file: StackFile) -> Iterator[tuple[KeyPath, str]]:
    """Projects whose approvers are sent links, each with its place."""
    for index, approver in enumerate(sections_at(file, "approvalLinks")):
        named = approver.get("projects")
        for number, project in enumerate(named if isinstance(named, list) else []):
            if isinstance(project, str):
                yield ("approvalLinks", index, "projects", number), project


def links_have_receivers(stack_files: StackFiles) -> Iterator[SettingsProblem]:
    """A project that sends approvers links has approvers to send them to, in its data science stack's file."""
    for file in stack_files.of_kind(StackKind.PROJECT):
        hours, identifier = value_at(file, ("approvalLinkHours",)), text_at(file, "id")
        stack = text_at(file, "dataScience")
        data_science = next((one for one in stack_files.of_kind(StackKind.DATA_SCIENCE) if one.stack == stack), None)
        if hours is None or identifier is None or data_science is None:
            continue
        named = [project for _, project in _linked_projects(data_science)]
        if identifier not in named and not in_question(data_science, "approvalLinks"):
            message = f"sends links to nobody: name approvers of {identifier} in approvalLinks of Pulumi.{stack}.yaml"
            yield problem_at(file, ("approvalLinkHours",), message, str(hours))


def models_stay_in_their_region(stack_files: StackFiles) -> Iterator[SettingsProblem]:
    """A model is served only in the region of its artifact and image.

    Source: botocore, service model of sagemaker, ContainerDefinition.
    """
    for file in stack_files.of_kind(StackKind.WORKLOAD):
        data_science = stack_files.find(text_at(file, "registry", "stack"), StackKind.DATA_SCIENCE)
        region, own_region, projects = (
            text_at(data_science, "region"),
            text_at(file, "region"),
            texts_at(file, "projects"),
        )
        if data_science and region and own_region and region != own_region and projects:
            message = (
                f"{data_science.stack} keeps models and images in {region}, and SageMaker serves them only there: "
            )
            message += f"admit no project here, or set region to {region}"
            yield problem_at(file, ("projects",), message, ", ".join(projects))


def models_buckets_match(stack_files: StackFiles) -> Iterator[SettingsProblem]:
    """A workload stack names the models bucket where the data science stack uses one that exists already."""
    for file in stack_files.of_kind(StackKind.WORKLOAD):
        data_science = stack_files.find(text_at(file, "registry", "stack"), StackKind.DATA_SCIENCE)
        given, existing = (
            text_at(file, "registry", "modelsBucket"),
            text_at(data_science, "existing", "buckets", "models"),
        )
        if data_science and "existing" in data_science.valid_values and given != existing:
            message = f"{data_science.stack} keeps its models in {existing}: set registry.modelsBucket to it"
            if existing is None:
                message = f"{data_science.stack} makes its models bucket itself: drop registry.modelsBucket"
            yield problem_at(file, ("registry", "modelsBucket"), message, given)


def names_do_not_collide(stack_files: StackFiles) -> Iterator[SettingsProblem]:
    """Where names begin with a project's id, a stack's name or a stage, an account has each of those once."""
    for file in stack_files.of_kind(StackKind.PROJECT):
        identifier, account = text_at(file, "id"), text_at(file, "account")
        for other in stack_files.of_kind(*HOSTS):
            if not account or account != text_at(other, "account"):
                continue
            if identifier and identifier in (other.stack, text_at(other, "stage")):
                message = f"names of {other.stack} in this account begin with it already: choose another id"
                yield problem_at(file, ("id",), message, identifier)
    stages = tuple(DeploymentStage)
    for file in stack_files.of_kind(StackKind.DATA_SCIENCE):
        if file.stack in stages:
            message = "a data science stack cannot be named like a stage, whose parameters have that place: rename"
            yield problem_at(file, ("kind",), f"{message} Pulumi.{file.stack}.yaml", None)


RULES: tuple[Callable[[StackFiles], Iterator[SettingsProblem]], ...] = (
    accounts_are_apart,
    networks_do_not_overlap,
    workloads_exist,
    accounts_can_be_named,
    registries_match,
    projects_match_their_data_science_stack,
    projects_are_admitted,
    project_ids_differ,
    named_projects_exist,
    duties_are_separate,
    accounts_are_known,
    derived_names_differ,
    stacks_are_not_named_like_foundations,
    workloads_are_listed,
    admitted_projects_exist,
    external_ids_match,
    profiles_are_of_one_account,
    organization_policy_is_made_once,
    accounts_have_one_data_science_stack,
    things_brought_along_are_one_stacks,
    models_stay_in_their_region,
    links_have_receivers,
    models_buckets_match,
    names_do_not_collide,
    accounts_have_a_foundation,
    foundations_watch_their_region,
    deployers_know_buckets,
    channels_are_one_stacks,
    macie_is_let_in,
    macie_is_switched_on,
    instance_types_are_let_through,
    apis_are_admitted,
    api_functions_are_built,
    apis_reach_their_services,
    serverless_is_let_in,
    serving_shapes_are_let_in,
    serving_shapes_are_of_projects,
)


def _single_account(stack_files: StackFiles, file: StackFile) -> bool:
    if file.kind is StackKind.DATA_SCIENCE:
        # A wrong value is reported already.
        return value_at(file, ("singleAccount",)) is not False
    data_science = stack_files.find(text_at(file, "registry", "stack"), StackKind.DATA_SCIENCE)
    return bool(
        data_science
        and _single_account(stack_files, data_science)
        and text_at(data_science, "account") == text_at(file, "account")
    )


def _reference(
    stack_files: StackFiles, file: StackFile, path: KeyPath, stack: str | None, kind: StackKind
) -> Iterator[SettingsProblem]:
    """A named stack has a file, of the right kind. A file that cannot be read is a problem by itself."""
    if stack is None:
        return
    found = stack_files.by_stack.get(stack)
    if found is None:
        stacks = tuple(other.stack for other in stack_files.of_kind(kind))
        message = f"there is no Pulumi.{stack}.yaml"
        yield problem_at(file, path, message, stack, allowed=stacks, match=nearest(stack, stacks))
    elif found.kind and found.kind is not kind:
        yield problem_at(file, path, f"is a {found.kind} stack, not a {kind} stack", stack)
