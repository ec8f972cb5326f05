"""Stack files that make a platform, for tests to break one way at a time."""

from __future__ import annotations

from pathlib import Path

HEAD = """config:
  pulumi:disable-default-providers: ["aws"]
"""
COMMON = """  mlops-platform:region: eu-west-1
  mlops-platform:tags:
    owner: ml-platform
    costCentre: "4711"
"""
DEV = f"""{HEAD}  mlops-platform:kind: data-science
  mlops-platform:account: "111111111111"
{COMMON}  mlops-platform:approvers: ["arn:aws:iam::111111111111:role/sign-in-approver"]
  mlops-platform:workloads: [staging, prod]
  mlops-platform:network:
    cidr: 10.10.0.0/16
    endpoints: [kms, sts, logs, ecr.api]
  mlops-platform:studio:
    instanceTypes: [ml.t3.medium]
    scientists:
      - name: alice
        projects: [screening, diabetes]
"""
STAGING = f"""{HEAD}  mlops-platform:kind: workload
  mlops-platform:stage: staging
  mlops-platform:account: "222222222222"
{COMMON}  mlops-platform:registry:
    account: "111111111111"
  mlops-platform:projects: [screening, diabetes]
  mlops-platform:network:
    cidr: 10.20.0.0/16
    availabilityZones: 2
"""
PROD = (
    STAGING.replace("stage: staging", "stage: production")
    .replace('"222222222222"', '"333333333333"')
    .replace("10.20.", "10.30.")
)
SCREENING = f"""{HEAD}  mlops-platform:kind: project
  mlops-platform:account: "111111111111"
{COMMON}  mlops-platform:id: screening
  mlops-platform:description: Tells malignant from benign samples
  mlops-platform:gate:
    metric: auc
    threshold: 0.95
"""
DIABETES = SCREENING.replace("screening", "diabetes").replace("auc", "rmse").replace("0.95", "65")
FOUNDATION = f"""{HEAD}  mlops-platform:kind: foundation
  mlops-platform:account: "111111111111"
{COMMON}  mlops-platform:deployer:
    trustedBy: ["arn:aws:iam::111111111111:role/ci"]
"""
FILES = {
    "foundation": FOUNDATION,
    "foundation-staging": FOUNDATION.replace("111111111111", "222222222222"),
    "foundation-prod": FOUNDATION.replace("111111111111", "333333333333"),
    "dev": DEV,
    "staging": STAGING,
    "prod": PROD,
    "project-screening": SCREENING,
    "project-diabetes": DIABETES,
}


class Folder:
    """A folder with the stack files, all right until a test breaks one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        for stack, text in FILES.items():
            self.file(stack).write_text(text, encoding="utf-8")

    def file(self, stack: str) -> Path:
        """The stack's file."""
        return self.path / f"Pulumi.{stack}.yaml"

    def change(self, stack: str, old: str, new: str) -> Path:
        """Replaces text that must be there."""
        path = self.file(stack)
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {path.name}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return path
