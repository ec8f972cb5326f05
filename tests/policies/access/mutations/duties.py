"""Mutations that give two duties to one caller, in whichever stacks their roles are."""

from __future__ import annotations

from tests.policies.access.mutations.mutation import Edit, Mutation, both, changed, checks, condition, unless

_APART = checks("proof:duties-apart")


def _assumed_by(*arns: str) -> Edit:
    return condition("NamedRolesAssume", unless("ArnEquals", "aws:PrincipalArn", list(arns)))


def _role(name: str, account: str = "111111111111") -> str:
    return f"arn:aws:iam::{account}:role/{name}"


MUTATIONS = (
    Mutation(
        id="approver-deploys",
        what="Who signs in as approver may also act as the deployer.",
        stack="foundation",
        type="Role",
        name="deployer-role",
        edit=_assumed_by(_role("ci"), _role("sign-in-approver")),
        noticed_by=_APART,
    ),
    Mutation(
        id="approver-deploys-to-production",
        what="Who signs in as approver may act as the deployer of another account.",
        stack="foundation-prod",
        type="Role",
        name="deployer-role",
        edit=both(
            changed("NamedRolesAssume", Principal={"AWS": _role("sign-in-approver")}),
            _assumed_by(_role("sign-in-approver")),
        ),
        noticed_by=checks("proof:duties-apart", "proof:production-doors", "rehearsal"),
    ),
    Mutation(
        id="scientist-deploys",
        what="A scientist's Studio role may act as the deployer.",
        stack="foundation",
        type="Role",
        name="deployer-role",
        edit=_assumed_by(_role("ci"), _role("mlops/people/mlops-dev-studio-alice")),
        noticed_by=_APART,
    ),
    Mutation(
        id="approver-role-deploys",
        what="The approver's role itself may act as the deployer.",
        stack="foundation",
        type="Role",
        name="deployer-role",
        edit=_assumed_by(_role("ci"), _role("mlops/people/mlops-dev-approver")),
        noticed_by=_APART,
    ),
    Mutation(
        id="ci-approves",
        what="CI, which acts as the deployer, may approve models.",
        stack="dev",
        type="Role",
        name="approver-role",
        edit=_assumed_by(_role("sign-in-approver"), _role("ci")),
        noticed_by=_APART,
    ),
    Mutation(
        id="auditor-administers",
        what="Who audits an account may administer it.",
        stack="foundation-staging",
        type="Role",
        name="administrator-role",
        edit=_assumed_by(_role("sign-in-admin", "222222222222"), _role("sign-in-audit", "222222222222")),
        noticed_by=_APART,
    ),
    Mutation(
        id="team-administrator-approves",
        what="A team's administrator may approve models.",
        stack="dev",
        type="Role",
        name="approver-role",
        edit=_assumed_by(_role("sign-in-approver"), _role("sign-in-cohort")),
        noticed_by=_APART,
    ),
    Mutation(
        id="deployer-by-a-pattern",
        what="Every role that people sign in with may act as the deployer, an approver's among them.",
        stack="foundation",
        type="Role",
        name="deployer-role",
        edit=condition(
            "NamedRolesAssume", lambda _: {"ArnLike": {"aws:PrincipalArn": [_role("ci"), _role("sign-in-*")]}}
        ),
        noticed_by=checks("proof:duties-apart", "proof:roles-entered-as-listed"),
    ),
    Mutation(
        id="deployer-for-the-account",
        what="Whatever role of the account may act as the deployer.",
        stack="foundation",
        type="Role",
        name="deployer-role",
        edit=changed("NamedRolesAssume", Condition=None),
        noticed_by=checks("proof:roles-entered-as-listed", "proof:duties-apart", "rule:IAM-05"),
    ),
)
