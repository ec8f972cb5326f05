"""What a release would change in each account of a stage: words, cost, and the reasons to ask a person.

`changes-<stage>.json` holds it all, `changes-<stage>.txt` one line for the pipeline, `approval-<stage>.txt`
whether somebody must agree.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from deploy.change_risks import risks, type_sizes
from deploy.change_sets import Parameters, StackChange
from deploy.change_words import variants, version, words
from deploy.fleets import InstancePrice, Shift, cost_words, shift
from deploy.resource_changes import CONFIG, ENDPOINT, ResourceChange, at, of_kind
from deploy.stages import StageSettings

NEEDED, NOT_NEEDED = "needed", "not needed"
# An action's configuration value has 1,000 characters (CodePipeline User Guide, "Quotas in AWS
# CodePipeline"), of which the approval's question needs some.
LINE = 700


@dataclass(frozen=True)
class AccountChange:
    """What happens in one account and region: one line each."""

    account: str
    region: str
    state: str
    words: Sequence[str]
    cost: Sequence[str] = ()
    risks: Sequence[str] = ()


@dataclass(frozen=True)
class StageChange:
    """What a release would change in a stage."""

    stage: str
    package_arn: str
    accounts: Sequence[AccountChange] = field(default_factory=list)
    # Whose the model is and how it measures: provenance.py.
    provenance: Mapping[str, Any] = field(default_factory=dict)

    @property
    def risks(self) -> list[str]:
        """Reasons to ask a person, each with its account."""
        return [f"{each.account} {each.region}: {risk}" for each in self.accounts for risk in each.risks]

    @property
    def approval(self) -> str:
        """Whether the change takes something from production, or cannot be seen there."""
        return NEEDED if self.stage == "production" and self.risks else NOT_NEEDED

    def line(self) -> str:
        """All in one line; what is too long for a pipeline's variable is cut, and says so."""
        text = f"{self.stage} gets {version(self.package_arn)}"
        if self.risks:
            text += f". Look at this: {'; '.join(self.risks)}"
        for each in self.accounts:
            text += f". {each.account} {each.region}: {'; '.join([*each.words, *each.cost])}"
        return text if len(text) <= LINE else f"{text[: LINE - 20]}… (see the report)"

    def text(self) -> str:
        """All of it for a reader of the log."""
        lines = [f"{self.stage}: {version(self.package_arn)}"]
        for each in self.accounts:
            lines += [f"  {each.account} {each.region}"]
            lines += [f"    {line}" for line in (*each.words, *each.cost)]
            lines += [f"    ! {line}" for line in each.risks]
        return "\n".join([*lines, f"  approval because of what is lost: {self.approval}"])

    def document(self) -> dict[str, Any]:
        """`changes-<stage>.json`."""
        return {
            "stage": self.stage,
            "modelPackageArn": self.package_arn,
            "approval": self.approval,
            "risks": self.risks,
            "line": self.line(),
            **self.provenance,
            "accounts": [
                {
                    "account": each.account,
                    "region": each.region,
                    "state": each.state,
                    "words": list(each.words),
                    "cost": list(each.cost),
                    "risks": list(each.risks),
                }
                for each in self.accounts
            ],
        }


def stage_change(
    settings: StageSettings,
    package_arn: str,
    template: Mapping[str, Any],
    found: Sequence[StackChange],
    *,
    two_updates: bool = False,
) -> StageChange:
    """The stage's accounts in words. `two_updates`: for another instance type scaling goes and comes back."""
    sizes = type_sizes(template)
    accounts = [_account(settings, package_arn, each, sizes, two_updates=two_updates) for each in found]
    return StageChange(settings.stage, package_arn, accounts)


def _account(
    settings: StageSettings,
    package_arn: str,
    found: StackChange,
    sizes: Mapping[str, int],
    *,
    two_updates: bool,
) -> AccountChange:
    fleet = f"{settings.initial_instance_count} x {settings.instance_type}"
    if found.state == "first":
        lines = [
            f"first release: there is no stack yet; endpoint {settings.endpoint_name} is made with {fleet}"
        ]
        return AccountChange(found.account, found.region, "first", lines)
    if found.state == "unchanged":
        return AccountChange(found.account, found.region, "unchanged", ["nothing changes"])
    if found.state == "unseen":
        lines = [
            f"what changes cannot be said: {found.detail}",
            f"{version(package_arn)} on {fleet} is delivered",
        ]
        return AccountChange(
            found.account, found.region, "unseen", lines, risks=["the change could not be seen"]
        )
    lines = words(found.changes)
    if two_updates:
        lines.append("scaling is taken off before the update and put back after it, since the type changes")
    lines = lines or ["only tags change"]
    cost = _cost(settings, found)
    return AccountChange(found.account, found.region, "changes", lines, cost, risks(found.changes, sizes))


def _cost(settings: StageSettings, found: StackChange) -> list[str]:
    """What the shift costs, where the endpoint gets another configuration."""
    endpoint = [change for change in of_kind(found.changes, ENDPOINT) if change.action == "Modify"]
    if not endpoint or not of_kind(found.changes, CONFIG):
        return []
    instances = _instances(found.changes) or settings.initial_instance_count
    moved: Shift = shift(at(endpoint[0].after, ["DeploymentConfig"]) or {}, instances)
    most = settings.max_instance_count if moved.extra == instances else moved.extra
    return cost_words(moved, settings.instance_type, most, price(settings), found.region)


def _instances(changes: Sequence[ResourceChange]) -> int:
    counts = [
        int(variant.get("InitialInstanceCount") or 0)
        for change in of_kind(changes, CONFIG)
        for variant in variants(change.after).values()
    ]
    return sum(counts)


def price(settings: StageSettings) -> InstancePrice | None:
    """What an instance of the stage costs, as the platform wrote it down; None where it did not."""
    if not settings.instance_dollars_per_hour:
        return None
    return InstancePrice(
        dollars_per_hour=Decimal(settings.instance_dollars_per_hour), read=settings.price_read
    )


def write_change(folder: Path, change: StageChange) -> list[Path]:
    """The three files of a stage."""
    texts = {
        f"changes-{change.stage}.json": json.dumps(change.document(), indent=2, ensure_ascii=False) + "\n",
        f"changes-{change.stage}.txt": change.line() + "\n",
        f"approval-{change.stage}.txt": change.approval + "\n",
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in texts]


def read_parameters(path: Path) -> Parameters:
    """A file of parameters as rendering wrote it."""
    found: Parameters = json.loads(path.read_text(encoding="utf-8"))
    return found
