"""Who of outside an estate is let in: providers that its inventory lists, services that do not say for whom."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from policies.access.graph import IamRole
from policies.access.graph.policy_documents import as_list, statements
from policies.access.inventory.estate import Estate
from policies.access.proofs.theorem import Finding, ProofOutcome

# EC2 takes a role from the account of its instance alone, and no page says that it names the account when it assumes
# the role. Source: Amazon EC2 User Guide, "IAM roles for Amazon EC2".
_WITHOUT_SOURCE = "ec2.amazonaws.com assumes "
_SAML = ":saml-provider/"
# Operators that compare a text with whole values or patterns.
_COMPARING = ("stringequals", "stringequalsignorecase", "stringlike")


def services_without_source(_: Estate, outcome: ProofOutcome) -> ProofOutcome:
    """The outcome with services that do not say for whom they act among those that are printed."""
    silent = [one.title for one in outcome.findings if one.title.startswith(_WITHOUT_SOURCE)]
    named = [title.removesuffix(" on behalf of another account") for title in silent]
    findings = [one for one in outcome.findings if one.title not in silent]
    return replace(outcome, findings=findings, named=[*outcome.named, *named])


def providers_listed(estate: Estate, outcome: ProofOutcome) -> ProofOutcome:
    """The outcome without people of listed providers, and with trusts that let in whomever such a provider knows."""
    listed = estate.inventory.trusted.identity_providers
    findings = [
        one for one in outcome.findings if not any(one.title.startswith(f"Federated {name} has") for name in listed)
    ]
    for role in estate.graph.sorted_roles():
        for provider in sorted(set(_without_subject(role)).intersection(listed)):
            title = f"everybody whom {provider} vouches for assumes {role.arn}: its trust compares no subject"
            findings.append(Finding(title=title))
    named = [f"{provider} vouches for people" for provider in listed]
    return replace(outcome, findings=findings, named=[*outcome.named, *named])


def _without_subject(role: IamRole) -> Iterator[str]:
    """OIDC providers that a role trusts whatever their tokens say of the subject.

    Source: IAM User Guide, "Create a role for OpenID Connect federation": anybody with an account at a provider such as
    GitHub has a token, and its `sub` alone says whose.
    """
    for statement in statements(role.trust):
        principal = statement.get("Principal")
        if statement.get("Effect") != "Allow" or not isinstance(principal, Mapping):
            continue
        for provider in map(str, as_list(principal.get("Federated"))):
            host = provider.rpartition(":oidc-provider/")[2] or provider
            if _SAML not in provider and not _compares(statement.get("Condition"), f"{host}:sub".lower()):
                yield provider


def _compares(condition: Any, key: str) -> bool:
    """Whether a condition compares a key with texts that say at least whose."""
    operators = condition if isinstance(condition, Mapping) else {}
    return any(
        str(name).lower() == key and all(_says_whose(str(value)) for value in as_list(values))
        for operator, keys in operators.items()
        if str(operator).lower() in _COMPARING and isinstance(keys, Mapping)
        for name, values in keys.items()
    )


def _says_whose(subject: str) -> bool:
    """Whether a pattern is whole up to an owner: `repo:acme/*` or `system:serviceaccount:shop:*`, not `repo:acme*`."""
    fixed = re.split(r"[*?]", subject, maxsplit=1)[0]
    return fixed == subject or "/" in fixed or fixed.count(":") > 1
