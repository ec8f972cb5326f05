"""What to write into `policy-exemptions.yaml` for a violation, ready to be pasted, or why nothing may be written."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from policies.pack.evaluate import RuleFinding

FILE = "policy-exemptions.yaml"
# Long enough to mend most things, and short enough that somebody looks again.
USUAL = datetime.timedelta(days=90)
# Placeholders begin so: the file is refused while one of them stands in it.
PLACEHOLDER = "<"
OWNER = "<who answers for it: an e-mail address or a team>"
REASON = "<why it must be so for now, in 20 characters or more>"


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """How a violation can be exempted: `entry` are lines of the file; none where `advice` says that it cannot be."""

    advice: str
    entry: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """The advice, and below it the entry."""
        return [self.advice, *self.entry]


def suggestion(finding: RuleFinding, today: datetime.date) -> Suggestion:
    """What somebody writes who answers for a violation instead of mending it."""
    rule, expires = finding.rule, today + USUAL
    if rule.never_exempt:
        return Suggestion(advice=f"{rule.id} is not exempted, and {FILE} must not name it: {rule.never_exempt}")
    if finding.exemption:
        return Suggestion(
            advice=f"to renew the exemption, let its owner agree and set expires of the entry for {rule.id} on "
            f"{finding.exemption.resource} in {FILE} to a later day, such as {expires}"
        )
    return Suggestion(
        advice=f"if somebody answers for it instead, add to {FILE} below exemptions:, and fill in owner and reason:",
        entry=(
            f"  - rule: {rule.id}",
            f"    resource: {finding.resource.urn}",
            f'    owner: "{OWNER}"',
            f'    reason: "{REASON}"',
            f"    expires: {expires}",
        ),
    )
