"""An image that exists wherever the platform does: AWS's own for XGBoost, which any account may pull."""

from __future__ import annotations

# Registries of AWS's XGBoost image (SageMaker Python SDK 3.27, image tables).
REGISTRIES = {
    "ap-northeast-1": "354813040037",
    "ap-southeast-2": "783357654285",
    "eu-central-1": "492215442770",
    "eu-north-1": "662702820516",
    "eu-west-1": "141502667606",
    "eu-west-2": "764974769150",
    "us-east-1": "683313688378",
    "us-east-2": "257758044811",
    "us-west-2": "246618743249",
}
REPOSITORY = "sagemaker-xgboost"


def no_image(region: str) -> str:
    """What a probe says in a region without a known image; nothing in the others."""
    return "" if region in REGISTRIES else f"no image is known in {region}; there is one in {', '.join(REGISTRIES)}"


def image(region: str) -> str:
    """The image's address. Raises KeyError in a region without a known one."""
    return f"{REGISTRIES[region]}.dkr.ecr.{region}.amazonaws.com/{REPOSITORY}:1.7-1"
