"""Mutations that let a pull request's program do more than look."""

from __future__ import annotations

from tests.policies.access.mutations.mutation import Mutation, added, both, changed, checks, condition, dropped, unless

_ONLY_LOOKS = checks("proof:previews-only-look")
_POLICY, _HOME = "previewer-policy", "arn:aws:iam::111111111111"
_ARTIFACTS = "arn:aws:s3:::mlops-dev-artifacts-111111111111-eu-west-1"
_PREVIEWER = f"{_HOME}:role/mlops/foundation/mlops-previewer"

MUTATIONS = (
    Mutation(
        id="previewer-deletes-groups",
        what="The previewer may delete security groups.",
        stack="foundation",
        type="RolePolicy",
        name=_POLICY,
        edit=added("Delete", Action="ec2:DeleteSecurityGroup", Resource="*"),
        noticed_by=_ONLY_LOOKS | checks("action"),
    ),
    Mutation(
        id="previewer-labels",
        what="The previewer may tag parts of a network, which reads like describing them.",
        stack="foundation-prod",
        type="RolePolicy",
        name=_POLICY,
        edit=added("Label", Action=["ec2:DescribeTags", "ec2:CreateTags"], Resource="*"),
        noticed_by=_ONLY_LOOKS | checks("action"),
    ),
    Mutation(
        id="previewer-reads-parameters",
        what="The previewer may read every parameter, and nothing denies it.",
        stack="foundation-staging",
        type="RolePolicy",
        name=_POLICY,
        edit=both(dropped("DenyStoredData"), added("Read", Action="ssm:Get*", Resource="*")),
        noticed_by=_ONLY_LOOKS | checks("action"),
    ),
    Mutation(
        id="previewer-does-what-is-yet-to-come",
        what="The previewer may do whatever EC2 calls by a verb that nobody has listed.",
        stack="foundation",
        type="RolePolicy",
        name=_POLICY,
        edit=added("Look", Action="ec2:D*", Resource="*"),
        noticed_by=_ONLY_LOOKS | checks("action"),
    ),
    Mutation(
        id="artifacts-from-the-previewer",
        what="The artifacts bucket lets the previewer write, if not what pipelines run.",
        stack="dev",
        type="BucketPolicy",
        name="artifacts-policy",
        edit=added("Previews", Principal={"AWS": _PREVIEWER}, Action="s3:PutObject", Resource=f"{_ARTIFACTS}/notes/*"),
        noticed_by=_ONLY_LOOKS,
    ),
    Mutation(
        id="ci-previews-what-it-deploys",
        what="The role that CI deploys with may preview: one job's identity would do both.",
        stack="foundation",
        type="Role",
        name="previewer-role",
        edit=condition("NamedRolesAssume", unless("ArnEquals", "aws:PrincipalArn", [f"{_HOME}:role/ci"])),
        noticed_by=checks("proof:duties-apart"),
    ),
    Mutation(
        id="previewer-deploys",
        what="The deployer trusts the previewer.",
        stack="foundation",
        type="Role",
        name="deployer-role",
        edit=condition("NamedRolesAssume", unless("ArnEquals", "aws:PrincipalArn", [_PREVIEWER, f"{_HOME}:role/ci"])),
        noticed_by=checks("proof:duties-apart"),
    ),
    Mutation(
        id="any-role-previews",
        what="Every role of the account may act as the previewer.",
        stack="foundation",
        type="Role",
        name="previewer-role",
        edit=changed("NamedRolesAssume", Condition=None),
        noticed_by=checks("proof:roles-entered-as-listed", "proof:duties-apart", "rule:IAM-05"),
    ),
)
