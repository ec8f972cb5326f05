"""What no role may start: jobs, models, notebooks and domains outside the VPC, without keys, or too large.

The statements stand in the boundary of every role and, where an organization wants it, in a service control policy.
Which action carries which condition key: Service Authorization Reference, "Amazon SageMaker AI", copy of June 2026. An
array-valued key that a request lacks makes `ForAnyValue` false, so absence is asked for by `Null` and values by
`ForAnyValue` in statements of their own (IAM User Guide, "Single-valued vs. multivalued context keys").
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from catalog import names
from catalog.roles import RoleKind
from catalog.scope import Scope
from policies.documents.statement import BadStatement, Conditions, Statement

EVERYTHING = ("*",)

# A boundary has 6,144 characters, so names are shortened where nothing else fits the pattern, or only what is denied
# anyway; tests spell the patterns out against every operation that SageMaker has.
# Hyperparameter tuning, processing and training.
_JOBS = ("sagemaker:Create*ingJob",)
# Monitors and what they refer to, AutoML and its second version: they carry the same keys.
_SERVICE_JOBS = (
    "sagemaker:*ateM*Schedule",
    "sagemaker:Create*JobD*",
    "sagemaker:CreateAu*",
)
_STUDIO = (
    "sagemaker:*ateDomain",
    "sagemaker:*ateSpace",
    "sagemaker:*ateUserProfile",
    "sagemaker:CreateApp",
)

# No endpoint configuration here: its VPC is the model's. No UpdateDomain: an update that keeps its subnets names none.
_MODEL = "sagemaker:CreateModel"
NEED_VPC = (*_JOBS, *_SERVICE_JOBS, _MODEL, "sagemaker:CreateNotebookInstance")
# Jobs that take no volume key on instances with local storage (botocore sagemaker ResourceConfig.VolumeKmsKeyId).
NEED_VOLUME_KEY_WITHOUT_LOCAL_STORAGE = (*_JOBS, "sagemaker:CreateTransf*")
NEED_VOLUME_KEY = (*_SERVICE_JOBS, "sagemaker:CreateEndpointC*", "sagemaker:CreateNotebookInstance")
NEED_OUTPUT_KEY = (*_JOBS, *_SERVICE_JOBS, "sagemaker:CreateTransf*")
NEED_ENCRYPTED_TRAFFIC = (*_JOBS, *_SERVICE_JOBS)
NEED_LISTED_INSTANCES = (
    *_JOBS,
    *_SERVICE_JOBS,
    *_STUDIO,
    "sagemaker:*ateNotebookInstance",
    "sagemaker:CreateEndpointC*",
    "sagemaker:CreateTransf*",
    "sagemaker:UpdateTrai*",
)
# They start, buy or enlarge compute, and no condition key tells whether in a VPC, with which key or how large: what is
# denied in `catalog.compute`. Clusters know VPC and instance type but no key for their volumes; labeling knows keys but
# no VPC; an endpoint of inference components has no model, and with it no VPC.
START_UNGUARDED_COMPUTE = (
    "sagemaker:*ateInf*",
    "sagemaker:*ateMl*",
    "sagemaker:*ateProj*",
    "sagemaker:BatchAddClusterNodes",
    "sagemaker:CreateAI*Job",
    "sagemaker:CreateAlgorithm",
    "sagemaker:CreateCluster*",
    "sagemaker:CreateCompi*",
    "sagemaker:CreateEdgeP*",
    "sagemaker:CreateJob",
    "sagemaker:CreateLab*",
    "sagemaker:CreateO*",
    "sagemaker:CreatePartnerApp",
    "sagemaker:CreateTrainingPlan",
    "sagemaker:CreateTrainingSession",
    "sagemaker:Ext*",
    "sagemaker:StartI*",
    "sagemaker:UpdateCluster*",
)
# What Studio's own light apps run on (botocore sagemaker AppInstanceType).
_STUDIO_SYSTEM = "system"
# Families with disks of their own. Source: EC2 instance store, by family; the letter d means it, some have it without.
_LOCAL_STORAGE = re.compile(r"^ml\.(?:[a-z]+[0-9]+[a-ce-z]*d[a-z]*|g[5-9]e?|p[5-9][a-z0-9-]*|trn[0-9]n?|dl1)\.")


def has_local_storage(instance_type: str) -> bool:
    """Whether an instance type stores on disks of its own, which take no key and encrypt by themselves."""
    return bool(_LOCAL_STORAGE.match(instance_type))


_EXECUTION = RoleKind.STACK_SET_EXECUTION


def serverless_makers(scope: Scope, projects: Sequence[str]) -> list[str]:
    """ARNs of the roles that may make models outside the VPC: what brings the named projects to an account, no other.

    A pattern would let in a project whose id ends like another's, so each stage's role is named.
    """
    return [
        names.ProjectNames(scope.prefix, project).stage_role_arn(scope, stage, _EXECUTION)
        for project in projects
        for stage in names.STAGES
    ]


def preventive_statements(instance_types: Sequence[str], serverless: Sequence[str] = ()) -> list[Statement]:
    """Denials of whatever starts compute outside the platform's rules. `instance_types` are the ones allowed.

    `serverless` are ARNs of the roles that may make models outside the VPC.
    """
    return [
        *_outside_the_vpc(serverless),
        *_volume_keys([each for each in instance_types if has_local_storage(each)]),
        _deny("DenyWithoutOutputKey", NEED_OUTPUT_KEY, _absent("sagemaker:OutputKmsKey")),
        _deny(
            "DenyPlainTrafficBetweenContainers",
            NEED_ENCRYPTED_TRAFFIC,
            {"BoolIfExists": {"sagemaker:InterContainerTrafficEncryption": "false"}},
        ),
        _deny(
            "DenyOtherInstanceTypes",
            NEED_LISTED_INSTANCES,
            {"ForAnyValue:StringNotEquals": {"sagemaker:InstanceTypes": [*instance_types, _STUDIO_SYSTEM]}},
        ),
        _deny("DenyUnguardedCompute", START_UNGUARDED_COMPUTE),
        _deny(
            "DenyNotebooksOnTheInternet",
            ["sagemaker:CreateNotebookInstance"],
            {"StringNotEquals": {"sagemaker:DirectInternetAccess": "Disabled"}},
        ),
        _deny(
            "DenyDomainsOnTheInternet",
            ["sagemaker:CreateDomain"],
            {"StringNotEquals": {"sagemaker:AppNetworkAccessType": "VpcOnly"}},
        ),
        _deny(
            "DenyOpeningDomains",
            ["sagemaker:UpdateDomain"],
            {"StringEquals": {"sagemaker:AppNetworkAccessType": "PublicInternetOnly"}},
        ),
    ]


def _outside_the_vpc(serverless: Sequence[str]) -> list[Statement]:
    absent = _absent("sagemaker:VpcSubnets")
    if not serverless:
        return [_deny("DenyOutsideTheVpc", NEED_VPC, absent)]
    others: Conditions = {**absent, "ArnNotEquals": {"aws:PrincipalArn": serverless}}
    return [
        _deny("DenyOutsideTheVpc", [action for action in NEED_VPC if action != _MODEL], absent),
        # Serverless inference takes no VPC (SageMaker Developer Guide, "Deploy models with Amazon SageMaker Serverless
        # Inference").
        _deny("DenyModelsOutsideTheVpc", [_MODEL], others),
    ]


def _volume_keys(local: Sequence[str]) -> list[Statement]:
    absent = _absent("sagemaker:VolumeKmsKey")
    if not local:
        return [
            _deny("DenyWithoutVolumeKey", (*NEED_VOLUME_KEY, *NEED_VOLUME_KEY_WITHOUT_LOCAL_STORAGE), absent),
        ]
    elsewhere: Conditions = {**absent, "ForAnyValue:StringNotEquals": {"sagemaker:InstanceTypes": local}}
    return [
        _deny("DenyWithoutVolumeKey", NEED_VOLUME_KEY, absent),
        _deny("DenyWithoutVolumeKeyNorOwnDisks", NEED_VOLUME_KEY_WITHOUT_LOCAL_STORAGE, elsewhere),
    ]


def _absent(key: str) -> Conditions:
    return {"Null": {key: "true"}}


def _deny(
    sid: str, actions: Sequence[str], conditions: Conditions | None = None, resources: Sequence[str] = EVERYTHING
) -> Statement:
    return Statement(sid=sid, effect="Deny", actions=actions, resources=resources, conditions=conditions or {})


# ---- the same as a service control policy, with what protects the account controls themselves

# With white space, since an SDK sends what it is given (AWS Organizations User Guide, "Quotas and service limits for
# AWS Organizations").
SCP_CHARACTERS = 10_240


def service_control_policy(
    scope: Scope, *, owners: Sequence[str], instance_types: Sequence[str], serverless: Sequence[str] = ()
) -> str:
    """The preventive statements and the account controls' own protection, as one policy without a needless character.

    `owners` are ARN patterns of the roles that bring foundations up: nobody else changes what guards the account. A
    service control policy binds neither the management account nor service-linked roles (AWS Organizations User Guide,
    "Service control policies (SCPs)"). Raises BadStatement over AWS's limit.
    """
    statements = [*preventive_statements(instance_types, serverless), *_protection(scope, owners)]
    rendered = [statement.render() for statement in statements]
    text = json.dumps({"Version": "2012-10-17", "Statement": rendered}, separators=(",", ":"))
    if len(text) > SCP_CHARACTERS:
        raise BadStatement(
            f"the service control policy has {len(text)} characters, AWS allows {SCP_CHARACTERS}: "
            "name fewer instance types or owners in prevention"
        )
    return text


def _protection(scope: Scope, owners: Sequence[str]) -> list[Statement]:
    """Each with its reason: whoever has got into an account first makes it blind, then makes itself strong."""
    others: Conditions = {"ArnNotLike": {"aws:PrincipalArn": owners}}
    return [
        # Outside the organization no such policy holds.
        _deny("DenyLeaving", ["organizations:LeaveOrganization"]),
        # Without a trail nobody can tell what happened.
        _deny(
            "DenyStoppingTheTrail",
            _TRAIL,
            others,
            [scope.arn("cloudtrail", f"trail/{scope.prefix}-*", region="*", account="*")],
        ),
        # The other detectors are one to an account and region: whose they are does not matter.
        _deny("DenyStoppingDetectors", _DETECTORS, others),
        # A role without its boundary is bounded by its own policy alone.
        _deny(
            "DenyRemovingBoundaries",
            ["iam:DeleteRolePermissionsBoundary", "iam:PutRolePermissionsBoundary"],
            others,
            [scope.role_arn(f"/{scope.prefix}/", account="*")],
        ),
        # A boundary that can be rewritten bounds nobody; the deployer, too, is only what its owner made it.
        _deny(
            "DenyChangingTheFoundation",
            _FOUNDATION,
            others,
            [
                scope.arn("iam", f"{kind}{names.foundation_path(scope.prefix)}*", region="", account="*")
                for kind in ("policy", "role")
            ],
        ),
    ]


_TRAIL = ("cloudtrail:DeleteTrail", "cloudtrail:PutEventSelectors", "cloudtrail:StopLogging", "cloudtrail:UpdateTrail")
_DETECTORS = (
    "access-analyzer:DeleteAnalyzer",
    "config:DeleteConfigurationRecorder",
    "config:DeleteDeliveryChannel",
    "config:StopConfigurationRecorder",
    "guardduty:DeleteDetector",
    "guardduty:UpdateDetector",
    "macie2:DisableMacie",
    "securityhub:DisableSecurityHub",
)
_FOUNDATION = (
    "iam:AttachRolePolicy",
    "iam:CreatePolicyVersion",
    "iam:DeletePolicy",
    "iam:DeletePolicyVersion",
    "iam:DeleteRole",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PutRolePolicy",
    "iam:SetDefaultPolicyVersion",
    "iam:UpdateAssumeRolePolicy",
)
