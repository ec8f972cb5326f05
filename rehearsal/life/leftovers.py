"""What each account holds, service by service, before the platform came and after it went."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rehearsal.aws.cloud import Cloud
from rehearsal.aws.recorder import Recorded
from rehearsal.leftover import Leftover
from rehearsal.life.listings import LISTINGS, known, makes_something

Inventory = Mapping[tuple[str, str, str], frozenset[str]]


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What stays by intention: names (pattern) of a kind in a service, and why."""

    service: str
    kind: str
    pattern: str
    because: str


KEPT: tuple[Kept, ...] = (
    Kept(
        service="kms",
        kind="key",
        pattern="* (PendingDeletion)",
        because="KMS deletes a key 7 to 30 days after it was asked to; it encrypts nothing any longer",
    ),
    Kept(
        service="logs",
        kind="log group",
        pattern="/aws/sagemaker/*",
        because="SageMaker made it and logs are evidence: delete it by hand when it is no longer needed",
    ),
    Kept(
        service="sagemaker",
        kind="training job",
        pattern="*",
        because="the record of a run, without its data; it costs nothing",
    ),
    Kept(
        service="sagemaker",
        kind="transform job",
        pattern="*",
        because="the record of a run, without its data; it costs nothing",
    ),
    Kept(
        service="sagemaker",
        kind="processing job",
        pattern="*",
        because="the record of a run, without its data; it costs nothing",
    ),
)


def inventory(cloud: Cloud, accounts: Iterable[str]) -> Inventory:
    """Everything that can be listed in each account, by account, service and kind, as the account's owner sees it."""
    found: dict[tuple[str, str, str], frozenset[str]] = {}
    with cloud.recorder.unheard():
        for account in sorted(set(accounts)):
            owner = cloud.owner(account)
            for service, listings in LISTINGS.items():
                for listing in listings:
                    client = cloud.client(owner, service, listing.region)
                    found[account, service, listing.kind] = frozenset(listing.listed(client))
    return found


def leftovers(before: Inventory, after: Inventory) -> list[Leftover]:
    """What is there after and was not before."""
    return [
        Leftover(account, service, kind, name, _why_kept(service, kind, name))
        for (account, service, kind), names in after.items()
        for name in sorted(names - before.get((account, service, kind), frozenset()))
    ]


def _why_kept(service: str, kind: str, name: str) -> str:
    for each in KEPT:
        if (each.service, each.kind) == (service, kind) and fnmatch.fnmatchcase(name, each.pattern):
            return each.because
    return ""


def unlisted(requests: Iterable[Recorded]) -> list[str]:
    """Operations that made something which no listing knows, as `service:Operation`."""
    made = {
        (line.service, line.operation)
        for line in requests
        if line.writes and line.status < 400 and makes_something(line.operation)
    }
    return sorted(f"{service}:{operation}" for service, operation in made if not known(service, operation))
