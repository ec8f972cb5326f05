"""Instance types that the template accepts, with the vCPUs that the CPU alarm needs.

`CPUUtilization` of an endpoint is a sum over cores (0-100 x vCPUs), and the normalized metric exists only for
endpoints with inference components, so the threshold depends on the instance type.
Source: SageMaker Developer Guide, page monitoring-cloudwatch; vCPUs: Amazon EC2 Instance Types guide.

x86 only, as the model image is; no types with local storage, which `KmsKeyId` does not encrypt (botocore,
CreateEndpointConfig).
"""

import re
from collections.abc import Mapping

_GENERAL: Mapping[str, int] = {"large": 2, "xlarge": 4, "2xlarge": 8, "4xlarge": 16}
_T2: Mapping[str, int] = {"medium": 2, "large": 2, "xlarge": 4, "2xlarge": 8}
_FAMILIES: Mapping[str, Mapping[str, int]] = {
    "c5": _GENERAL,
    "c6i": _GENERAL,
    "c7i": _GENERAL,
    "m5": {**_GENERAL, "12xlarge": 48, "24xlarge": 96},
    "m6i": {**_GENERAL, "8xlarge": 32, "12xlarge": 48},
    "m7i": {**_GENERAL, "8xlarge": 32, "12xlarge": 48},
    "r5": {**_GENERAL, "12xlarge": 48, "24xlarge": 96},
    "t2": _T2,
}

VCPUS: Mapping[str, int] = {
    f"ml.{family}.{size}": count for family, sizes in _FAMILIES.items() for size, count in sizes.items()
}


def scales(instance_type: str) -> bool:
    """Whether an endpoint on such instances may scale by itself: burstable ones may not.

    Burstable families are t and a digit; trn1 and trn2 are no such ones (EC2 User Guide, "Burstable performance
    instances").
    Source: SageMaker Developer Guide, "Automatic scaling of Amazon SageMaker AI models".
    """
    return not re.fullmatch(r"ml\.t[0-9]\..+", instance_type)
