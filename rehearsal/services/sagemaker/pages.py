"""Pages of filtered lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.sagemaker.responses import SageMakerResponse

from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.service_model.emulator import parameters
from rehearsal.service_model.patches import Patches

_FILTERS = ("CreationTimeAfter", "CreationTimeBefore", "ModelApprovalStatus", "NameContains")
_AFTER_NOTHING = "after-a-page-on-which-nothing-passed-the-filter"


def patch(patches: Patches) -> None:
    """Change moto until the patches are undone."""
    patches.wrap(SageMakerResponse, "list_model_packages", empty_filtered_page)


@aws_behavior(
    'Amazon SageMaker API Reference, "ListModelPackages" (NextToken)',
    "aws-samples/amazon-sagemaker-secure-mlops, build.py of its deploy repository: more packages are fetched where "
    "none came with a continuation token",
)
def empty_filtered_page(original: Callable[[Any], Any], instance: Any) -> Any:
    """A page of a filtered list may be empty and have a next token: the filter comes after the page was cut."""
    members = parameters(instance)
    token = members.get("NextToken")
    if token == _AFTER_NOTHING:
        given = instance._get_param
        instance._get_param = lambda name, *default: None if name == "NextToken" else given(name, *default)
    elif token is None and any(members.get(name) is not None for name in _FILTERS):
        return ActionResult({"ModelPackageSummaryList": [], "NextToken": _AFTER_NOTHING})
    return original(instance)
