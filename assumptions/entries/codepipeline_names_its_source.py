"""Whether CodePipeline says for which pipeline it assumes a role."""

from __future__ import annotations

from assumptions.assumption import Assumption

ASSUMPTION = Assumption(
    name="codepipeline-names-its-source",
    question="Does CodePipeline send aws:SourceAccount and aws:SourceArn when it assumes a pipeline's role?",
    if_it_holds="The request says which pipeline of which account the role is for.",
    if_it_fails="The request says nothing of its source, and a trust that asks for it is never met.",
    design="The trust holds the account where the request names one, and asks for none. Nobody hands a role of the "
    "account to another account's pipeline: iam:PassRole ends at the account.",
    leans_on=("policies/documents/trust.py:service_trust", "policies/pack/rules/service_trust.py"),
    sources=(
        'AWS CodePipeline User Guide, "Create the CodePipeline service role (CLI)": a trust without a condition',
        'AWS CodePipeline User Guide, "Identity and access management for AWS CodePipeline": no page on confused '
        "deputies",
    ),
    no_probe="It takes a pipeline and a role of its own, and the trust works either way.",
)
