"""A release that waits: approvers get links by e-mail, and the page behind an API decides, over HTTP."""

from __future__ import annotations

import http.client
import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pulumi
import pytest
from moto.sns.models import sns_backends

from catalog.names import ProjectNames
from catalog.roles import RoleKind
from catalog.scope import Scope
from components import pipeline_events
from components.approval_mail import ApprovalMail, ApprovalMailArgs
from components.approval_page import ApprovalPage, ApprovalPageArgs
from policies.access.authorization import AuthorizationRequest
from policies.access.evaluator import decide
from policies.documents import approval_link
from rehearsal.apigateway.service import ApiGateway
from rehearsal.aws.cloud import Cloud
from rehearsal.codesuite.suite import CodeSuite
from rehearsal.engine import Engine
from tests.policies.documents.scopes import project_scope_of
from tests.rehearsal.codesuite.account import BUCKET, DEV, REGION, CodeSuiteAccount, action
from tests.rehearsal.engine.programs import STRICT, provider

NAMES = ProjectNames("mlops", "screening")
SCOPE = Scope.of_account(DEV, REGION, "mlops")
PIPELINE = NAMES.code_pipeline("deploy")
PROJECT = replace(project_scope_of("screening"), artifacts_bucket=f"arn:aws:s3:::{BUCKET}")
PARAMETER = "/mlops/dev/projects/screening/approval-link"
CHANGES = f"{NAMES.artifact_folder('deploy')}/changes"
REPORT = {
    "stage": "production",
    "modelPackageArn": f"arn:aws:sagemaker:{REGION}:{DEV}:model-package/mlops-screening/4",
    "publisher": "carol",
    "risks": [],
    "accounts": [{"account": "333333333333", "region": REGION, "words": ["model: 3 becomes 4"], "cost": []}],
}


def page_policy(key: str) -> str:
    """What the stack gives the page."""
    return approval_link.page(
        PROJECT,
        pipeline=PIPELINE,
        action="Approve/Approve",
        parameter=PARAMETER,
        function=NAMES.role(RoleKind.APPROVAL_PAGE),
        key=key,
    )


def sender_policy(key: str, queue: str) -> str:
    """What the stack gives the sender."""
    return approval_link.sender(
        PROJECT,
        pipeline=PIPELINE,
        parameter=PARAMETER,
        function=NAMES.role(RoleKind.APPROVAL_SENDER),
        key=key,
        topic=SCOPE.arn("sns", NAMES.name("approvals")),
        queue=queue,
    )


def program(hours: int) -> Callable[[], None]:
    """The components of one project, with rights that a document of the stack gives."""

    def build() -> None:
        options = pulumi.ResourceOptions(provider=provider())
        key = pulumi.Output.from_input(f"arn:aws:kms:{REGION}:{DEV}:alias/aws/sns")
        mail = ApprovalMail(
            "approvals",
            ApprovalMailArgs(
                name=NAMES.name("approvals"),
                account=DEV,
                partition="aws",
                key_arn=key,
                sender=NAMES.role_arn(SCOPE, RoleKind.APPROVAL_SENDER),
                approvers={"alice": "alice@example.com", "carol": "carol@example.com"},
            ),
            options,
        )
        names = {str(kind): NAMES.role(kind) for kind in (RoleKind.APPROVAL_PAGE, RoleKind.APPROVAL_SENDER)}
        config = {
            "project": "screening",
            "account": DEV,
            "region": REGION,
            "pipeline": PIPELINE,
            "stage": "Approve",
            "action": "Approve",
            "bucket": BUCKET,
            "changes": CHANGES,
            "hours": hours,
            "parameter": PARAMETER,
        }
        args = ApprovalPageArgs(
            project="screening",
            scope=SCOPE,
            path=NAMES.path(),
            boundary=f"arn:aws:iam::{DEV}:policy/boundary",
            names={
                **names,
                "api": NAMES.name("approvals"),
                "rule": NAMES.name("approval-waits"),
                "queue": NAMES.approval_dead_letters(),
                "alarm": NAMES.name("unsent-links"),
            },
            alias=NAMES.alias("approval-links"),
            key_policy=approval_link.link_key(
                SCOPE,
                signer=NAMES.role_arn(SCOPE, RoleKind.APPROVAL_SENDER),
                verifier=NAMES.role_arn(SCOPE, RoleKind.APPROVAL_PAGE),
            ),
            protect=False,
            policies={
                RoleKind.APPROVAL_PAGE: lambda key, _: pulumi.Output.from_input(page_policy(key)),
                RoleKind.APPROVAL_SENDER: lambda key, queue: pulumi.Output.from_input(sender_policy(key, queue)),
            },
            config=json.dumps(config),
            parameter=PARAMETER,
            event=pipeline_events.approval_waits(PIPELINE, "Approve"),
            approvers=["alice", "carol"],
            topic=mail.arn,
            alarm_topic_arn=mail.arn,
            logs_key_arn=key,
            tags={"project": "screening"},
        )
        ApprovalPage("approval-page", args, options)

    return build


@dataclass
class Waiting:
    """A release that waits for an approver, and who opens which link."""

    dev: CodeSuiteAccount
    suite: CodeSuite
    gateway: ApiGateway
    execution: Any = None

    def release(self, report: dict[str, Any] | None = None) -> list[str]:
        """Start the pipeline; gives the links that were sent, by approver's name."""
        self.execution = self.suite.pipelines.start(DEV, REGION, PIPELINE)
        key = f"{CHANGES}/{self.execution.id}/production.json"
        self.dev.s3.put_object(Bucket=BUCKET, Key=key, Body=json.dumps(REPORT if report is None else report))
        before = len(self.mails())
        deadline = time.monotonic() + 60
        while len(self.mails()) < before + 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        return [self._link(message) for message in self.mails()[before:]]

    def mails(self) -> list[str]:
        topic = sns_backends[DEV][REGION].topics[f"arn:aws:sns:{REGION}:{DEV}:{NAMES.name('approvals')}"]
        return [notification[1] for notification in topic.sent_notifications]

    def _link(self, message: str) -> str:
        found = re.search(r"https://(\S+)\.execute-api\.\S+?\.amazonaws\.com/v1(/approvals/\S+)", message)
        assert found, message
        return self.gateway.url(found.group(1), "v1") + found.group(2)

    def status(self) -> str:
        state = self.dev.client("codepipeline").get_pipeline_state(name=PIPELINE)["stageStates"][1]["actionStates"][0]
        return str(state["latestExecution"]["status"])


@dataclass
class Answer:
    """An answer over HTTP."""

    status: int
    headers: dict[str, str]
    body: str


def call(url: str, method: str = "GET", body: str | None = None, **headers: str) -> Answer:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    try:
        connection.request(method, parts.path, body, {key.replace("_", "-"): value for key, value in headers.items()})
        answer = connection.getresponse()
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read().decode())
    finally:
        connection.close()


def opened(url: str) -> tuple[Answer, str, str]:
    """The page with its form's token and its cookie."""
    shown = call(url)
    form = re.search(r'name="form" value="([^"]*)"', shown.body)
    return shown, form.group(1) if form else "", shown.headers.get("set-cookie", "").partition(";")[0]


def decided(url: str, form: str, cookie: str, decision: str = "approve", **headers: str) -> Answer:
    body = urlencode({"form": form, "decision": decision, "reason": "better on held-out rows"})
    given = {"Content_Type": "application/x-www-form-urlencoded", "Cookie": cookie, "Sec_Fetch_Site": "same-origin"}
    return call(url, "POST", body, **{**given, **headers})


@pytest.fixture
def waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Waiting]:
    monkeypatch.setattr("rehearsal.codesuite.operations.first_execution", lambda *_: None)
    with Cloud(REGION, tmp_path / "requests.jsonl") as cloud:
        suite = CodeSuite(cloud, logs=tmp_path / "logs")
        gateway = ApiGateway(cloud, suite.functions)
        with suite, gateway:
            dev = CodeSuiteAccount(cloud, suite)
            dev.source({"a": "b"})
            dev.pipeline(PIPELINE, ("Approve", [action("Approve", "Approval", "Manual")]))
            everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
            dev.client("iam").create_policy(
                PolicyName="boundary", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [everything]})
            )
            Engine(cloud).up("project-screening", program(24), STRICT)
            yield Waiting(dev, suite, gateway)
            cloud.clock.close()


def test_an_approver_lets_a_release_in_by_the_link_and_it_works_once(waiting: Waiting) -> None:
    alice, _ = waiting.release()
    shown, form, cookie = opened(alice)
    assert (shown.status, "version 4" in shown.body, "model: 3 becomes 4" in shown.body) == (200, True, True)
    assert "default-src 'none'" in shown.headers["content-security-policy"]
    assert shown.headers["referrer-policy"] == "no-referrer"
    assert waiting.status() == "InProgress"
    done = decided(alice, form, cookie)
    assert (done.status, "Approved" in done.body) == (200, True)
    assert waiting.execution.wait(30).status == "Succeeded"
    state = waiting.dev.client("codepipeline").get_pipeline_state(name=PIPELINE)["stageStates"][1]
    summary = state["actionStates"][0]["latestExecution"]["summary"]
    assert re.fullmatch(r"Approved by alice by link [0-9a-f]{16}: better on held-out rows", summary)
    replayed = decided(alice, form, cookie, "reject")
    assert (replayed.status, "decided already. Approved by alice" in replayed.body) == (409, True)
    assert call(alice).status == 409


def test_whatever_the_functions_ask_of_aws_their_policies_allow(waiting: Waiting) -> None:
    alice, _ = waiting.release()
    _, form, cookie = opened(alice)
    assert decided(alice, form, cookie).status == 200
    key = json.loads(waiting.dev.client("ssm").get_parameter(Name=PARAMETER)["Parameter"]["Value"])["key"]
    policies = {
        NAMES.role(RoleKind.APPROVAL_PAGE): page_policy(key),
        NAMES.role(RoleKind.APPROVAL_SENDER): sender_policy(key, SCOPE.arn("sqs", NAMES.approval_dead_letters())),
    }
    key_policy = json.loads(
        approval_link.link_key(
            SCOPE,
            signer=NAMES.role_arn(SCOPE, RoleKind.APPROVAL_SENDER),
            verifier=NAMES.role_arn(SCOPE, RoleKind.APPROVAL_PAGE),
        )
    )
    asked: dict[str, set[str]] = {}
    for record in waiting.suite.cloud.recorder.since(0):
        name = record.role.rpartition("/")[2]
        for right in record.rights or () if name in policies else ():
            request = AuthorizationRequest(
                id=right.action,
                principal=record.role,
                account=DEV,
                action=right.action,
                resource=right.resource,
                owner=DEV,
                identity=[json.loads(policies[name])],
                resource_policy=key_policy if right.action.endswith("Mac") else None,
                context=right.context,
            )
            asked.setdefault(name, set()).add(right.action)
            assert decide(request).allowed, (name, right)
    assert "codepipeline:PutApprovalResult" in asked[NAMES.role(RoleKind.APPROVAL_PAGE)]
    assert {"kms:GenerateMac", "sns:Publish"} <= asked[NAMES.role(RoleKind.APPROVAL_SENDER)]


def test_a_scanner_that_opens_the_link_in_every_way_decides_nothing(waiting: Waiting) -> None:
    alice, _ = waiting.release()
    assert [call(alice).status for _ in range(3)] == [200, 200, 200]
    assert call(alice, "HEAD").status == 403
    assert call(alice, "OPTIONS").status == 403
    assert call(alice, "POST", "").status in (403, 415)
    assert call(alice, "POST", "decision=approve", Content_Type="application/x-www-form-urlencoded").status == 403
    assert waiting.status() == "InProgress"
    _, form, cookie = opened(alice)
    assert decided(alice, form, cookie).status == 200


def test_each_refusal_has_its_status_and_its_reason(waiting: Waiting) -> None:
    alice, carol = waiting.release()
    shown, form, cookie = opened(alice)
    assert shown.status == 200
    last = "A" if alice[-2] != "A" else "B"
    refusals = {
        "altered": (call(f"{alice[:-2]}{last}{alice[-1]}"), 403, "the link"),
        "cut": (call(alice[:-20]), 403, "the link"),
        "no link": (call(alice.rpartition("/")[0] + "/x"), 403, "the link is not one that was sent"),
        "publisher": (call(carol), 403, "another approver decides"),
        "another site": (decided(alice, form, cookie, Sec_Fetch_Site="cross-site"), 403, "another site"),
        "foreign origin": (decided(alice, form, cookie, Origin="https://evil.example"), 403, "another site"),
        "no cookie": (decided(alice, form, ""), 403, "open the link again"),
        "no form": (decided(alice, "1.x", cookie), 403, "open the link again"),
    }
    for name, (answer, status, why) in refusals.items():
        assert (answer.status, why in answer.body) == (status, True), (name, answer)
    assert waiting.status() == "InProgress"


def test_an_ended_link_is_refused(waiting: Waiting, monkeypatch: pytest.MonkeyPatch) -> None:
    alice, _ = waiting.release()
    client = waiting.dev.client("lambda")
    assert call(alice).status == 200
    monkeypatch.undo()
    ssm = waiting.dev.client("ssm")
    outputs = json.loads(ssm.get_parameter(Name=PARAMETER)["Parameter"]["Value"])
    ssm.put_parameter(Name=PARAMETER, Value=json.dumps({**outputs, "approvers": ["carol"]}), Overwrite=True)
    gone = call(alice)
    assert (gone.status, "not an approver any more" in gone.body) == (403, True)
    assert client.get_function(FunctionName=NAMES.role(RoleKind.APPROVAL_PAGE))


def test_links_of_an_earlier_release_open_nothing(waiting: Waiting) -> None:
    alice, _ = waiting.release()
    _, form, cookie = opened(alice)
    assert decided(alice, form, cookie, "reject").status == 200
    waiting.execution.wait(30)
    newer, _ = waiting.release()
    old = call(alice)
    assert (old.status, "does not wait any more" in old.body) == (410, True)
    assert call(newer).status == 200


def test_without_a_report_or_a_known_publisher_nobody_decides(waiting: Waiting) -> None:
    alice, _ = waiting.release({**REPORT, "publisher": ""})
    unknown = call(alice)
    assert (unknown.status, "is not known" in unknown.body) == (403, True)


def test_nothing_that_opens_the_page_is_in_any_log(waiting: Waiting, tmp_path: Path) -> None:
    alice, _ = waiting.release()
    _, form, cookie = opened(alice)
    decided(alice, form, cookie)
    token = alice.rpartition("/")[2]
    for path in (tmp_path / "logs").rglob("*"):
        if path.is_file():
            assert token not in path.read_text(errors="replace"), path
    streams = waiting.dev.client("logs")
    group = f"/aws/lambda/{NAMES.role(RoleKind.APPROVAL_PAGE)}"
    events = (
        streams.filter_log_events(logGroupName=group)["events"]
        if streams.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
        else []
    )
    assert all(token not in event["message"] for event in events)
