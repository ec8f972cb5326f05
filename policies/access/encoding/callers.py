"""The principal of a request, known or open (any role, any user), and how principal elements match it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import z3

from policies.access.encoding.logic import Formula, both, constant, either, known_text, settled
from policies.access.encoding.patterns import Style, fits

_IAM = re.compile(r"arn:(?P<partition>[^:]+):iam::(?P<account>\d{12}):(?P<kind>role|user|root)(/(?P<path>.+))?")
_STS = re.compile(
    r"arn:(?P<partition>[^:]+):sts::(?P<account>\d{12}):(?P<kind>assumed-role|federated-user)/(?P<rest>.+)"
)
_BEFORE_ACCOUNT = "arn:aws:iam::"
# An identity provider, though named like a service. Source: IAM User Guide, "AWS JSON policy elements: Principal".
_COGNITO = "cognito-identity.amazonaws.com"
_SERVICE_LINKED = ":role/aws-service-role/"


class CallerType(Enum):
    """What a principal is; the values are those of aws:PrincipalType where AWS documents one.

    Source: IAM User Guide, "IAM policy elements: Variables and tags", principal key values.
    """

    ROOT = "Account"
    USER = "User"
    FEDERATED_USER = "FederatedUser"
    ROLE = "AssumedRole"
    SESSION = "AssumedRole, by its session"
    ANONYMOUS = "Anonymous"
    SERVICE = "service"
    PROVIDER = "identity provider"


# Callers that belong to an account and so can hold identity policies.
IN_ACCOUNT = (CallerType.ROOT, CallerType.USER, CallerType.FEDERATED_USER, CallerType.ROLE, CallerType.SESSION)
_TYPES = {kind: kind.value for kind in (CallerType.ROOT, CallerType.USER, CallerType.FEDERATED_USER, CallerType.ROLE)}


@dataclass(frozen=True)
class SymbolicCaller:
    """A principal. `arn` and `account` may be open; `principal_arn` is what aws:PrincipalArn shows, a session's role.

    `given` is what is true of it where it is open.
    """

    kind: CallerType
    arn: z3.SeqRef
    account: z3.SeqRef | None
    principal_arn: z3.SeqRef | None
    given: tuple[z3.BoolRef, ...] = ()

    @classmethod
    def of(cls, principal: str, account: str | None, principal_arn: str | None = None) -> SymbolicCaller:
        """The caller with this ARN, service name or `*`. `principal_arn` is a session's exact role, when known."""
        kind, derived = _classified(principal)
        shown = principal_arn or derived
        return cls(
            kind,
            constant(principal),
            constant(account) if account is not None and kind in IN_ACCOUNT else None,
            constant(shown) if shown is not None else None,
        )

    @classmethod
    def outsider(cls, kind: CallerType = CallerType.ROLE) -> SymbolicCaller:
        """Any role or user of any account: its ARN is open, and its account is that part of the ARN."""
        if kind not in {CallerType.ROLE, CallerType.USER}:
            raise ValueError(f"an outsider is a role or a user, not {kind.name}")
        arn = z3.String("principal:arn")
        word = "role" if kind is CallerType.ROLE else "user"
        digits = z3.Loop(z3.Range("0", "9"), 12, 12)
        name = z3.Plus(z3.AllChar(z3.ReSort(z3.StringSort())))
        given = z3.InRe(arn, z3.Concat(z3.Re(_BEFORE_ACCOUNT), digits, z3.Re(f":{word}/"), name))
        return cls(kind, arn, z3.SubString(arn, len(_BEFORE_ACCOUNT), 12), arn, (given,))

    def limits(self) -> list[z3.BoolRef]:
        """What is true of every caller of this kind: nothing to add for a known one."""
        return list(self.given)

    def service_linked(self) -> Formula:
        """Whether it is a service-linked role, by the path that AWS reserves.

        RCPs and SCPs do not bind such a role. Source: IAM User Guide, "Create a service-linked role".
        """
        if self.kind not in {CallerType.ROLE, CallerType.SESSION} or self.principal_arn is None:
            return False
        return settled(z3.Contains(self.principal_arn, constant(_SERVICE_LINKED)), self.principal_arn)

    def derived(self, owner: str) -> Mapping[str, z3.SeqRef]:
        """The condition keys that AWS fills in from the caller and the resource's owner.

        Source: IAM User Guide, "AWS global condition context keys", availability of each key.
        """
        keys: dict[str, z3.SeqRef] = {"aws:resourceaccount": constant(owner)}
        if self.kind is CallerType.ANONYMOUS:
            nobody = constant("anonymous")
            return keys | {
                "aws:principalaccount": nobody,
                "aws:principaltype": constant("Anonymous"),
                "aws:userid": nobody,
            }
        if self.kind in IN_ACCOUNT or self.kind is CallerType.SERVICE:
            keys["aws:principalisawsservice"] = constant("true" if self.kind is CallerType.SERVICE else "false")
        if self.kind is CallerType.SERVICE:
            keys["aws:principalservicename"] = self.arn
        keys |= self._names()
        if self.principal_arn is not None:
            keys["aws:principalarn"] = self.principal_arn
        if self.account is not None:
            keys["aws:principalaccount"] = self.account
        if self.kind in IN_ACCOUNT:
            keys["aws:principaltype"] = constant(_TYPES.get(self.kind, "AssumedRole"))
        return keys

    def _names(self) -> Mapping[str, z3.SeqRef]:
        """aws:username and aws:userid, as far as the ARN says them."""
        if self.account is None or not z3.is_string_value(self.arn) or not z3.is_string_value(self.account):
            return {}
        name, account = known_text(self.arn).rsplit("/", 1)[-1], known_text(self.account)
        if self.kind is CallerType.USER:
            return {"aws:username": constant(name)}
        if self.kind is CallerType.FEDERATED_USER:
            return {"aws:userid": constant(f"{account}:{name}")}
        return {"aws:userid": self.account} if self.kind is CallerType.ROOT else {}


def _classified(principal: str) -> tuple[CallerType, str | None]:
    """The kind, and what aws:PrincipalArn shows."""
    if principal == "*":
        return CallerType.ANONYMOUS, None
    if found := _IAM.fullmatch(principal):
        return {"role": CallerType.ROLE, "user": CallerType.USER, "root": CallerType.ROOT}[found["kind"]], principal
    if found := _STS.fullmatch(principal):
        if found["kind"] == "federated-user":
            return CallerType.FEDERATED_USER, principal
        role = found["rest"].split("/")[0]
        return CallerType.SESSION, f"arn:{found['partition']}:iam::{found['account']}:role/{role}"
    if principal != _COGNITO and principal.endswith((".amazonaws.com", ".amazonaws.com.cn")):
        return CallerType.SERVICE, None
    return CallerType.PROVIDER, None


@dataclass(frozen=True)
class PrincipalMatch:
    """How a principal element names a caller.

    `directly` grants to the user, session or anybody; `as_role` grants to the role behind a session;
    `by_account` only lets the account's identity policies decide.
    """

    directly: Formula = False
    as_role: Formula = False
    by_account: Formula = False
    # Everybody is named, with or without an account.
    anybody: bool = False

    def at_all(self) -> Formula:
        """Named in any way."""
        return either(self.directly, self.as_role, self.by_account)

    def joined(self, other: PrincipalMatch) -> PrincipalMatch:
        """Named by this or by `other`."""
        return PrincipalMatch(
            either(self.directly, other.directly),
            either(self.as_role, other.as_role),
            either(self.by_account, other.by_account),
            self.anybody or other.anybody,
        )

    def where(self, condition: Formula) -> PrincipalMatch:
        """Named like this, under a condition."""
        return PrincipalMatch(
            both(self.directly, condition),
            both(self.as_role, condition),
            both(self.by_account, condition),
            self.anybody,
        )


def named(principals: tuple[tuple[str, str], ...], caller: SymbolicCaller) -> PrincipalMatch:
    """How the entries of a Principal element, (kind, name) each, match `caller`."""
    match = PrincipalMatch()
    for kind, name in principals:
        match = match.joined(_entry(kind, name, caller))
    return match


def _entry(kind: str, name: str, caller: SymbolicCaller) -> PrincipalMatch:
    if kind == "AWS":
        return _aws(name, caller)
    if (kind, caller.kind) in {("Service", CallerType.SERVICE), ("Federated", CallerType.PROVIDER)}:
        return PrincipalMatch(directly=_same(caller.arn, name))
    return PrincipalMatch()


def _aws(name: str, caller: SymbolicCaller) -> PrincipalMatch:
    if name == "*":
        return PrincipalMatch(directly=True, anybody=True)
    if caller.kind not in IN_ACCOUNT or caller.account is None:
        return PrincipalMatch()
    found = _IAM.fullmatch(name)
    if re.fullmatch(r"\d{12}", name) or (found and found["kind"] == "root"):
        return PrincipalMatch(by_account=_same(caller.account, found["account"] if found else name))
    if found and found["kind"] == "role":
        return PrincipalMatch(as_role=_is_role(name, found, caller))
    return PrincipalMatch(directly=_same(caller.arn, name))


def _is_role(name: str, found: re.Match[str], caller: SymbolicCaller) -> Formula:
    """A session is its role's; when its role's path is not known, name and account decide."""
    if caller.kind is CallerType.ROLE:
        return _same(caller.arn, name)
    if caller.kind is not CallerType.SESSION or caller.principal_arn is None or found["path"] is None:
        return False
    if not z3.is_string_value(caller.principal_arn):
        return _same(caller.principal_arn, name)
    shown = _IAM.fullmatch(known_text(caller.principal_arn))
    if shown and shown["path"] and "/" not in shown["path"]:
        return (found["account"], found["path"].rsplit("/", 1)[-1]) == (shown["account"], shown["path"])
    return _same(caller.principal_arn, name)


def _same(term: z3.SeqRef, text: str) -> Formula:
    return fits(text, Style.PLAIN, term, "a principal")
