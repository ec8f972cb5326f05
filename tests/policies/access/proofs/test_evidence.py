"""Evidence that is not written, not delivered or not kept is found, whichever setting it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from policies.access.graph import PolicyGraph
from policies.access.graph.declared import BUCKET_LOGGING, FLOW_LOG, LIFECYCLE, LOG_GROUP, TRAIL
from policies.access.graph.purposes import resources_with_purpose
from policies.access.proofs.evidence import written_down
from tests.policies.access.proofs.declared_changes import with_change, without

Props = dict[str, Any]
TRAIL_NAME, GROUP = "mlops-foundation-trail", "/aws/lambda/mlops-foundation-guard"
DATA = "mlops-dev-data-111111111111-eu-west-1"


def setting(**changes: Any) -> Callable[[Props], None]:
    return lambda props: props.update(changes)


def objects(**changes: Any) -> Callable[[Props], None]:
    """The selector of objects with another field selector for ARNs."""
    return lambda props: props["advancedEventSelectors"][1]["fieldSelectors"][2].update(changes)


def more(selector: int, **field: Any) -> Callable[[Props], None]:
    return lambda props: props["advancedEventSelectors"][selector]["fieldSelectors"].append(field)


def rule(**changes: Any) -> Callable[[Props], None]:
    return lambda props: props["rules"][0].update(changes)


PLANTED: Mapping[str, tuple[str, str, Callable[[Props], None], str]] = {
    "no changes": (TRAIL, TRAIL_NAME, lambda props: props["advancedEventSelectors"].pop(0), "does not record every ch"),
    "writes alone": (TRAIL, TRAIL_NAME, more(0, field="readOnly", equals=["false"]), "does not record every change"),
    "changes but those of KMS": (
        TRAIL,
        TRAIL_NAME,
        more(0, field="eventSource", notEquals=["kms.amazonaws.com"]),
        "does not record every change",
    ),
    "no objects": (TRAIL, TRAIL_NAME, lambda props: props["advancedEventSelectors"].pop(1), "every read and write of"),
    "no reads of objects": (TRAIL, TRAIL_NAME, more(1, field="readOnly", equals=["false"]), "every read and write of"),
    "one event of objects": (TRAIL, TRAIL_NAME, more(1, field="eventName", equals=["PutObject"]), "every read and wri"),
    "all buckets but the data": (
        TRAIL,
        TRAIL_NAME,
        objects(notStartsWiths=["arn:aws:s3:::mlops-dev-data-"]),
        f"every read and write of {DATA}",
    ),
    "some of the data": (TRAIL, TRAIL_NAME, objects(notStartsWiths=[f"arn:aws:s3:::{DATA}/shared/"]), f"of {DATA}"),
    "the models alone": (TRAIL, TRAIL_NAME, objects(startsWiths=["arn:aws:s3:::mlops-dev-models-"]), f"of {DATA}"),
    "one object": (TRAIL, TRAIL_NAME, objects(equals=[f"arn:aws:s3:::{DATA}/x"]), f"every read and write of {DATA}"),
    "into a bucket of data": (TRAIL, TRAIL_NAME, setting(s3BucketName=DATA), "no bucket of trails"),
    "into another account": (
        TRAIL,
        TRAIL_NAME,
        setting(s3BucketName="mlops-foundation-trail-222222222222-eu-west-1"),
        "no bucket of trails of its account",
    ),
    "under another key": (TRAIL, TRAIL_NAME, setting(kmsKeyId="arn:aws:kms:eu-west-1:111111111111:key/k"), "another k"),
    "below a prefix where it may not write": (TRAIL, TRAIL_NAME, setting(s3KeyPrefix="other"), "it may not write to"),
    "under another name": (
        TRAIL,
        TRAIL_NAME,
        setting(arn="arn:aws:cloudtrail:eu-west-1:111111111111:trail/other"),
        "it may not write to",
    ),
    "files end early": (LIFECYCLE, "trail", rule(expiration={"days": 90}), "ends files earlier"),
    "files end on a day": (LIFECYCLE, "trail", rule(expiration={"date": "2026-12-01"}), "ends files earlier"),
    "a second rule ends some": (
        LIFECYCLE,
        "trail",
        lambda props: props["rules"].append(
            {"id": "x", "status": "Enabled", "filter": {"prefix": "AWSLogs/"}, "expiration": {"days": 1}}
        ),
        "ends files earlier",
    ),
    "what was written over ends at once": (
        LIFECYCLE,
        "trail",
        rule(noncurrentVersionExpiration={"noncurrentDays": 1}),
        "noncurrentVersionExpiration of",
    ),
    "access logs among the data": (BUCKET_LOGGING, "trail", setting(targetBucket=DATA), "no log bucket"),
    "logs of a week": (LOG_GROUP, GROUP, setting(retentionInDays=7), "for 7 days, not for 365"),
    "flows of a day": (LOG_GROUP, "/mlops/dev/flow-logs", setting(retentionInDays=1), "for 1 days, not for 30"),
    "flows into a bucket": (
        FLOW_LOG,
        "dev",
        setting(logDestinationType="s3", logDestination=f"arn:aws:s3:::{DATA}/flows"),
        "no log group of a stack",
    ),
    "flows by another role": (
        FLOW_LOG,
        "dev",
        setting(iamRoleArn="arn:aws:iam::111111111111:role/mlops/foundation/mlops-auditor"),
        "who may not write",
    ),
    "flows without addresses": (FLOW_LOG, "dev", setting(logFormat="${version} ${account-id}"), "logged without"),
}


def name_of(graph: PolicyGraph, token: str, name: str) -> str:
    """Lifecycles are named by the purpose of their bucket, flow logs by their stack, and all others by themselves."""
    found = graph.declared_of(token)
    if token in (LIFECYCLE, BUCKET_LOGGING):
        return next(one.name for one in found if f"-{name}-" in one.text("bucket"))
    return next(one.name for one in found if name in (one.name, one.stack))


def test_what_happens_in_the_example_is_written_down_and_kept(graph: PolicyGraph) -> None:
    proof = written_down(graph)
    assert not proof.findings
    assert proof.queries > 50


@pytest.mark.parametrize("planted", PLANTED, ids=str)
def test_evidence_that_is_lost_is_found(graph: PolicyGraph, planted: str) -> None:
    token, name, edit, found = PLANTED[planted]
    changed = with_change(graph, token, name_of(graph, token, name), edit)
    titles = [finding.title for finding in written_down(changed).findings]
    assert any(found in title for title in titles), titles


def test_a_bucket_of_trails_that_no_trail_fills_is_found(graph: PolicyGraph) -> None:
    titles = [finding.title for finding in written_down(without(graph, TRAIL, TRAIL_NAME)).findings]
    assert any("no trail writes to it" in title for title in titles)


@pytest.mark.parametrize("sid", ["ServiceDelivers", "ServiceLooksAtTheBucket"])
def test_a_trail_that_its_bucket_does_not_let_in_is_found(graph: PolicyGraph, sid: str) -> None:
    bucket = resources_with_purpose(graph, "bucket", "trail")[0]
    assert bucket.policy is not None
    kept = [one for one in bucket.policy["Statement"] if one["Sid"] != sid]
    changed = replace(bucket, policy={**bucket.policy, "Statement": kept})
    resources = {**graph.policy_resources, bucket.arn: changed}
    assert written_down(replace(graph, policy_resources=resources)).findings


def test_an_account_without_a_trail_is_printed(graph: PolicyGraph) -> None:
    kept = tuple(one for one in graph.declared if one.type != TRAIL or one.account != "222222222222")
    buckets = {arn: one for arn, one in graph.policy_resources.items() if one.purpose != "trail"}
    proof = written_down(replace(graph, declared=kept, policy_resources=buckets))
    assert "222222222222 has no trail" in proof.named
