"""Whether API Gateway says for which account it assumes the role that writes access logs."""

from __future__ import annotations

from assumptions.assumption import Assumption

ASSUMPTION = Assumption(
    name="api-gateway-names-its-source",
    question="Does API Gateway send aws:SourceAccount when it assumes an account's role for logs?",
    if_it_holds="The request says for which account the role is.",
    if_it_fails="The request says nothing of its source, and a trust that asks for it is never met: UpdateAccount is "
    "refused, and no access log is written.",
    design="The trust holds the account where the request names one, and asks for none. Nobody hands a role of the "
    "account to another account's API Gateway: iam:PassRole ends at the account.",
    leans_on=("policies/documents/trust.py:service_trust", "policies/pack/rules/service_trust.py"),
    sources=(
        'Amazon API Gateway Developer Guide, "Set up CloudWatch logging for REST APIs in API Gateway": a trust without '
        "a condition",
        'AWS CloudFormation Template Reference, "AWS::ApiGateway::Account": likewise',
    ),
    no_probe="An account and Region has one role for logs: whoever tries another takes the access logs of every API "
    "away for as long.",
)
