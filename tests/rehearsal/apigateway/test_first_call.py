"""A stack with a function, an alias and an API: what is deployed answers, to whom policies let in."""

from __future__ import annotations

from rehearsal.apigateway.messages import IncomingRequest
from tests.rehearsal.apigateway.account import ACCOUNT, OTHER, REGION, ApiAccount, open_api, template

INVOKE = {
    "Effect": "Allow",
    "Action": "execute-api:Invoke",
    "Resource": f"arn:aws:execute-api:{REGION}:{ACCOUNT}:*/v1/POST/predict",
}


def test_a_stack_s_api_answers_a_signed_request_and_keeps_module_state(account: ApiAccount) -> None:
    made = account.deploy_stack(template(open_api(security=[{"iam": []}])))
    assert (made["StackStatus"], made.get("StackStatusReason")) == ("CREATE_COMPLETE", None)
    caller = account.caller("client", INVOKE)
    first, second = (account.call(signer=caller) for _ in range(2))
    assert (first.status, first.json["version"]) == (200, "1")
    assert [first.json["calls"], second.json["calls"]] == [1, 2]
    assert first.headers["x-model-version"] == "3"
    event = first.json["event"]
    assert event["requestContext"]["identity"]["userArn"].endswith(":assumed-role/client/client")
    assert (event["path"], event["requestContext"]["path"], event["body"]) == (
        "/predict",
        "/v1/predict",
        '{"rows": []}',
    )


def test_who_has_no_right_is_refused(account: ApiAccount) -> None:
    account.deploy_stack(template(open_api(security=[{"iam": []}])))
    assert account.call().json == {"message": "Missing Authentication Token"}
    refused = account.call(signer=account.caller("stranger"))
    assert refused.status == 403
    assert "is not authorized to perform: execute-api:Invoke" in refused.json["message"]
    abroad = account.caller("abroad", INVOKE, account=OTHER)
    assert account.call(signer=abroad).status == 403


def test_a_request_knows_its_parts() -> None:
    request = IncomingRequest("GET", "/a%20b/c?x=1&x=&y", [("A", "1"), ("a", "2")])
    assert (request.segments, request.header("A"), request.query) == (
        ["a b", "c"],
        "2",
        [("x", "1"), ("x", ""), ("y", "")],
    )
