"""ARNs that people write into stack files: whom each may name, and whether it is of the stack's partition and account.

Policies compare ARNs of roles (`policies.documents.trust`), and AWS never says that one matches nobody: a form that no
caller ever has is refused here, and so is a pattern, which `ArnEquals` would match with more than one role.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from catalog.names import deployer_arn
from catalog.scope import Scope, partition_of
from settings.closed_lists import closed_list
from settings.document import KeyPath, Positions, closest_line, dotted
from settings.problems import SettingsProblem, shown

ROLE_ARN = r"^arn:aws[a-z-]*:iam::[0-9]{12}:role/([A-Za-z0-9_+=,.@-]+/)*[A-Za-z0-9_+=,.@-]+$"
EXAMPLE = "arn:aws:iam::111111111111:role/deployer"
# IAM User Guide, "IAM and AWS STS quotas, name requirements, and character limits".
LONGEST_NAME, LONGEST_PATH = 64, 512
# IAM Identity Center User Guide, "Referencing permission sets in resource policies, Amazon EKS, and AWS KMS": the path
# has the region of the identity source, but where that is us-east-1.
SSO_NAME, SSO_PATH = "AWSReservedSSO_", "aws-reserved/sso.amazonaws.com/"
SSO_SUFFIX = re.compile(r"AWSReservedSSO_[\w+=,.@-]{1,32}_[0-9a-f]{16}")
# IAM User Guide, "Create a service-linked role": only the linked service assumes such a role.
LINKED_PATH = "aws-service-role/"
# What people take for a role, by the resource part of its ARN.
# Source: IAM User Guide, "AWS JSON policy elements: Principal".
_OTHERS = (
    (r"arn:[^:]*:sts::\d*:assumed-role/.+", "is a session of a role, which ends; a policy names the role itself"),
    (r"arn:[^:]*:sts::\d*:federated-user/.+", "is a session of a user, which ends: give a role"),
    (r"arn:[^:]*:iam::\d*:user/.+", "is a user, whose keys last: give a role that the user may assume"),
    (r"arn:[^:]*:iam::\d*:group/.+", "is a group, which IAM takes for no principal: give a role"),
    (r"arn:[^:]*:iam::\d*:root|\d{12}", "is a whole account: name the role in it"),
    (r"arn:[^:]*:iam::\d*:instance-profile/.+", "is an instance profile: give the role that it holds"),
    (r"arn:[^:]*:sso:::.+", "is a permission set: give the role that IAM Identity Center made of it in the account"),
    (r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?", "is a service: give a role that people or CI sign in with"),
)
SIGN_IN = ("credentials", "roleArn")


def partition_fault(arn: str) -> str | None:
    """Why an ARN is of no partition of AWS; None where it is of one, or no ARN at all."""
    known = sorted({partition_of(region) for region in closed_list("regions")})
    found = re.match(r"arn:([^:]*):", arn)
    if not found or found[1] in known:
        return None
    return f"begins with arn:{found[1]}:, and {found[1]} is no partition of AWS: there are {', '.join(known)}"


def role_fault(arn: str) -> str | None:
    """Why a text names no role that somebody signs in with; None where it may. Whether it exists is not known here."""
    if "*" in arn or "?" in arn:
        return f"not the ARN of an IAM role: a wildcard would match more than one role: name each, such as {EXAMPLE}"
    other = next((why for form, why in _OTHERS if re.fullmatch(form, arn)), None)
    if other:
        return f"not the ARN of an IAM role: it {other}{_of_session(arn)}, such as {EXAMPLE}"
    fault = partition_fault(arn)
    if fault or not re.fullmatch(ROLE_ARN, arn):
        return fault or f"not the ARN of an IAM role, such as {EXAMPLE}"
    path, _, name = arn.split(":role/", 1)[1].rpartition("/")
    if len(name) > LONGEST_NAME or len(path) + 2 > LONGEST_PATH:
        return f"names a role longer than IAM has: {LONGEST_NAME} characters in a name, {LONGEST_PATH} in a path"
    if f"{path}/".startswith(LINKED_PATH):
        return "is a service-linked role, which its AWS service alone assumes: give a role that somebody signs in with"
    return _sso_fault(arn.split(":role/", maxsplit=1)[0], path, name)


def _sso_fault(account: str, path: str, name: str) -> str | None:
    """What is wrong with a role of IAM Identity Center; nothing with any other. `account` begins the role's ARN."""
    reserved = f"{path}/".startswith(SSO_PATH)
    if not name.startswith(SSO_NAME) and not reserved:
        return None
    form = f"{account}:role/{SSO_PATH}[region/]"
    if not reserved:
        return (
            f"is a role of IAM Identity Center without its path, which matches nobody: write {form}{name}, "
            "with the region of the identity source, or without one where that is us-east-1"
        )
    region = f"{path}/".removeprefix(SSO_PATH).removesuffix("/")
    partition = account.split(":")[1]
    if region in closed_list("regions") and partition_of(region) != partition:
        return f"has {region}, which is no region of the partition {partition}, where the identity source's stands"
    if region and region not in closed_list("regions"):
        return f"has {region!r} where the region of the identity source stands: {form}{name}"
    if SSO_SUFFIX.fullmatch(name):
        return None
    return f"is no role of IAM Identity Center: {form}{SSO_NAME}<permission set>_<16 hexadecimal digits>"


def _of_session(arn: str) -> str:
    """The role of a session, as far as its ARN says: a session's ARN has no path."""
    found = re.fullmatch(r"(arn:[^:]*):sts::(\d*):assumed-role/([^/]+)/.*", arn)
    if not found:
        return ""
    partition, account, name = found.groups()
    path = f"{SSO_PATH}[region/]" if name.startswith(SSO_NAME) else "[path/]"
    return f", {partition}:iam::{account}:role/{path}{name}"


def misplaced(values: Mapping[str, Any], file: str, positions: Positions) -> list[SettingsProblem]:
    """ARNs of another partition than the stack's region, or of another account where it must be the stack's own."""
    region, account = values.get("region"), values.get("account")
    partition = partition_of(region) if isinstance(region, str) and region in closed_list("regions") else None
    problems = []
    for path, arn in _arns(values, ()):
        message = _wrong_partition(arn, partition, str(region)) or _wrong_account(arn, path, account)
        if message:
            line = closest_line(positions, path)
            problems.append(SettingsProblem(file=file, key=dotted(path), given=shown(arn), line=line, message=message))
    return problems


def other_sign_in(values: Mapping[str, Any], file: str, positions: Positions) -> list[SettingsProblem]:
    """A role that a stack signs in with and that is not the deployer of its account's foundation.

    Nobody else's rights are known. A foundation signs in with its account's owner, whoever that is. `values` are those
    that are right by themselves.
    """
    account, region, prefix = (values.get(key) for key in ("account", "region", "prefix"))
    credentials = values.get(SIGN_IN[0])
    given = credentials.get(SIGN_IN[1]) if isinstance(credentials, Mapping) else None
    known = all(isinstance(each, str) for each in (account, region, prefix, given))
    if not known or values.get("kind") in (None, "foundation"):
        return []
    deployer = deployer_arn(Scope.of_account(str(account), str(region), str(prefix)))
    if given == deployer:
        return []
    message = f"must be {deployer}, the deployer that the account's foundation makes: nobody else's rights are known; "
    message += "whoever may act as it stands in deployer.trustedBy of the foundation"
    line = closest_line(positions, SIGN_IN)
    return [SettingsProblem(file=file, key=dotted(SIGN_IN), given=shown(given), line=line, message=message)]


def _wrong_partition(arn: str, partition: str | None, region: str) -> str | None:
    own = arn.split(":")[1]
    if partition is None or own == partition:
        return None
    return f"is of the partition {own}, but {region} is in {partition}: its ARNs begin with arn:{partition}:"


def _wrong_account(arn: str, path: KeyPath, account: object) -> str | None:
    of = arn.split(":")[4]
    # An account that is none is told by itself.
    if path != SIGN_IN or not re.fullmatch("[0-9]{12}", str(account)) or of == account:
        return None
    return f"is in account {of}, not in {account}: the provider acts in the stack's own account"


def _arns(value: object, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    """Texts that have the six parts of an ARN, wherever they stand."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _arns(inner, (*path, str(key)))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _arns(inner, (*path, index))
    elif isinstance(value, str) and re.match(r"arn:[^:]+:[^:]+:[^:]*:[^:]*:.", value):
        yield path, value
