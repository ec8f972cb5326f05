"""`accounts.yaml` becomes stack files: once, by whoever runs `python -m settings resolve`, never while a plan is made.

Only files that are missing are written, and names that are missing are added to the data science stack's `workloads`:
what people have changed by hand stays, and no file is deleted.
"""

from __future__ import annotations

import ipaddress
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from settings.accounts import FILE, AccountsFile, read_accounts
from settings.addresses import reserved_within
from settings.check import check
from settings.document import line_of
from settings.generated import filled, stack_file, workload_values
from settings.list_insertion import NoList, inserted
from settings.load import StackFile, load
from settings.organization import Organization
from settings.problems import SettingsError, SettingsProblem
from settings.project_file import NAMESPACE
from settings.stack_files import HOSTS, StackFiles, read_stack_files, text_at, texts_at
from settings.values import DeploymentStage, StackKind

REMOVAL = "to take it away, see `Take an account away` in docs/layouts.md"
STACKS = {DeploymentStage.STAGING: "staging", DeploymentStage.PRODUCTION: "prod"}


@dataclass(frozen=True)
class Resolution:
    """Texts of the files to write by name, why accounts are left out, and stacks that lost their account."""

    files: dict[str, str] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    accounts: int = 0

    def write(self, directory: Path) -> None:
        """Write the files, each at once."""
        for name, content in self.files.items():
            unfinished = directory / f".{name}.unfinished"
            unfinished.write_text(content, encoding="utf-8", newline="")
            unfinished.replace(directory / name)


def resolve(directory: Path, connected: Callable[[AccountsFile, str], Organization]) -> Resolution:
    """What the directory's stack files lack of its `accounts.yaml`. Nothing is written.

    `connected` opens the organization, given the file and a region; it is called only where units are named. Raises
    SettingsError, also for what the files would be wrong together; NotResolved.
    """
    file = read_accounts(directory / FILE)
    stack_files = read_stack_files(directory)
    if problems := [problem for stack_file in stack_files.files for problem in stack_file.problems]:
        raise SettingsError(problems)
    data_science = _data_science(file, stack_files)
    return _Resolving(directory, file, stack_files, data_science, connected).result()


def _data_science(file: AccountsFile, stack_files: StackFiles) -> StackFile:
    stack = file.settings.data_science
    data_science = stack_files.find(stack, StackKind.DATA_SCIENCE)
    if data_science is None:
        message = f"there is no data science stack file Pulumi.{stack}.yaml: write it first"
        raise SettingsError([file.problem(("dataScience",), repr(stack), message)])
    return data_science


class _Resolving:
    """One resolution, account by account: addresses that one account gets are taken for the next."""

    def __init__(
        self,
        directory: Path,
        file: AccountsFile,
        stack_files: StackFiles,
        data_science: StackFile,
        connected: Callable[[AccountsFile, str], Organization],
    ) -> None:
        self._directory, self._file, self._stack_files, self._data_science = directory, file, stack_files, data_science
        self._connected = connected
        self._stages: dict[str, DeploymentStage] = {}
        self._unusable: dict[str, str] = {}
        self._left_out: list[str] = []
        self._files: dict[str, str] = {}
        self._problems: list[SettingsProblem] = []
        cidrs = [text_at(host, "network", "cidr") for host in stack_files.of_kind(*HOSTS)]
        self._taken = [ipaddress.IPv4Network(cidr) for cidr in cidrs if cidr]

    def result(self) -> Resolution:
        self._find_accounts()
        self._stop_at_problems()
        stacks = {account: self._stack(account, stage) for account, stage in self._in_order()}
        for account, stage in self._in_order():
            self._add_foundation(account, stage)
        self._stop_at_problems()
        self._add_to_workloads([(stacks[account], stage) for account, stage in self._in_order()])
        self._check_together()
        return Resolution(self._files, self._left_out, list(self._gone()), len(self._stages))

    # ---- which accounts

    def _find_accounts(self) -> None:
        organization: Organization | None = None
        for stage, accounts in self._file.settings.by_stage().items():
            for account in accounts.accounts:
                self._take(account, stage, "accounts")
            for unit in accounts.units:
                organization = organization or self._connected(self._file, text_at(self._data_science, "region") or "")
                self._take_members(organization, unit, stage)

    def _take_members(self, organization: Organization, unit: str, stage: DeploymentStage) -> None:
        for member in organization.members(unit):
            reason = None
            if not member.active:
                reason = f"is {member.state}"
                self._unusable[member.id] = reason
            elif member.id == organization.management_account:
                reason = "is the management account, which service control policies do not bind"
            elif member.id == text_at(self._data_science, "account"):
                reason = f"is the account of {self._data_science.stack}"
            if reason:
                self._left_out.append(f"{member.id} ({member.name}) of {unit} {reason}: left out")
            else:
                self._take(member.id, stage, unit)

    def _take(self, account: str, stage: DeploymentStage, through: str) -> None:
        served = self._stages.setdefault(account, stage)
        if served is not stage:
            message = f"account {account}, found through {through}, serves {served} already: an account has one stage"
            self._problems.append(self._file.problem(("stages", stage.value), None, message))

    def _in_order(self) -> list[tuple[str, DeploymentStage]]:
        stages = list(DeploymentStage)
        return sorted(self._stages.items(), key=lambda pair: (stages.index(pair[1]), pair[0]))

    def _stop_at_problems(self) -> None:
        if self._problems:
            raise SettingsError(self._problems)

    # ---- their stacks

    def _stack(self, account: str, stage: DeploymentStage) -> str:
        """The account's workload stack, which is written if there is none."""
        files = [file for file in self._stack_files.of_kind(StackKind.WORKLOAD) if text_at(file, "account") == account]
        for file in files:
            if text_at(file, "stage") == stage:
                return file.stack
        if files and not self._data_science.valid_values.get("singleAccount"):
            message = f"account {account} is to serve {stage}, but {files[0].name} serves another stage with it"
            self._problems.append(self._file.problem(("stages", stage.value), None, message))
            return files[0].stack
        stack = f"{self._file.settings.by_stage()[stage].stack or STACKS[stage]}-{account}"
        self._add(stack, workload_values(self._file, stage, account, self._addresses()), stage, "template", account)
        return stack

    def _addresses(self) -> str:
        settings = self._file.settings
        pool = ipaddress.IPv4Network(settings.addresses)
        for block in pool.subnets(new_prefix=settings.network_prefix):
            if not reserved_within(block) and not any(block.overlaps(network) for network in self._taken):
                self._taken.append(block)
                return str(block)
        message = f"has no /{settings.network_prefix} left: give a larger network, or a smaller networkPrefix"
        raise SettingsError([self._file.problem(("addresses",), repr(settings.addresses), message)])

    def _add_foundation(self, account: str, stage: DeploymentStage) -> None:
        template = self._file.settings.by_stage()[stage].foundation
        exists = any(text_at(file, "account") == account for file in self._stack_files.of_kind(StackKind.FOUNDATION))
        if template is None or exists:
            return
        values = {"kind": str(StackKind.FOUNDATION), "account": account} | filled(template, account)
        self._add(f"foundation-{account}", values, stage, "foundation", account)

    def _add(self, stack: str, values: dict[str, object], stage: DeploymentStage, template: str, account: str) -> None:
        name = f"Pulumi.{stack}.yaml"
        if stack in self._stack_files.by_stack:
            message = f"account {account} would get the stack file {name}, which is there for another account"
            self._problems.append(self._file.problem(("stages", stage.value, "stack"), None, message))
            return
        path = ("stages", stage.value, template)
        if any(problem.key.startswith(".".join(path)) for problem in self._problems):
            return  # a template's mistakes are the same for every account
        try:
            load(stack, values, self._file.name)
        except SettingsError as error:
            self._problems += [self._of_template(problem, path) for problem in error.problems]
            return
        self._files[name] = stack_file(values)

    def _of_template(self, problem: SettingsProblem, path: tuple[str, ...]) -> SettingsProblem:
        return SettingsProblem(
            file=problem.file,
            key=".".join([*path, problem.key]).rstrip("."),
            given=problem.given,
            message=problem.message,
            allowed=problem.allowed,
            nearest=problem.nearest,
            line=line_of(self._file.document.positions, path),
        )

    def _add_to_workloads(self, stacks: list[tuple[str, DeploymentStage]]) -> None:
        """Names that the data science stack's list lacks, each behind those of its own stage."""
        path = self._directory / self._data_science.name
        content, listed = path.read_bytes().decode("utf-8"), texts_at(self._data_science, "workloads")
        stages = dict(stacks) | {
            file.stack: DeploymentStage(text_at(file, "stage") or "")
            for file in self._stack_files.of_kind(StackKind.WORKLOAD)
        }
        order = list(DeploymentStage)
        for stack, stage in stacks:
            if stack in listed:
                continue
            before = [i for i, other in enumerate(listed) if order.index(stages[other]) <= order.index(stage)]
            position = before[-1] + 1 if before else 0
            try:
                content = inserted(content, f"{NAMESPACE}workloads", position, stack)
            except NoList:
                message = "is no list that a name can be added to"
                raise SettingsError([SettingsProblem(file=path.name, key="workloads", message=message)]) from None
            listed.insert(position, stack)
            self._files[path.name] = content

    # ---- what comes of it

    def _check_together(self) -> None:
        with TemporaryDirectory() as name:
            trial = Path(name)
            for path in self._directory.glob("Pulumi*.yaml"):
                shutil.copy(path, trial)
            for file, content in self._files.items():
                (trial / file).write_text(content, encoding="utf-8")
            if problems := check(trial):
                raise SettingsError(problems)

    def _gone(self) -> Iterator[str]:
        """Stacks of the file's stages whose account is in none of their lists and units any more."""
        stages = self._file.settings.by_stage()
        for file in self._stack_files.of_kind(StackKind.WORKLOAD):
            account, stage = text_at(file, "account") or "", DeploymentStage(text_at(file, "stage") or "")
            is_listed = text_at(file, "registry", "stack") == self._data_science.stack and stage in stages
            if is_listed and account not in self._stages:
                reason = self._unusable.get(account, f"is in none of the accounts and units of {stage}")
                yield f"{file.name}: account {account} {reason}; nothing was removed: {REMOVAL}"
