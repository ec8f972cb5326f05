"""Requests of a stack's destruction are decided by what is left of its policies at that time."""

from __future__ import annotations

from rehearsal.authorization.decision import decide_all
from rehearsal.authorization.resource_facts import ResourceFacts
from rehearsal.aws.recorder import Recorded
from rehearsal.service_model.required_action import Right

ACCOUNT = "111111111111"
OWNER = f"arn:aws:iam::{ACCOUNT}:role/owner"
TRAIL = f"arn:aws:s3:::mlops-foundation-trail-{ACCOUNT}-eu-west-1"


def asked(number: int, operation: str, right: Right, role: str = OWNER, status: int = 200) -> Recorded:
    """A request of a destruction."""
    return Recorded(
        number, 0.0, "destroy foundation", role, "s", ACCOUNT, None, "s3", operation, "", status, "eu-west-1", (right,)
    )


DELETION = asked(2, "DeleteObject", Right(action="s3:DeleteObjectVersion", resource=f"{TRAIL}/log.json.gz"))
POLICY_GONE = Right(action="s3:DeleteBucketPolicy", resource=TRAIL)


def test_evidence_is_not_deleted_while_the_buckets_policy_stands(facts: ResourceFacts) -> None:
    (refused,) = decide_all([DELETION], facts, removals=True).refused
    assert "DenyTakingEvidenceAway" in str(refused.explanation)


def test_a_policy_that_was_deleted_before_decides_nothing_any_longer(facts: ResourceFacts) -> None:
    gone = asked(1, "DeleteBucketPolicy", POLICY_GONE)
    assert decide_all([gone, DELETION], facts, removals=True).passed


def test_a_policy_that_was_put_back_decides_again(facts: ResourceFacts) -> None:
    gone = asked(1, "DeleteBucketPolicy", POLICY_GONE)
    back = asked(1, "PutBucketPolicy", Right(action="s3:PutBucketPolicy", resource=TRAIL))
    assert not decide_all([gone, back, DELETION], facts, removals=True).passed


def test_a_tag_that_a_cleaner_set_lets_it_remove_what_it_marked(facts: ResourceFacts) -> None:
    cleaner = f"arn:aws:iam::{ACCOUNT}:role/mlops/platform/mlops-dev-account-cleaner"
    group = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:security-group/sg-1"
    marks: dict[str, str | tuple[str, ...]] = {
        "aws:RequestTag/studio-home-of": "dev",
        "aws:TagKeys": ("studio-home-of",),
    }
    marking = asked(1, "CreateTags", Right(action="ec2:CreateTags", resource=group, context=marks), cleaner)
    removing = asked(2, "DeleteSecurityGroup", Right(action="ec2:DeleteSecurityGroup", resource=group), cleaner)
    assert decide_all([marking, removing], facts, removals=True).passed
    assert not decide_all([removing], facts, removals=True).passed
