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
from settings.check import check
from settings.config import NAMESPACE
from settings.generated import filled, stack_file, workload_values
from settings.listing import NoList, inserted
from settings.load import StackFile, load
from settings.organization import Organization
from settings.problems import SettingsError, SettingsProblem
from settings.stack_files import HOSTS, StackFiles, read_stack_files, text, texts
from settings.values import DeploymentStage, StackKind

REMOVAL = "to take it away, see `Take an account away` in docs/layouts.md"
STACKS = {DeploymentStage.STAGING: "staging", DeploymentStage.PRODUCTION: "prod"}


@dataclass(frozen=True)
class Resolution:
    """Texts of the files to write by name, why accounts of a unit are left out, stacks that lost their account."""

    files: dict[str, str] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    accounts: int = 0

    def write(self, directory: Path) -> None:
        """Write the files, each at once."""
        for name, content in self.files.items():
            unfinished = directory / f".{name}.unfinished"
            unfinished.write_text(content, encoding="utf-8")
            unfinished.replace(directory / name)


def resolve(directory: Path, connected: Callable[[AccountsFile, str], Organization]) -> Resolution:
    """What the directory's stack files lack of its `accounts.yaml`. Nothing is written.

    `connected` opens the organization, given the file and a region; it is called only where units are named. Raises
    SettingsError, also for what the files would be wrong together; NotResolved.
    """
    file = read_accounts(directory / FILE)
    stack_files = read_stack_files(directory)
    if problems := [problem for each in stack_files.files for problem in each.problems]:
        raise SettingsError(problems)
    home = _home(file, stack_files)
    return _Resolving(directory, file, stack_files, home, connected).result()


def _home(file: AccountsFile, stack_files: StackFiles) -> StackFile:
    stack = file.settings.data_science
    home = stack_files.named(stack, StackKind.DATA_SCIENCE)
    if home is None:
        message = f"there is no data science stack file Pulumi.{stack}.yaml: write it first"
        raise SettingsError([file.problem(("dataScience",), repr(stack), message)])
    return home


class _Resolving:
    """One resolution; what is decided for one account is taken for the next."""

    def __init__(
        self,
        directory: Path,
        file: AccountsFile,
        stack_files: StackFiles,
        home: StackFile,
        connected: Callable[[AccountsFile, str], Organization],
    ) -> None:
        self._directory, self._file, self._estate, self._home = directory, file, stack_files, home
        self._connected = connected
        self._stages: dict[str, DeploymentStage] = {}
        self._unusable: dict[str, str] = {}
        self._left_out: list[str] = []
        self._files: dict[str, str] = {}
        self._problems: list[SettingsProblem] = []
        cidrs = [text(host, "network", "cidr") for host in stack_files.of(*HOSTS)]
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
                organization = organization or self._connected(self._file, text(self._home, "region") or "")
                self._take_members(organization, unit, stage)

    def _take_members(self, organization: Organization, unit: str, stage: DeploymentStage) -> None:
        for member in organization.members(unit):
            why = None
            if not member.active:
                why = f"is {member.state}"
                self._unusable[member.id] = why
            elif member.id == organization.management_account:
                why = "is the management account, which service control policies do not bind"
            elif member.id == text(self._home, "account"):
                why = f"is the account of {self._home.stack}"
            if why:
                self._left_out.append(f"{member.id} ({member.name}) of {unit} {why}: left out")
            else:
                self._take(member.id, stage, unit)

    def _take(self, account: str, stage: DeploymentStage, through: str) -> None:
        there = self._stages.setdefault(account, stage)
        if there is not stage:
            message = f"account {account}, found through {through}, serves {there} already: an account has one stage"
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
        here = [file for file in self._estate.of(StackKind.WORKLOAD) if text(file, "account") == account]
        for file in here:
            if text(file, "stage") == stage:
                return file.stack
        if here and not self._home.known.get("singleAccount"):
            message = f"account {account} is to serve {stage}, but {here[0].name} serves another stage with it"
            self._problems.append(self._file.problem(("stages", stage.value), None, message))
            return here[0].stack
        stack = f"{self._file.settings.by_stage()[stage].stack or STACKS[stage]}-{account}"
        self._add(stack, workload_values(self._file, stage, account, self._addresses()), stage, "template", account)
        return stack

    def _addresses(self) -> str:
        settings = self._file.settings
        pool = ipaddress.IPv4Network(settings.addresses)
        for block in pool.subnets(new_prefix=settings.network_prefix):
            if not any(block.overlaps(network) for network in self._taken):
                self._taken.append(block)
                return str(block)
        message = f"has no /{settings.network_prefix} left: give a larger network, or a smaller networkPrefix"
        raise SettingsError([self._file.problem(("addresses",), repr(settings.addresses), message)])

    def _add_foundation(self, account: str, stage: DeploymentStage) -> None:
        template = self._file.settings.by_stage()[stage].foundation
        there = any(text(file, "account") == account for file in self._estate.of(StackKind.FOUNDATION))
        if template is None or there:
            return
        values = {"kind": str(StackKind.FOUNDATION), "account": account} | filled(template, account)
        self._add(f"foundation-{account}", values, stage, "foundation", account)

    def _add(self, stack: str, values: dict[str, object], stage: DeploymentStage, template: str, account: str) -> None:
        name = f"Pulumi.{stack}.yaml"
        if stack in self._estate.by_stack:
            message = f"account {account} would get the stack file {name}, which is there for another account"
            self._problems.append(self._file.problem(("stages", stage.value, "stack"), None, message))
            return
        where = ("stages", stage.value, template)
        if any(problem.key.startswith(".".join(where)) for problem in self._problems):
            return  # a template's mistakes are the same for every account
        try:
            load(stack, values, self._file.name)
        except SettingsError as error:
            self._problems += [self._of_template(problem, where) for problem in error.problems]
            return
        self._files[name] = stack_file(values)

    def _of_template(self, problem: SettingsProblem, where: tuple[str, ...]) -> SettingsProblem:
        place = self._file.document.places.get(where)
        return SettingsProblem(
            file=problem.file,
            key=".".join([*where, problem.key]).rstrip("."),
            given=problem.given,
            message=problem.message,
            allowed=problem.allowed,
            nearest=problem.nearest,
            line=place.line if place else None,
        )

    def _add_to_workloads(self, stacks: list[tuple[str, DeploymentStage]]) -> None:
        """Names that the data science stack's list lacks, each behind those of its own stage."""
        path = self._directory / self._home.name
        content, listed = path.read_text(encoding="utf-8"), texts(self._home, "workloads")
        stages = dict(stacks) | {
            file.stack: DeploymentStage(text(file, "stage") or "") for file in self._estate.of(StackKind.WORKLOAD)
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
        with TemporaryDirectory() as place:
            there = Path(place)
            for path in self._directory.glob("Pulumi*.yaml"):
                shutil.copy(path, there)
            for name, content in self._files.items():
                (there / name).write_text(content, encoding="utf-8")
            if problems := check(there):
                raise SettingsError(problems)

    def _gone(self) -> Iterator[str]:
        """Stacks of the file's stages whose account is in none of their lists and units any more."""
        stages = self._file.settings.by_stage()
        for file in self._estate.of(StackKind.WORKLOAD):
            account, stage = text(file, "account") or "", DeploymentStage(text(file, "stage") or "")
            ours = text(file, "registry", "stack") == self._home.stack and stage in stages
            if ours and account not in self._stages:
                why = self._unusable.get(account, f"is in none of the accounts and units of {stage}")
                yield f"{file.name}: account {account} {why}; nothing was removed: {REMOVAL}"
