"""SageMaker Studio in two accounts behind VPC endpoints: clean, and with mistakes that its reviews must name."""

from __future__ import annotations

import json

import pytest

from tests.policies.access.inventory.conftest import Mistake, Reviewing, titles
from tests.policies.access.inventory.exports import Export, account_decides, account_trust, allow, key_id, policy
from tests.policies.access.inventory.studio import INVENTORY, LAB, MODELS, TRAINING, VPC, studio


def test_the_estate_as_it_should_be_is_proved_by_every_theorem_but_that_of_trails(review: Reviewing) -> None:
    found = review(INVENTORY, *studio())
    assert found.holds, found.as_json()
    assert [one.id for one in found.verdicts if one.word(everything_read=True) != "proved"] == ["evidence-whole"]


def _scientists_approve(lab: Export) -> None:
    lab.remove("aws:iam/role:Role::vision-approver")
    lab.role("vision-approver", account_trust(f"arn:aws:iam::{LAB}:role/vision-studio"))
    lab.inline("vision-studio", "assume", [allow("sts:AssumeRole", "*")])


def _scientists_pass_any_role(lab: Export) -> None:
    lab.inline("vision-studio", "pass", [allow(["iam:PassRole", "codebuild:*"], "*")])


def _sign_in_has_full_access_to_sagemaker_and_s3(lab: Export) -> None:
    lab.attach("vision-sign-in", "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess")


def _data_from_anywhere(lab: Export) -> None:
    lab.remove(f"aws:s3/bucketPolicy:BucketPolicy::{TRAINING}")
    anywhere = {
        "Sid": "Tls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": f"arn:aws:s3:::{TRAINING}/*",
    }
    text = json.dumps(policy({**anywhere, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}))
    lab.add("aws:s3/bucketPolicy:BucketPolicy", TRAINING, {"bucket": TRAINING, "policy": text})


def _models_key_from_anywhere(lab: Export) -> None:
    lab.remove("aws:kms/key:Key::models")
    identifier = key_id(LAB, 2)
    text = json.dumps(policy(account_decides(LAB)))
    arn = lab.arn("kms", f"key/{identifier}")
    lab.add("aws:kms/key:Key", "models", {"policy": text}, arn=arn, keyId=identifier, id=identifier)


def _endpoint_leads_everywhere(lab: Export) -> None:
    lab.remove("aws:ec2/vpcEndpoint:VpcEndpoint::s3")
    inputs = {"vpcId": VPC, "serviceName": "com.amazonaws.eu-central-1.s3"}
    lab.add("aws:ec2/vpcEndpoint:VpcEndpoint", "s3", inputs, id="vpce-0a1b2c3d4e5f60718")


def _everybody_reads_models(lab: Export) -> None:
    lab.remove(f"aws:s3/bucketPolicy:BucketPolicy::{MODELS}")
    public = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{MODELS}/*"}
    lab.add("aws:s3/bucketPolicy:BucketPolicy", MODELS, {"bucket": MODELS, "policy": json.dumps(policy(public))})


def _registry_is_shared(lab: Export) -> None:
    shared = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::777700001111:root"}, "Action": "sagemaker:*"}
    text = json.dumps(policy({**shared, "Resource": "*"}))
    inputs = {"modelPackageGroupName": "vision", "resourcePolicy": text}
    lab.add("aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy", "vision", inputs)


@pytest.mark.parametrize(
    ("mistake", "noticed_by", "words"),
    [
        (_scientists_approve, "no-escalation", "role/vision-studio comes to arn:aws:iam::520000000001:role/vision-app"),
        (_scientists_pass_any_role, "no-escalation", "role/vision-studio comes to"),
        (_sign_in_has_full_access_to_sagemaker_and_s3, "no-escalation", "role/vision-sign-in comes to"),
        (_data_from_anywhere, "objects-through-endpoints", "touches an object of vision-training-data from outside"),
        (_models_key_from_anywhere, "keys-through-endpoints", "uses key alias/models directly from outside"),
        (_endpoint_leads_everywhere, "endpoints-lead-home", "reaches what belongs to a foreign account"),
        (_everybody_reads_models, "no-strangers", "an anonymous caller (a foreign account) has access to bucket"),
        (_registry_is_shared, "no-strangers", "777700001111 (a foreign account) has access to group vision"),
    ],
)
def test_a_mistake_is_named(review: Reviewing, mistake: Mistake, noticed_by: str, words: str) -> None:
    lab, serving = studio()
    mistake(lab)
    found = review(INVENTORY, lab, serving)
    assert any(words in title for title in titles(found)[noticed_by])
    assert not found.holds


def test_a_role_of_another_account_reads_models_only_where_it_is_listed(review: Reviewing) -> None:
    models = {**INVENTORY["models"], "readers": ["vision-studio"]}
    found = review({**INVENTORY, "models": models}, *studio())
    assert [title.split(" ")[0] for title in titles(found)["listed-readers"]] == [
        "arn:aws:iam::520000000002:role/vision-serving"
    ]
