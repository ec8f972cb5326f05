"""The workload accounts as policies speak of them: one by one, or by their place in the organization.

Listed accounts and endpoints make a policy longer with each account. Up to `MOST_LISTED` every document stays inside
AWS's limit (docs/generated/document-sizes.md); beyond it accounts and endpoints are named by organization path, and no
document grows any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.scope import Scope
from policies.documents.statement import BadStatement, Conditions, Principals, Statement, account_principals

MOST_LISTED = 100
# Role ARNs that a policy names one by one; a role's inline policies have 10,240 characters together.
MOST_EXACT = 25
EVERYBODY_INSIDE = Principals(aws=["*"])
ENTERED = "The condition says in which accounts"


def beneath(organization_paths: Sequence[str]) -> list[str]:
    """Patterns of accounts in the units, or in units below: a path ends with a slash."""
    return [f"{path}*" for path in organization_paths]


def organizations(organization_paths: Sequence[str]) -> list[str]:
    """Ids of the organizations that the paths begin with."""
    return sorted({path.partition("/")[0] for path in organization_paths})


def both(first: Conditions, second: Conditions) -> Conditions:
    """Conditions that hold together, where they do not speak of the same key with the same operator."""
    return {operator: {**first.get(operator, {}), **second.get(operator, {})} for operator in sorted({*first, *second})}


def not_through(endpoints: Sequence[str]) -> Conditions:
    """The request came through none of the endpoints, or through no endpoint at all."""
    return {"StringNotEquals": {"aws:SourceVpce": endpoints}}


@dataclass(frozen=True, kw_only=True)
class WorkloadAccounts:
    """Workload accounts (`ids`) as documents of the data science account (`scope`) name them.

    `organization_paths` (`o-…/r-…/ou-…/`) hold all accounts of the platform, that of `scope` too; they are used when
    there are more accounts than `MOST_LISTED`. Raises BadStatement when they would be needed and are not given.
    """

    scope: Scope
    ids: Sequence[str]
    organization_paths: Sequence[str] = ()

    def __post_init__(self) -> None:
        if len(self.ids) <= MOST_LISTED:
            return
        if not self.organization_paths:
            raise BadStatement(
                f"{len(self.ids)} workload accounts: policies list at most {MOST_LISTED}; set "
                "awsOrganization.paths, and they are named by their place in the organization"
            )
        if self.scope.account in self.ids:
            raise BadStatement(
                f"{self.scope.account} is one of {len(self.ids)} workload accounts and the data science account too: "
                f"among more than {MOST_LISTED} each has an account of its own"
            )

    @property
    def paths(self) -> tuple[str, ...]:
        """The organization paths that stand for the accounts; none where the accounts are listed."""
        return tuple(self.organization_paths) if len(self.ids) > MOST_LISTED else ()

    def principals(self) -> Principals:
        """The accounts; everybody where `callers` says from which paths."""
        return EVERYBODY_INSIDE if self.paths else account_principals(self.scope.partition, self.ids)

    def callers(self, roles: Sequence[str] = ()) -> Conditions:
        """What is true of callers beside `principals`: their place in the organization, and that they are `roles`.

        Everybody as a principal would grant without an identity policy in the home account, which therefore is left out
        (IAM User Guide, "How AWS enforcement code logic evaluates requests to allow or deny access"). The id of the
        organization bounds nothing that the paths do not: by S3's rule a bucket policy without it is public, whatever
        the paths say, and is refused (Amazon S3 User Guide, 'The meaning of "public"').
        """
        named: Conditions = {"ArnLike": {"aws:PrincipalArn": roles}} if roles else {}
        if not self.paths:
            return named
        return {
            **named,
            "ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": beneath(self.paths)},
            "StringEquals": {"aws:PrincipalOrgID": organizations(self.paths)},
            "StringNotEquals": {"aws:PrincipalAccount": self.scope.account},
        }

    def sources(self) -> Conditions:
        """What is true of an AWS service that acts for a resource of one of the accounts."""
        if not self.paths:
            return {"StringEquals": {"aws:SourceAccount": self.ids}}
        return {
            "ForAnyValue:StringLike": {"aws:SourceOrgPaths": beneath(self.paths)},
            "StringEquals": {"aws:SourceOrgID": organizations(self.paths)},
        }

    def role(self, path: str, name: str) -> str:
        """ARN pattern of a role in whichever account: `principals`, or a condition, says in which."""
        return self.scope.role_arn(path, name, account="*")

    def roles(self, path: str, named: Sequence[tuple[str, str]]) -> list[str]:
        """ARN patterns of roles given by account and name: each with its account while there are few."""
        if len(named) > MOST_EXACT:
            return sorted({self.role(path, name) for _, name in named})
        return sorted({self.scope.role_arn(path, name, account=account) for account, name in named})

    def not_through(self, endpoints: Sequence[str]) -> Conditions:
        """The request came through none of the platform's endpoints (ids).

        `aws:VpceOrgPaths` has several values and is missing without an endpoint, which `ForAllValues` takes for true;
        S3 and KMS both send it (IAM User Guide, "AWS global condition context keys").
        """
        if not self.paths:
            return not_through(endpoints)
        return {"ForAllValues:StringNotLike": {"aws:VpceOrgPaths": beneath(self.paths)}}

    def enter(self, sid: str, path: str, roles: Sequence[tuple[str, str]]) -> Statement:
        """Assume roles under a path, given by account and name."""
        if len(roles) <= MOST_EXACT:
            arns = [self.scope.role_arn(path, name, account=account) for account, name in roles]
            return Statement(sid=sid, actions=["sts:AssumeRole"], resources=arns)
        where: Conditions = (
            {"ForAnyValue:StringLike": {"aws:ResourceOrgPaths": beneath(self.paths)}}
            if self.paths
            else {"StringEquals": {"aws:ResourceAccount": [account for account, _ in roles]}}
        )
        return Statement(
            sid=sid,
            actions=["sts:AssumeRole"],
            resources=sorted({self.role(path, name) for _, name in roles}),
            conditions=where,
            reason=ENTERED,
        )
