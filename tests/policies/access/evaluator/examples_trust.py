"""AWS's published examples of trust policies, VPC endpoints and global condition keys."""

from __future__ import annotations

from typing import Any

from tests.policies.access.evaluator.factories import (
    ACCOUNT,
    FULL,
    OTHER_ACCOUNT,
    ROOT,
    SESSION,
    USER,
    Example,
    allow,
    deny,
    example,
    policy,
)

KEYS = 'IAM User Guide, "AWS global condition context keys"'

TRUST = 'IAM User Guide, "Access to AWS accounts owned by third parties"'

DEPUTY = 'IAM User Guide, "The confused deputy problem"'

OIDC = 'IAM User Guide, "Create a role for OpenID Connect federation"'

SAML = 'IAM User Guide, "Create a role for SAML 2.0 federation"'

ENDPOINT = 'AWS PrivateLink Guide, "Control access to VPC endpoints using endpoint policies"'

_TRUSTED = f"arn:aws:iam::{ACCOUNT}:role/UpdateApp"

_ASSUME: dict[str, Any] = {"action": "sts:AssumeRole", "resource": _TRUSTED}

_EXTERNAL = policy(
    allow(
        "sts:AssumeRole",
        None,
        Principal={"AWS": OTHER_ACCOUNT},
        Condition={"StringEquals": {"sts:ExternalId": "12345"}},
    )
)

_VENDOR = f"arn:aws:iam::{OTHER_ACCOUNT}:user/Vendor"

_OWN = policy(allow("sts:AssumeRole", None, Principal={"AWS": ROOT}))

_SERVICE = policy(
    allow(
        "sts:AssumeRole",
        None,
        Principal={"Service": "sagemaker.amazonaws.com"},
        Condition={"StringEquals": {"aws:SourceAccount": ACCOUNT}},
    )
)

_PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"

_GITHUB = policy(
    allow(
        "sts:AssumeRoleWithWebIdentity",
        None,
        Principal={"Federated": _PROVIDER},
        Condition={"StringLike": {"token.actions.githubusercontent.com:sub": "repo:org/app:*"}},
    )
)

_SAML_PROVIDER = f"arn:aws:iam::{ACCOUNT}:saml-provider/ExampleOrg"

_SAML = policy(
    allow(
        "sts:AssumeRoleWithSAML",
        None,
        Principal={"Federated": _SAML_PROVIDER},
        Condition={"StringEquals": {"saml:aud": "https://signin.aws.amazon.com/saml"}},
    )
)

TRUSTS = (
    example(
        TRUST,
        "another account's user with the external id",
        True,
        principal=_VENDOR,
        identity=[FULL],
        resource_policy=_EXTERNAL,
        context={"sts:ExternalId": "12345"},
        **_ASSUME,
    ),
    example(
        TRUST,
        "another account's user without the external id",
        False,
        principal=_VENDOR,
        identity=[FULL],
        resource_policy=_EXTERNAL,
        **_ASSUME,
    ),
    example(
        TRUST,
        "another account's user without an identity policy",
        False,
        principal=_VENDOR,
        resource_policy=_EXTERNAL,
        context={"sts:ExternalId": "12345"},
        **_ASSUME,
    ),
    example(
        'IAM User Guide, "How AWS enforcement code logic evaluates requests to allow or deny access"',
        "a trust policy that is silent denies in its own account",
        False,
        principal=USER,
        identity=[FULL],
        resource_policy=_SERVICE,
        **_ASSUME,
    ),
    example(
        'IAM User Guide, "AWS JSON policy elements: Principal"',
        "a trust in the own account delegates",
        True,
        principal=USER,
        identity=[policy(allow("sts:AssumeRole", _TRUSTED))],
        resource_policy=_OWN,
        **_ASSUME,
    ),
    example(
        'IAM User Guide, "AWS JSON policy elements: Principal"',
        "delegation without an identity policy is nothing",
        False,
        principal=USER,
        resource_policy=_OWN,
        **_ASSUME,
    ),
    example(
        DEPUTY,
        "a service on behalf of the account",
        True,
        principal="sagemaker.amazonaws.com",
        resource_policy=_SERVICE,
        context={"aws:SourceAccount": ACCOUNT},
        **_ASSUME,
    ),
    example(
        DEPUTY,
        "a service on behalf of another account",
        False,
        principal="sagemaker.amazonaws.com",
        resource_policy=_SERVICE,
        context={"aws:SourceAccount": OTHER_ACCOUNT},
        **_ASSUME,
    ),
    example(
        DEPUTY,
        "another service",
        False,
        principal="ec2.amazonaws.com",
        resource_policy=_SERVICE,
        context={"aws:SourceAccount": ACCOUNT},
        **_ASSUME,
    ),
    example(
        OIDC,
        "a token of the trusted repository",
        True,
        principal=_PROVIDER,
        action="sts:AssumeRoleWithWebIdentity",
        resource=_TRUSTED,
        resource_policy=_GITHUB,
        context={"token.actions.githubusercontent.com:sub": "repo:org/app:ref:refs/heads/main"},
    ),
    example(
        OIDC,
        "a token of another repository",
        False,
        principal=_PROVIDER,
        action="sts:AssumeRoleWithWebIdentity",
        resource=_TRUSTED,
        resource_policy=_GITHUB,
        context={"token.actions.githubusercontent.com:sub": "repo:evil/app:ref:refs/heads/main"},
    ),
    example(
        SAML,
        "an assertion of the trusted provider",
        True,
        principal=_SAML_PROVIDER,
        action="sts:AssumeRoleWithSAML",
        resource=_TRUSTED,
        resource_policy=_SAML,
        context={"saml:aud": "https://signin.aws.amazon.com/saml"},
    ),
)

_ONLY_BUCKET = policy(allow("s3:*", ["arn:aws:s3:::mine", "arn:aws:s3:::mine/*"], Principal="*"))

_ONLY_ENDPOINT = policy(deny("s3:*", Principal="*", Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"}}))

_NOT_SERVICES = policy(
    deny(
        "s3:*",
        Principal="*",
        Condition={
            "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-mine"},
            "Bool": {"aws:PrincipalIsAWSService": "false"},
        },
    ),
    allow("s3:PutObject", Principal={"Service": "cloudtrail.amazonaws.com"}),
)

PLACES = (
    example(
        ENDPOINT,
        "an endpoint policy lets its own bucket through",
        True,
        identity=[FULL],
        endpoint_policy=_ONLY_BUCKET,
        resource="arn:aws:s3:::mine/k",
    ),
    example(
        ENDPOINT,
        "an endpoint policy keeps other buckets out",
        False,
        identity=[FULL],
        endpoint_policy=_ONLY_BUCKET,
        resource="arn:aws:s3:::theirs/k",
    ),
    example(
        ENDPOINT,
        "an endpoint policy grants nothing",
        False,
        endpoint_policy=_ONLY_BUCKET,
        resource="arn:aws:s3:::mine/k",
    ),
    example(
        'Amazon S3 User Guide, "Controlling access from VPC endpoints with bucket policies"',
        "through the endpoint",
        True,
        identity=[FULL],
        resource_policy=_ONLY_ENDPOINT,
        context={"aws:SourceVpce": "vpce-1a2b3c4d"},
    ),
    example(
        'Amazon S3 User Guide, "Controlling access from VPC endpoints with bucket policies"',
        "through another endpoint",
        False,
        identity=[FULL],
        resource_policy=_ONLY_ENDPOINT,
        context={"aws:SourceVpce": "vpce-other"},
    ),
    example(
        'Amazon S3 User Guide, "Controlling access from VPC endpoints with bucket policies"',
        "outside any endpoint",
        False,
        identity=[FULL],
        resource_policy=_ONLY_ENDPOINT,
    ),
    example(
        KEYS,
        "a service principal is an AWS service",
        True,
        principal="cloudtrail.amazonaws.com",
        action="s3:PutObject",
        resource_policy=_NOT_SERVICES,
    ),
    example(
        KEYS,
        "a role is not an AWS service",
        False,
        principal=f"arn:aws:iam::{OTHER_ACCOUNT}:role/x",
        identity=[FULL],
        action="s3:PutObject",
        resource_policy=_NOT_SERVICES,
        context={"aws:PrincipalOrgID": "o-x"},
    ),
    example(
        KEYS,
        "aws:PrincipalArn of a session is its role",
        True,
        principal=SESSION,
        identity=[policy(allow(Condition={"ArnEquals": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/Reader"}}))],
    ),
    example(
        KEYS,
        "aws:ResourceAccount is the owner's",
        False,
        principal=f"arn:aws:iam::{OTHER_ACCOUNT}:role/x",
        identity=[policy(allow(Condition={"StringEquals": {"aws:ResourceAccount": OTHER_ACCOUNT}}))],
        resource_policy=policy(allow(Principal="*")),
    ),
)

EXAMPLES: tuple[Example, ...] = (
    *TRUSTS,
    *PLACES,
)
