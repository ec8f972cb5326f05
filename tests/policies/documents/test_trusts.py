"""Who may act with a role, and who may not."""

from __future__ import annotations

import json

import pytest

from catalog.scope import Scope
from policies.documents import trust
from tests.policies.documents.requests import ACCOUNT, admits, arn, role

ALICE, BOB = role("mlops/people/mlops-dev-studio-alice"), role("mlops/people/mlops-dev-studio-bob")
PUBLISH = trust.publisher_trust(Scope(partition="aws", account=ACCOUNT, region="eu-west-1", prefix="mlops"), [ALICE])


@pytest.mark.parametrize("action", ["sts:AssumeRole", "sts:SetSourceIdentity"])
def test_a_projects_scientist_publishes_under_the_name_that_studio_gave_the_session(action: str) -> None:
    assert admits(PUBLISH, ALICE, action=action, aws__SourceIdentity="alice", aws__PrincipalTag_user="alice")


def test_nobody_publishes_without_a_name_or_under_anothers() -> None:
    assert not admits(PUBLISH, ALICE, aws__PrincipalTag_user="alice")
    assert not admits(PUBLISH, ALICE, aws__SourceIdentity="bob", aws__PrincipalTag_user="alice")
    assert not admits(PUBLISH, ALICE, aws__SourceIdentity="alice")


def test_a_name_that_the_caller_chose_for_the_new_session_is_not_the_one_asked_for() -> None:
    assert not admits(PUBLISH, ALICE, sts__SourceIdentity="alice", aws__PrincipalTag_user="alice")


def test_another_projects_scientist_does_not_publish() -> None:
    assert not admits(PUBLISH, BOB, aws__SourceIdentity="bob", aws__PrincipalTag_user="bob")


def test_a_project_without_scientists_admits_nobody_at_all() -> None:
    nobody = trust.publisher_trust(Scope(partition="aws", account=ACCOUNT, region="eu-west-1", prefix="mlops"), [])
    for who in (ALICE, BOB, role("owner")):
        assert not admits(nobody, who, aws__SourceIdentity="alice", aws__PrincipalTag_user="alice")


def test_a_role_to_sign_in_with_may_be_of_another_account_and_no_other_role_of_it_may() -> None:
    own, foreign = role("sign-in-approver"), role("sign-in-approver", "999999999999")
    stated = trust.sign_in_trust([foreign, own])
    assert admits(stated, own)
    assert admits(stated, foreign)
    assert not admits(stated, role("sign-in", "999999999999"))
    assert not admits(trust.sign_in_trust([own]), foreign)


def test_an_external_id_is_asked_for_where_there_is_one() -> None:
    stated = trust.sign_in_trust([role("ci")], external_id="gate-7")
    assert admits(stated, role("ci"), sts__ExternalId="gate-7")
    assert not admits(stated, role("ci"))
    assert not admits(stated, role("ci"), sts__ExternalId="gate-8")


JOB = arn("sagemaker", "training-job/pipelines-x-train")


def test_a_service_acts_for_the_named_resources_of_the_account_and_nothing_else() -> None:
    stated = trust.service_trust("sagemaker.amazonaws.com", ACCOUNT, source_arns=[arn("sagemaker", "training-job/*")])
    assert admits(stated, "sagemaker.amazonaws.com", aws__SourceAccount=ACCOUNT, aws__SourceArn=JOB)
    assert not admits(stated, "sagemaker.amazonaws.com", aws__SourceAccount="999999999999", aws__SourceArn=JOB)
    notebook = arn("sagemaker", "notebook-instance/one")
    assert not admits(stated, "sagemaker.amazonaws.com", aws__SourceAccount=ACCOUNT, aws__SourceArn=notebook)
    assert not admits(stated, "sagemaker.amazonaws.com", aws__SourceAccount=ACCOUNT)
    assert not admits(stated, "lambda.amazonaws.com", aws__SourceAccount=ACCOUNT, aws__SourceArn=JOB)
    assert not admits(stated, role("owner"))


def test_a_service_without_named_resources_still_acts_for_one_account_only() -> None:
    stated = trust.service_trust("vpc-flow-logs.amazonaws.com", ACCOUNT)
    assert admits(stated, "vpc-flow-logs.amazonaws.com", aws__SourceAccount=ACCOUNT)
    assert not admits(stated, "vpc-flow-logs.amazonaws.com", aws__SourceAccount="999999999999")


def test_only_services_that_say_nothing_of_their_source_are_not_asked_for_it() -> None:
    stated = json.loads(trust.service_trust("lambda.amazonaws.com", ACCOUNT))
    assert "Condition" not in stated["Statement"][0]
    assert sorted(trust.SILENT) == ["lambda.amazonaws.com"]


def test_a_service_that_may_say_its_source_is_held_to_what_it_says_and_admitted_where_it_says_nothing() -> None:
    sources = [arn("codepipeline", "screening-mlops-build")]
    stated = trust.service_trust("codepipeline.amazonaws.com", ACCOUNT, source_arns=sources)
    assert sorted(trust.UNCERTAIN) == [f"{name}.amazonaws.com" for name in ("apigateway", "chatbot", "codepipeline")]
    assert admits(stated, "codepipeline.amazonaws.com")
    assert admits(stated, "codepipeline.amazonaws.com", aws__SourceAccount=ACCOUNT, aws__SourceArn=sources[0])
    assert not admits(stated, "codepipeline.amazonaws.com", aws__SourceAccount="999999999999")


def test_studio_names_its_people_and_jobs_do_not() -> None:
    named = trust.service_trust("sagemaker.amazonaws.com", ACCOUNT, sets_source_identity=True)
    query = {"aws__SourceAccount": ACCOUNT, "action": "sts:SetSourceIdentity"}
    assert admits(named, "sagemaker.amazonaws.com", **query)
    assert not admits(trust.service_trust("sagemaker.amazonaws.com", ACCOUNT), "sagemaker.amazonaws.com", **query)
