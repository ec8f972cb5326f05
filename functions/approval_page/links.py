"""A link's token: what it is for, signed with the project's HMAC key. Pure but for the two calls to KMS.

The key never leaves KMS: the function that sends links may make signatures, the page may only verify them.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import astuple, dataclass
from typing import Any

ALGORITHM = "HMAC_SHA_256"
# What the key signs for: a signature of something else is none of a link.
_PURPOSE = b"approval link 1\n"
# Longer is no link of ours, and is not even looked at.
_LONGEST = 2048


class BadLink(ValueError):
    """A token that was not made here, or was changed since."""


@dataclass(frozen=True)
class Link:
    """One approver's link: for one approval (`approval` is a hash of its token) of one execution, until `expires`."""

    pipeline: str
    execution: str
    approval: str
    approver: str
    expires: int

    @property
    def id(self) -> str:
        """What names the link in records, and opens nothing."""
        return hashlib.sha256(_message(self)).hexdigest()[:16]


def hash_of(approval_token: str) -> str:
    """The hash by which a link names an approval: CodePipeline's token itself decides, and is in no link."""
    return hashlib.sha256(approval_token.encode()).hexdigest()


def signed(link: Link, kms: Any, key: str) -> str:
    """The link's token. The same link has the same token, whenever it is asked for."""
    mac = kms.generate_mac(Message=_message(link), KeyId=key, MacAlgorithm=ALGORITHM)["Mac"]
    return f"{_encoded(_payload(link))}.{_encoded(mac)}"


def verified(token: str, kms: Any, key: str) -> Link:
    """The link that a token is of. Raises BadLink where it was not signed with the key."""
    payload, _, mac = token.partition(".")
    if len(token) > _LONGEST or not payload or not mac:
        raise BadLink("the link is not one that was sent")
    try:
        fields = json.loads(_decoded(payload))
        link = Link(*fields)
        signature = _decoded(mac)
    except (ValueError, TypeError, binascii.Error) as error:
        raise BadLink("the link is not one that was sent") from error
    if token != f"{_encoded(_payload(link))}.{_encoded(signature)}" or not signature:
        raise BadLink("the link is not written as one that was sent")
    try:
        answer = kms.verify_mac(Message=_message(link), KeyId=key, MacAlgorithm=ALGORITHM, Mac=signature)
    except kms.exceptions.KMSInvalidMacException as error:
        raise BadLink("the link was changed, or was not sent by this project") from error
    if answer.get("MacValid") is not True:
        raise BadLink("the link was changed, or was not sent by this project")
    return link


def _payload(link: Link) -> bytes:
    return json.dumps(astuple(link), separators=(",", ":"), ensure_ascii=False).encode()


def _message(link: Link) -> bytes:
    return _PURPOSE + _payload(link)


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
