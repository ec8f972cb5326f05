"""KMS-04: no identity policy decrypts with every key."""

from __future__ import annotations

import re
from collections.abc import Sequence

from policies.pack.identity import INLINE, MANAGED, ROLE, documents, exclude_boundaries
from policies.pack.model import SECURITY_HUB, Rule, Severity, StackResource
from policies.pack.statements import StatementView

# The two actions that the controls look for.
DECRYPT = ("kms:Decrypt", "kms:ReEncryptFrom")
# Conditions that say which keys, where an ARN cannot.
# Source: AWS KMS Developer Guide, "AWS KMS condition keys" and "Use tags to control access to KMS keys".
KEYS = ("kms:resourcealiases", "kms:requestalias")
_TAG = "aws:resourcetag/"
_EVERY_KEY = re.compile(r"\*|arn:[^:]*:(kms|\*):[^:]*:[^:]*:(\*|key\*|key/\*+)")


def check(resource: StackResource, stack: Sequence[StackResource]) -> list[str]:
    """Decryption names keys, by ARN, alias or tag."""
    exclude_boundaries(resource, stack)
    return [
        f"{statement.label} of {where} decrypts with every key"
        for where, statement in documents(resource)
        if statement.allows and _decrypts_with_any(statement)
    ]


def _decrypts_with_any(statement: StatementView) -> bool:
    every = statement.not_resources or any(_EVERY_KEY.fullmatch(resource) for resource in statement.resources)
    tags = {key for _, key, _ in statement.conditions if key.startswith(_TAG)}
    return bool(every) and any(statement.covers(action) for action in DECRYPT) and not statement.fixes([*KEYS, *tags])


RULE = Rule(
    id="KMS-04",
    name="kms-no-use-of-every-key",
    title="Identity policies name the keys they decrypt with",
    why="A role that decrypts with every key reads whatever it can copy, the other projects included.",
    fix="Name the key's ARN, or hold kms:ResourceAliases or a tag of the key.",
    severity=Severity.HIGH,
    frameworks=(
        "FSBP KMS.1",
        "FSBP KMS.2",
        "NIST 800-53 AC-6(3)",
    ),
    sources=(SECURITY_HUB.format("kms"),),
    types=(*INLINE, MANAGED, ROLE),
    scope="stack",
    check=check,
)
