"""The model registry: who approved what, a short entry for each release, and the mark of what was rolled back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from functions.release_recorder.changes import ROLLED_BACK, SERVED, Change, Period, periods
from functions.release_recorder.config import Project
from functions.release_recorder.deliveries import utc
from functions.release_recorder.store import Records

# botocore sagemaker: CustomerMetadataMap, CustomerMetadataValue, ApprovalDescription.
_ENTRIES, _VALUE, _DESCRIPTION = 50, 256, 1024
_NOT_ALLOWED = re.compile(r"[^\w\s.:/=+\-@]")


class Registry:
    """The project's model package group."""

    def __init__(self, project: Project, sagemaker: Any, records: Records) -> None:
        self._project, self._sagemaker, self._records = project, sagemaker, records

    def describe(self, package: str) -> Mapping[str, Any] | None:
        """A package, None where it has been deleted."""
        try:
            described: Mapping[str, Any] = self._sagemaker.describe_model_package(ModelPackageName=package)
        except ClientError as error:
            if "does not exist" in error.response["Error"].get("Message", ""):
                return None
            raise
        return described

    def keep_decision(self, version: str, described: Mapping[str, Any]) -> bool:
        """Write down the decision that a package's last change was. False where it was none, or is not known.

        AWS names whoever changed a package last (botocore sagemaker, DescribeModelPackage: LastModifiedBy). Where that
        is the recorder itself, it is no decision: the one before was written down, or nobody knows.
        """
        if described.get("ModelApprovalStatus") not in ("Approved", "Rejected"):
            return False
        identity = modifier(described)
        if self.is_own(identity) or "LastModifiedTime" not in described:
            return False
        status, at = str(described["ModelApprovalStatus"]), utc(described["LastModifiedTime"])
        document = {
            "at": at,
            "status": status,
            "by": identity.get("Arn", ""),
            "person": identity.get("SourceIdentity", ""),
            "reason": described.get("ApprovalDescription", ""),
        }
        self._records.put_once(f"{self._records.folder}/packages/{version}/{status.lower()}-{at}.json", document)
        return True

    def is_own(self, identity: Mapping[str, str]) -> bool:
        """Whether an identity is the recorder's own role."""
        return f":assumed-role/{self._project.role}/" in identity.get("Arn", "")

    # ---- the short entry

    def enter(self, changes: Iterable[Change], stage: str, account: str) -> None:
        """Write into each version's package what it is, or was, to one account of a stage."""
        known = list(changes)
        for version, text in entries(known, stage, account).items():
            key = f"release.{stage}.{account}"
            described = self.describe(self._project.package_arn(version))
            metadata = dict((described or {}).get("CustomerMetadataProperties") or {})
            full = key not in metadata and len(metadata) >= _ENTRIES
            if described is None or full or metadata.get(key) == text:
                continue
            # From now on AWS names the recorder as whoever changed it last.
            self.keep_decision(version, described)
            # Whole, so that the others stay whichever way AWS reads it: as what is to be added, or as all there is.
            self._sagemaker.update_model_package(
                ModelPackageArn=self._project.package_arn(version),
                CustomerMetadataProperties={**metadata, key: text},
            )

    # ---- the mark

    def reject(self, change: Change) -> bool:
        """Mark a version that production rolled back. False where that was done, or somebody approved it since."""
        described = self.describe(change.package)
        if described is None or described.get("ModelApprovalStatus") != "Approved":
            return False
        self.keep_decision(change.version, described)
        since = [key for key in self._records.keys(f"packages/{change.version}/approved-") if change.at <= _time(key)]
        if since:
            return False
        self._sagemaker.update_model_package(
            ModelPackageArn=change.package, ModelApprovalStatus="Rejected", ApprovalDescription=mark(change)
        )
        return True


def mark(change: Change) -> str:
    """Why the recorder rejects a version."""
    because = f"alarm {', '.join(change.alarms)}" if change.alarms else change.reason or "no reason given"
    text = f"Rolled back in {change.stage}, account {change.account}, at {change.at}: {because}"
    return text[:_DESCRIPTION]


def modifier(described: Mapping[str, Any]) -> Mapping[str, str]:
    """Who changed a package last; empty where AWS does not tell."""
    identity = (described.get("LastModifiedBy") or {}).get("IamIdentity") or {}
    return {name: str(value) for name, value in identity.items()}


def _time(key: str) -> str:
    return key.rpartition("/")[2].partition("-")[2].removesuffix(".json")


def entries(changes: Iterable[Change], stage: str, account: str) -> dict[str, str]:
    """The short entry of each version that an account of a stage has served, or could not be given."""
    own = [change for change in changes if (change.stage, change.account) == (stage, account)]
    found = {}
    for change in own:
        if change.kind != SERVED:
            because = " ".join(["alarm", *change.alarms]) if change.alarms else change.reason
            did = "rolled back" if change.kind == ROLLED_BACK else "failed"
            found[change.version] = _text(f"{did} at {change.at}: {because}")
    for known in periods(own).values():
        found |= {period.first.version: _text(_in_words(period)) for period in known}
    return found


def _in_words(period: Period) -> str:
    first, ended = period.first, period.ended
    by = f" approved by {session(first.approved_by)}" if first.approved_by else ""
    back = f" by rollback: {first.reason}" if first.cause == "rollback" else ""
    if ended is None:
        return f"serves since {first.at}{by}{back}"
    return f"served from {first.at} to {ended.at}{by}; {period.why_ended}"


def session(arn: str) -> str:
    """A person in one word: the name of the session of an assumed role, or the text itself."""
    return arn.rpartition("/")[2] or arn


def _text(value: str) -> str:
    """Within what a metadata value may hold."""
    return _NOT_ALLOWED.sub(" ", " ".join(value.split()))[:_VALUE]
