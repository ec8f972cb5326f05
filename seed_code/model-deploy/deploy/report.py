"""What was checked, what was found: for the pipeline's log and for `test-<stage>.json`."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

Status = Literal["passed", "failed", "skipped"]


@dataclass(frozen=True)
class CheckResult:
    """One check's result; `figures` are what it measured."""

    name: str
    status: Status
    detail: str
    figures: dict[str, Any] = field(default_factory=dict)


def passed(name: str, detail: str, **figures: Any) -> CheckResult:
    """A check that holds."""
    return CheckResult(name, "passed", detail, figures)


def failed(name: str, detail: str, **figures: Any) -> CheckResult:
    """A check that does not hold; the detail says what to look at."""
    return CheckResult(name, "failed", detail, figures)


def skipped(name: str, detail: str) -> CheckResult:
    """A check that could not be made, or need not be."""
    return CheckResult(name, "skipped", detail)


@dataclass(frozen=True)
class AccountReport:
    """All checks of one endpoint."""

    account: str
    region: str
    endpoint: str
    checks: Sequence[CheckResult]
    variant: str = ""  # where an endpoint has several

    @property
    def failures(self) -> list[CheckResult]:
        """What did not hold."""
        return [check for check in self.checks if check.status == "failed"]


def write_report(path: Path, stage: str, package_arn: str, reports: Sequence[AccountReport]) -> None:
    """`test-<stage>.json`: one object for each endpoint under `accounts`."""
    document = {
        "stage": stage,
        "modelPackageArn": package_arn,
        "passed": not any(report.failures for report in reports),
        "accounts": [
            {
                "account": report.account,
                "region": report.region,
                "endpointName": report.endpoint,
                **({"variant": report.variant} if report.variant else {}),
                "passed": not report.failures,
                "checks": [asdict(check) for check in report.checks],
            }
            for report in reports
        ],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2, allow_nan=False) + "\n", encoding="utf-8")


def table(reports: Sequence[AccountReport]) -> str:
    """The same for a reader of the log."""
    rows = [("account", "region", "check", "result", "detail")]
    rows += [
        (report.account, report.region, f"{report.variant} {check.name}".strip(), check.status, check.detail)
        for report in reports
        for check in report.checks
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = []
    for row in rows:
        cells = [text.ljust(width) for text, width in zip(row[:4], widths, strict=True)]
        lines.append("  ".join([*cells, row[4]]))
    return "\n".join(lines)
