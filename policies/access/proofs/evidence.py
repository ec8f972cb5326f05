"""What happened stays written down: trails, the buckets they fill, flow logs and log groups, as they are declared.

Rules of the policy pack look at each resource by itself; here is what no one resource says: that each trail records the
platform's own buckets, that what it writes arrives where it is kept, and that it is kept long enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from catalog.roles import RoleKind
from policies.access.encoding import CallerType
from policies.access.evaluator import allows
from policies.access.graph import PolicyGraph, PolicyResource
from policies.access.graph.declared import (
    BUCKET_LOGGING,
    FLOW_LOG,
    LIFECYCLE,
    LOG_GROUP,
    TRAIL,
    DeclaredResource,
)
from policies.access.graph.purposes import resources_with_purpose
from policies.access.proofs.callers import EVERY_KIND
from policies.access.proofs.declared_problems import Readers, as_findings, declared_problems, service_may
from policies.access.proofs.requests import requests_of_everybody, within
from policies.access.proofs.solver import Solver
from policies.access.proofs.theorem import ProofOutcome, Theorem
from policies.documents.detection import CLOUDTRAIL, EVIDENCE_DAYS

# Buckets whose files are evidence, and what files of access logs are kept for at least.
_EVIDENCE, _ACCESS_LOGS = ("config", "trail"), "logs"
_ACCESS_LOG_DAYS = 365
# Old versions, of what somebody wrote over or deleted.
_OLD_VERSION_DAYS = 30
_LOG_DAYS, _LEAST_FLOW_LOG_DAYS = 365, 30
# What a flow log says of each flow, unless it is told otherwise. Source: Amazon VPC User Guide, "Flow log records".
_FLOW_FIELDS = (
    "account-id",
    "action",
    "bytes",
    "dstaddr",
    "dstport",
    "end",
    "interface-id",
    "packets",
    "protocol",
    "srcaddr",
    "srcport",
    "start",
)
# Of a selector: what its events are, all of them.
_MANAGEMENT = {("eventCategory", "equals"): ["Management"]}
_OBJECTS = {("eventCategory", "equals"): ["Data"], ("resources.type", "equals"): ["AWS::S3::Object"]}
_BUCKET_FIELD = "resources.ARN"
_OPERATORS = ("endsWiths", "equals", "notEndsWiths", "notEquals", "notStartsWiths", "startsWiths")


@dataclass(frozen=True)
class _Evidence:
    """What is read of a graph."""

    graph: PolicyGraph

    def bucket(self, name: str, account: str) -> PolicyResource | None:
        found = self.graph.policy_resources.get(self.graph.scope.bucket_arn(name))
        return found if found and found.account == account else None

    # ---- trails

    def trail(self, trail: DeclaredResource) -> Iterator[str]:
        bucket = self.bucket(trail.text("s3BucketName"), trail.account)
        if bucket is None or bucket.purpose != "trail":
            yield f"it writes to {trail.text('s3BucketName') or 'nowhere'}, which is no bucket of trails of its account"
        elif trail.text("kmsKeyId") != bucket.key_arn:
            yield "its files have another key than their bucket"
        else:
            yield from self._delivered(trail, bucket)
        selectors = [_fields(one) for one in trail.items("advancedEventSelectors")]
        basic = trail.items("eventSelectors")
        if not any(one == _MANAGEMENT for one in selectors) and not any(map(_basic_management, basic)):
            yield "it does not record every change"
        for watched in self._watched(trail.account):
            records = watched.existing or any(_records(one, f"{watched.arn}/") for one in selectors)
            if not records and not any(_basic_objects(one, watched) for one in basic):
                yield f"it does not record every read and write of {watched.name}"

    def _watched(self, account: str) -> list[PolicyResource]:
        """Buckets whose objects are the platform's work: no evidence, which would record its own recording."""
        passed_over = (*_EVIDENCE, _ACCESS_LOGS)
        return [
            one for one in self.graph.resources("bucket") if one.account == account and one.purpose not in passed_over
        ]

    def _delivered(self, trail: DeclaredResource, bucket: PolicyResource) -> Iterator[str]:
        """Source: AWS CloudTrail User Guide, "Amazon S3 bucket policy for CloudTrail" and "Configure AWS KMS key
        policies for CloudTrail"."""
        source = {"aws:SourceArn": trail.arn, "aws:SourceAccount": trail.account}
        prefix = trail.text("s3KeyPrefix")
        file = f"{bucket.arn}/{prefix}{'/' if prefix else ''}AWSLogs/{trail.account}/CloudTrail/file"
        writes = {**source, "s3:x-amz-acl": "bucket-owner-full-control"}
        encrypts = {**source, "kms:EncryptionContext:aws:cloudtrail:arn": trail.arn}
        if not service_may(CLOUDTRAIL, "s3:PutObject", file, bucket, writes):
            yield f"it may not write to {bucket.name}"
        if not service_may(CLOUDTRAIL, "s3:GetBucketAcl", bucket.arn, bucket, source):
            yield f"it may not look at {bucket.name}, and delivers nothing there"
        key = self.graph.policy_resources.get(bucket.key_arn or "")
        if key and not service_may(CLOUDTRAIL, "kms:GenerateDataKey", key.arn, key, encrypts):
            yield "it may not use the key of its files"

    def written(self, bucket: PolicyResource) -> Iterator[str]:
        """A bucket of trails is filled by a trail."""
        filling = [one for one in self.graph.declared_of(TRAIL) if one.text("s3BucketName") == bucket.name]
        if bucket.purpose == "trail" and not filling:
            yield "no trail writes to it: nobody records what happens in its account"

    # ---- how long files are kept

    def kept(self, lifecycle: DeclaredResource) -> Iterator[str]:
        bucket = self.bucket(lifecycle.text("bucket"), lifecycle.account)
        if bucket is None or bucket.purpose not in (*_EVIDENCE, _ACCESS_LOGS):
            return
        least = _ACCESS_LOG_DAYS if bucket.purpose == _ACCESS_LOGS else EVIDENCE_DAYS
        for rule in lifecycle.items("rules"):
            if rule.get("status") != "Enabled":
                continue
            for name, days in (("expiration", least), ("noncurrentVersionExpiration", _OLD_VERSION_DAYS)):
                ending = rule.get(name)
                if isinstance(ending, Mapping) and not _at_least(ending, days):
                    yield f"{name} of {bucket.name} ends files earlier than after {days} days"

    def logs_apart(self, logging: DeclaredResource) -> Iterator[str]:
        """Whoever is logged does not write the log."""
        target = self.bucket(logging.text("targetBucket"), logging.account)
        if target is None or target.purpose != _ACCESS_LOGS:
            yield f"accesses to {logging.text('bucket')} are logged to {logging.text('targetBucket')}, no log bucket"

    # ---- logs

    @cached_property
    def _groups(self) -> Mapping[str, DeclaredResource]:
        return {group.arn.removesuffix(":*"): group for group in self.graph.declared_of(LOG_GROUP)}

    @cached_property
    def _of_flows(self) -> frozenset[str]:
        return frozenset(one.text("logDestination").removesuffix(":*") for one in self.graph.declared_of(FLOW_LOG))

    def group(self, group: DeclaredResource) -> Iterator[str]:
        least = _LEAST_FLOW_LOG_DAYS if group.arn.removesuffix(":*") in self._of_flows else _LOG_DAYS
        days = group.get("retentionInDays")
        # Without an end they are kept, which a rule of the policy pack asks about.
        if days is not None and (not isinstance(days, int | float) or 0 < days < least):
            yield f"it keeps what is logged for {days} days, not for {least}"

    def flow_log(self, flow_log: DeclaredResource) -> Iterator[str]:
        group = self._groups.get(flow_log.text("logDestination").removesuffix(":*"))
        if flow_log.text("logDestinationType") not in ("", "cloud-watch-logs") or group is None:
            yield f"flows are logged to {flow_log.text('logDestination') or 'nowhere'}, no log group of a stack"
            return
        role = self.graph.roles.get(flow_log.text("iamRoleArn"))
        writing = [f"{group.arn.removesuffix(':*')}:log-stream:any"]
        if (
            role is None
            or role.kind is not RoleKind.FLOW_LOGS
            or not all(allows(self.graph.authorization_request(role.arn, "logs:PutLogEvents", one)) for one in writing)
        ):
            yield f"flows are logged as {flow_log.text('iamRoleArn') or 'nobody'}, who may not write to {group.name}"
        form = flow_log.text("logFormat")
        if missing := [field for field in _FLOW_FIELDS if form and f"${{{field}}}" not in form]:
            yield f"flows are logged without {', '.join(missing)}"

    def named(self) -> Iterator[str]:
        """What the theorem prints: accounts that nobody records, and flow logs that settings keep for a short time."""
        recorded = {trail.account for trail in self.graph.declared_of(TRAIL)}
        yield from (f"{account} has no trail" for account in self.graph.accounts() if account not in recorded)
        there_before = [bucket for bucket in self.graph.resources("bucket") if bucket.existing]
        yield from (f"{bucket.name} was there before: its owner records it" for bucket in there_before)
        for arn in sorted(self._of_flows & set(self._groups)):
            days = self._groups[arn].get("retentionInDays")
            if isinstance(days, int | float) and 0 < days < _LOG_DAYS:
                yield f"{self._groups[arn].name} of {self._groups[arn].account} keeps flows for {days:.0f} days"


def _fields(selector: Mapping[str, object]) -> dict[tuple[str, str], list[str]]:
    """A selector's fields: field and operator -> values."""
    found: dict[tuple[str, str], list[str]] = {}
    fields = selector.get("fieldSelectors")
    for one in fields if isinstance(fields, list | tuple) else []:
        for operator in _OPERATORS:
            if isinstance(one, Mapping) and one.get(operator):
                found[str(one.get("field")), operator] = [str(value) for value in one[operator]]
    return found


def _records(fields: Mapping[tuple[str, str], list[str]], objects: str) -> bool:
    """Whether a selector takes every read and write of objects whose ARNs begin so."""
    rest = {key: value for key, value in fields.items() if key[0] != _BUCKET_FIELD}
    if rest != _OBJECTS:
        return False
    begins, others = fields.get((_BUCKET_FIELD, "startsWiths")), fields.get((_BUCKET_FIELD, "notStartsWiths"), [])
    known = {"startsWiths", "notStartsWiths"}
    if any(field == _BUCKET_FIELD and operator not in known for field, operator in fields):
        return False
    inside = begins is None or any(objects.startswith(begin) for begin in begins)
    return inside and not any(objects.startswith(other) or other.startswith(objects) for other in others)


def _basic_management(selector: Mapping[str, object]) -> bool:
    every = selector.get("readWriteType") in (None, "All") and selector.get("includeManagementEvents") is not False
    return every and not selector.get("excludeManagementEventSources")


def _basic_objects(selector: Mapping[str, object], bucket: PolicyResource) -> bool:
    """Source: AWS CloudTrail API Reference, DataResource."""
    data = selector.get("dataResources")
    listed = [one for one in data if isinstance(one, Mapping)] if isinstance(data, list | tuple) else []
    everything = ("arn:aws:s3", "arn:aws:s3:::", f"{bucket.arn}/")
    return selector.get("readWriteType") in (None, "All") and any(
        one.get("type") == "AWS::S3::Object" and any(value in everything for value in one.get("values") or ())
        for one in listed
    )


def _at_least(ending: Mapping[str, object], days: int) -> bool:
    """Whether files end after so many days at the earliest, by a number of days and by nothing else."""
    number = ending.get("days", ending.get("noncurrentDays"))
    return not ending.get("date") and isinstance(number, int | float) and number >= days


def written_down(graph: PolicyGraph) -> ProofOutcome:
    """Trails record everything and reach their buckets, and neither files nor logs end early."""
    evidence = _Evidence(graph)
    readers: Readers = {
        TRAIL: evidence.trail,
        LIFECYCLE: evidence.kept,
        BUCKET_LOGGING: evidence.logs_apart,
        LOG_GROUP: evidence.group,
        FLOW_LOG: evidence.flow_log,
    }
    found, looked_at = declared_problems(graph, readers)
    buckets = resources_with_purpose(graph, "bucket", "trail")
    found += [(bucket.name, bucket.urn, problem) for bucket in buckets for problem in evidence.written(bucket)]
    solver = _deletions(graph, buckets)
    queries = solver.queries + len(buckets) + looked_at
    findings = as_findings(found)
    return ProofOutcome(findings=[*findings, *solver.findings], named=list(evidence.named()), queries=queries)


def _deletions(graph: PolicyGraph, buckets: Sequence[PolicyResource]) -> Solver:
    """Nobody but an AWS service that ends what is kept long enough deletes what trails have written."""
    solver = Solver()
    for bucket in buckets:
        for who, open_request in requests_of_everybody(
            graph, ["s3:DeleteObject*"], policy_resource=bucket, kinds=EVERY_KIND - {CallerType.SERVICE}
        ):
            solver.refute(f"{who} deletes evidence in {bucket.name}", open_request, within(f"{bucket.arn}/*"))
    return solver


THEOREMS = (
    Theorem(
        id="evidence-whole",
        statement="Trails record every change and every access to the platform's objects, what they and the logs write "
        "arrives, nobody deletes it, and it is kept as long as it must be; the printed accounts have no trail, and the "
        "printed buckets an owner who records them.",
        prove=written_down,
    ),
)
