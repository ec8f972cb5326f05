"""What looks like a secret, by its name or by its value."""

from __future__ import annotations

import re

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NAME = re.compile(
    r"(^|[-_/.])(password|passwd|secret|token|api_?-?key|access_?-?key|private_?-?key)s?$", re.IGNORECASE
)
# A name that ends so points at a secret kept elsewhere.
_REFERENCE = re.compile(r"[-_/.](arn|id|name|path|url)$", re.IGNORECASE)
# Access key ids: IAM User Guide, "IAM identifiers". Tokens: GitHub's documentation on its token formats.
_VALUE = re.compile(
    r"\b(AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_[A-Za-z0-9_]{22,}\b"
)


def looks_secret(name: str, value: object) -> bool:
    """Whether the name says that the value is a secret, or the value is in the form of one."""
    if isinstance(value, str) and _VALUE.search(value):
        return True
    words = _CAMEL.sub("_", name)
    return bool(_NAME.search(words)) and not _REFERENCE.search(words)
