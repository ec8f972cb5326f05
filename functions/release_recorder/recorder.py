"""What is done for an event: changes are written once, the registry told, and whoever subscribed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from functions import notices
from functions.release_recorder.accounts import Accounts, SageMakerThere
from functions.release_recorder.changes import ROLLED_BACK, SERVED, Change, periods, place, serving
from functions.release_recorder.config import Project
from functions.release_recorder.deliveries import Deliveries
from functions.release_recorder.events import DeliveryEnded, PackageChanged
from functions.release_recorder.registrations import Registrations
from functions.release_recorder.registry import Registry, modifier, session
from functions.release_recorder.store import Records

DETAIL_TYPE, SERVED_MODEL_REJECTED = "Model release", "Served model rejected"
PRODUCTION = "production"


class NotSent(Exception):
    """EventBridge took a request and not the event in it."""


class Recorder:
    """One project's recorder. `clients` gives a boto3 client by a service's name, `there` SageMaker of an account."""

    def __init__(self, project: Project, clients: Callable[[str], Any], there: SageMakerThere) -> None:
        self.project, self._clients = project, clients
        self.records = Records(clients("s3"), project.bucket, project.project)
        self.registry = Registry(project, clients("sagemaker"), self.records)
        self.registrations = Registrations(project, clients("codepipeline"), clients("s3"), self.records)
        self.deliveries = Deliveries(
            project,
            clients("codepipeline"),
            clients("cloudformation"),
            self.records,
            Accounts(project, clients("sts"), there),
        )

    def deal_with(self, asked: DeliveryEnded | PackageChanged) -> list[str]:
        """Do what an event asks for; gives what was written, in words. Whatever fails is done by the retry."""
        if isinstance(asked, PackageChanged):
            return self._package(asked)
        return self._delivery(asked)

    def _delivery(self, ended: DeliveryEnded) -> list[str]:
        changes = self.deliveries.changes(ended)
        done = []
        for change in changes:
            if self.records.put_once(change.key(), change.document()):
                done.append(f"{change.stage} {change.account}: version {change.version} {change.kind}")
        telling = [change for change in changes if self.records.get(self._told(change)) is None]
        for change in telling:
            self._tell(change)
        # Another instance may have told of the same meanwhile, and one of both written over what the other had entered.
        for change in changes if telling else ():
            known = self.records.changes(change.stage, change.account)
            self.registry.enter(known, change.stage, change.account)
        return done

    def _package(self, changed: PackageChanged) -> list[str]:
        described = self.registry.describe(changed.package)
        if described is None:
            return []
        known = self.registrations.keep(changed.version, described)
        done = [f"who published version {changed.version}"] if known else []
        if not self.registry.keep_decision(changed.version, described):
            return done
        done.append(f"version {changed.version} {described['ModelApprovalStatus']}")
        if described["ModelApprovalStatus"] == "Rejected":
            done += self._ask_back(changed, described)
        return done

    def _ask_back(self, changed: PackageChanged, described: Mapping[str, Any]) -> list[str]:
        """Whoever rejects what production serves wants it back to the version before: the starter is told.

        What is late, or told again after production went back, finds another version serving and asks for nothing. In
        between, both tell of the same change, by which the starter knows them as one.
        """
        if PRODUCTION not in self.project.stack_sets:
            return []
        here = serving(self.records.changes(PRODUCTION), PRODUCTION).values()
        began = sorted(period.first.id for period in here if period.first.package == changed.package)
        if not began:
            return []
        identity = modifier(described)
        detail = {
            "project": self.project.project,
            "stage": PRODUCTION,
            "package": changed.package,
            "change": began[0],
            "by": identity.get("Arn", ""),
            "reason": described.get("ApprovalDescription") or "rejected in the registry",
        }
        self._put(SERVED_MODEL_REJECTED, changed.package, detail)
        return [f"{PRODUCTION} is to go back: {SERVED_MODEL_REJECTED}"]

    def _told(self, change: Change) -> str:
        """The key that says that the registry and the subscribers know of a change."""
        return f"{self.records.folder}/told/{change.account}/{change.id}.json"

    def _tell(self, change: Change) -> None:
        """Whoever is told twice, since the last line was never reached, knows it by the change's id."""
        known = self.records.changes(change.stage, change.account)
        if change.kind == ROLLED_BACK and change.stage == PRODUCTION:
            self.registry.reject(change)
        self.registry.enter(known, change.stage, change.account)
        self._put_event(change, known)
        self._announce(change)
        self.records.put_once(self._told(change), {"id": change.id})

    def _put_event(self, change: Change, known: list[Change]) -> None:
        """On the account's default bus, where whoever may make a rule subscribes."""
        here = periods(known).get(place(change), [])
        replaced = next((period.replaced for period in here if period.first.id == change.id), "")
        self._put(DETAIL_TYPE, change.package, {**change.document(), "replaced": replaced})

    def _put(self, detail_type: str, package: str, detail: Mapping[str, Any]) -> None:
        entry = {
            "Source": self.project.event_source,
            "DetailType": detail_type,
            "Resources": [package],
            "Detail": json.dumps(detail),
        }
        answer = self._clients("events").put_events(Entries=[entry])
        if answer.get("FailedEntryCount"):
            raise NotSent(f"{detail_type}: {answer['Entries'][0].get('ErrorMessage', 'no reason given')}")

    def _announce(self, change: Change) -> None:
        """Success, on the alarm topic, where the project's settings want it."""
        if not self.project.topic or change.kind != SERVED or change.stage != PRODUCTION:
            return
        by = f", approved by {session(change.approved_by)}" if change.approved_by else ""
        notices.publish(
            self._clients("sns"),
            self.project.topic,
            f"{self.project.project}: version {change.version} serves production",
            f"Project {self.project.project}, account {change.account}: since {change.at} production serves "
            f"version {change.version} ({change.cause}{by}). {change.reason}".rstrip(),
        )
