"""As whom a StackSet's template reaches an account."""

from __future__ import annotations

from typing import Any

from assumptions.entries.stack_sets_fetch_templates_themselves import ASSUMPTION as FETCHED
from assumptions.outcomes import holds
from rehearsal.aws.actors import Actor
from rehearsal.aws.cloud import Cloud
from rehearsal.aws.requests import SignedRequest
from rehearsal.cloudformation.stack_set_refusals import StackInstanceFailed
from rehearsal.service_model.required_action import Right

# Whoever keeps StackSets' templates: an account of AWS's own, which no policy of the platform names.
_AWS_ACCOUNT = "000000000000"


def fetch_template(cloud: Cloud, actor: Actor, stack_set: Any) -> None:
    """The execution role reads the template in AWS's bucket, unless StackSets hand it over.

    Raises StackInstanceFailed where the role is refused it, in the words of CreateStack with a TemplateURL.
    """
    if holds(FETCHED):
        return
    address = f"arn:aws:s3:::stackset-templates-{actor.region}/{stack_set.id}"
    right = Right(action="s3:GetObject", resource=address, context={"aws:ResourceAccount": _AWS_ACCOUNT})
    if cloud.refused(actor, (right,)):
        raise StackInstanceFailed("S3 error: Access Denied")
    question = SignedRequest("", actor.region, "s3", "GetObject", address, {})
    cloud.recorder.add_rights(actor, question, (right,))
