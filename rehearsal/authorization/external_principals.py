"""Identity policies of principals that no stack makes: an account's owner, and roles that sign in from outside."""

from __future__ import annotations

from policies.access.authorization import Document

# An account's owner, as AWS's AdministratorAccess grants it.
OWNER: Document = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "AdministratorAccess", "Effect": "Allow", "Action": "*", "Resource": "*"}],
}
# A role of the company's own, such as CI's or a person's: what it may enter is for the other role's trust to say.
VISITOR: Document = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "EnterWhatTrustsIt",
            "Effect": "Allow",
            "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
            "Resource": "*",
        }
    ],
}
# `deployer` is whoever deploys where no foundation has made a role for it.
OWNERS = frozenset({"owner", "deployer"})


def identity_of(principal: str) -> tuple[Document, ...]:
    """The identity policies of a role that no stack made; services and anonymous callers have none."""
    if ":role/" not in principal:
        return ()
    return (OWNER,) if principal.rsplit(":role/", 1)[-1] in OWNERS else (VISITOR,)
