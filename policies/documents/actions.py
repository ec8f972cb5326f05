"""IAM's own vocabulary: which actions a service knows, and on which resources they act.

`python -m policies.documents.actions` writes `data/actions.json` anew: from the copy of the Service Authorization
Reference in cfn-lint, in whose spelling there are no capitals, and from botocore's operations, which have them. Neither
is needed to run the program.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from catalog.nearest import nearest

DATA = Path(__file__).parent / "data" / "actions.json"
# IAM prefix -> botocore's models of the service. The services that documents of the platform speak of, or will.
SERVICES: Mapping[str, tuple[str, ...]] = {
    "access-analyzer": ("accessanalyzer",),
    "account": ("account",),
    "apigateway": (),
    "application-autoscaling": ("application-autoscaling",),
    "athena": ("athena",),
    "budgets": (),
    "chatbot": ("chatbot",),
    "cloudformation": ("cloudformation",),
    "cloudtrail": ("cloudtrail",),
    "cloudwatch": ("cloudwatch",),
    "codebuild": ("codebuild",),
    "codecommit": ("codecommit",),
    "codedeploy": ("codedeploy",),
    "codeconnections": ("codeconnections",),
    "codepipeline": ("codepipeline",),
    "config": ("config",),
    "dynamodb": ("dynamodb",),
    "ec2": ("ec2",),
    "ecr": ("ecr",),
    "elasticfilesystem": ("efs",),
    "events": ("events",),
    "execute-api": (),
    "glue": ("glue",),
    "guardduty": ("guardduty",),
    "iam": ("iam",),
    "kms": ("kms",),
    "lambda": ("lambda",),
    "logs": ("logs",),
    "macie2": ("macie2",),
    "organizations": ("organizations",),
    "ram": ("ram",),
    "resource-groups": ("resource-groups",),
    "route53": ("route53",),
    "s3": ("s3", "s3control"),
    "sagemaker": ("sagemaker", "sagemaker-runtime", "sagemaker-featurestore-runtime"),
    "sagemaker-mlflow": (),
    "scheduler": ("scheduler",),
    "secretsmanager": ("secretsmanager",),
    "securityhub": ("securityhub",),
    "servicecatalog": ("servicecatalog",),
    "servicequotas": ("service-quotas",),
    "sns": ("sns",),
    "sqs": ("sqs",),
    "ssm": ("ssm",),
    "states": ("stepfunctions",),
    "sts": ("sts",),
    "tag": ("resourcegroupstaggingapi",),
    "wafv2": ("wafv2",),
    "xray": ("xray",),
}
# Permissions that are no operation, or an operation under another name, spelled as IAM's guides spell them; other
# permission-only actions stand in lower case, as cfn-lint has them. IAM compares without case, and so do we.
SPELLED = (
    "codecommit:GitPull",
    "codecommit:GitPush",
    "ec2:CreateNetworkInterfacePermission",
    "execute-api:Invoke",
    "iam:PassRole",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "lambda:InvokeFunction",
    "s3:BypassGovernanceRetention",
    "s3:DeleteObjectVersion",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetEncryptionConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:GetObjectVersion",
    "s3:GetObjectVersionAttributes",
    "s3:ListAllMyBuckets",
    "s3:ListBucket",
    "s3:ListBucketVersions",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
    "s3:ReplicateObject",
    "sagemaker:AccessModelPackage",
    "sagemaker:CallMlflowAppApi",
    "sts:SetSourceIdentity",
    "sts:TagSession",
)
# Kinds of resources that a guide names for an action and the reference does not: models of another account's registry
# are deployed by `CreateModel` on the package (SageMaker Developer Guide, "Deploy a Model from the Registry").
ALSO: Mapping[str, tuple[str, ...]] = {"sagemaker:CreateModel": ("model-package",)}
# Actions of a prefix that the copy of the reference lacks: Cloud Control shares CloudFormation's, on a page of its own
# (Service Authorization Reference, "AWS Cloud Control API"), and knows no resources.
ELSEWHERE: Mapping[str, tuple[str, ...]] = {
    "cloudformation": (
        "CancelResourceRequest",
        "CreateResource",
        "DeleteResource",
        "GetResource",
        "GetResourceRequestStatus",
        "ListResourceRequests",
        "ListResources",
        "UpdateResource",
    )
}
# Parts of an ARN format that anything may stand for.
_OPEN = re.compile(r"\$\{[^}]*\}|\.\*")


@dataclass(frozen=True)
class Service:
    """A service's actions by their names in lower case: the name as spelled, and ARN patterns of what it acts on."""

    names: Mapping[str, str]
    acts_on: Mapping[str, tuple[str, ...]]


def services() -> frozenset[str]:
    """Prefixes of the services that are known here."""
    return frozenset(_data())


@cache
def service(prefix: str) -> Service | None:
    """A service's vocabulary; None where it is not known here."""
    known = _data().get(prefix)
    if known is None:
        return None
    formats: dict[str, list[str]] = known["resources"]
    return Service(
        names={name.lower(): name for name in known["actions"]},
        acts_on={
            name.lower(): tuple(pattern for kind in kinds for pattern in formats.get(kind, ["*"]))
            for name, kinds in known["actions"].items()
        },
    )


@cache
def wrong(action: str) -> str | None:
    """Why an action (or pattern of actions) means nothing to IAM, with the nearest that does; None if it is right."""
    if action == "*":
        return None
    prefix, _, name = action.partition(":")
    known = service(prefix)
    if known is None:
        return f"{action} begins with no service that is known here{_meant(prefix, services())}"
    if "*" in name or "?" in name:
        found = "[" not in name and any(fnmatchcase(one, name.lower()) for one in known.names)
        return None if found else f"{action} matches no action of {prefix}"
    if name.lower() not in known.names:
        return f"{action} is no action of {prefix}{_meant(name, known.names.values())}"
    return None


def acts_on(action: str) -> tuple[str, ...] | None:
    """ARN patterns of what one action acts on: empty if it knows no resource; None for patterns and unknown actions."""
    prefix, _, name = action.partition(":")
    known = service(prefix)
    return known.acts_on.get(name.lower()) if known else None


def _meant(given: str, names: Iterable[str]) -> str:
    found = nearest(given, names)
    return f"; did you mean {found}?" if found else ""


@cache
def _data() -> dict[str, Any]:
    return dict(json.loads(DATA.read_text(encoding="utf-8"))["services"])


def collect() -> dict[str, Any]:
    """The data as it is committed, from the packages that are installed."""
    from importlib.metadata import version

    import cfnlint
    from botocore.session import Session

    reference = json.loads((Path(cfnlint.__file__).parent / "data/AdditionalSpecs/Policies.json").read_text())
    session, spelled = Session(), {name.lower(): name for name in SPELLED}
    found = {}
    for prefix, models in SERVICES.items():
        operations = [name for model in models for name in session.get_service_model(model).operation_names]
        known = {f"{prefix}:{name}".lower(): f"{prefix}:{name}" for name in operations} | spelled
        actions = {
            f"{prefix}:{name}": about.get("Resources", []) for name, about in reference[prefix]["Actions"].items()
        } | {f"{prefix}:{name}": [] for name in ELSEWHERE.get(prefix, ())}
        found[prefix] = {
            "actions": {
                name.partition(":")[2]: sorted({*kinds, *ALSO.get(name, ())})
                for name, kinds in sorted((known.get(name, name), kinds) for name, kinds in actions.items())
            },
            "resources": {
                kind: sorted({_OPEN.sub("*", pattern) for pattern in about["ARNFormats"]})
                for kind, about in sorted(reference[prefix]["Resources"].items())
            },
        }
    source = f"Service Authorization Reference as in cfn-lint {version('cfn-lint')}; botocore {version('botocore')}"
    return {"source": source, "services": found}


def text() -> str:
    """The data as text."""
    return json.dumps(collect(), indent=0, sort_keys=True) + "\n"


if __name__ == "__main__":
    DATA.write_text(text(), encoding="utf-8")
    print(DATA)
