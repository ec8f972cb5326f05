"""Whether Amazon Q Developer in chat applications says for whose channel it assumes a role."""

from __future__ import annotations

from assumptions.assumption import Assumption

ASSUMPTION = Assumption(
    name="chatbot-names-its-source",
    question="Does Amazon Q Developer in chat applications send aws:SourceAccount and aws:SourceArn when it assumes a "
    "channel's role?",
    if_it_holds="A channel's role is assumed for channels of this account alone.",
    if_it_fails="The role is assumed for whatever channel it is the role of, which iam:PassRole limits: no role is "
    "passed to another account's channel.",
    design="what it says of the account is held to this one; what it does not say is not asked for. The role may do "
    "nothing, and every channel has a guardrail that denies everything.",
    leans_on=("policies/documents/trust.py:UNCERTAIN", "rehearsal/services/chatbot.py"),
    sources=(
        'Amazon Q Developer in chat applications Administrator Guide, "Understanding permissions"',
        'Amazon Q Developer in chat applications Administrator Guide, "Identity and Access Management"',
        'IAM User Guide, "The confused deputy problem", which names no chatbot',
    ),
    no_probe="It takes a workspace of Slack that somebody lets in, and a command that somebody gives in a channel.",
)
