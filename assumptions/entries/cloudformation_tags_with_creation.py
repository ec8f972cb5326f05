"""When CloudFormation gives a resource its tags."""

from __future__ import annotations

from assumptions.assumption import Assumption

ASSUMPTION = Assumption(
    name="cloudformation-tags-with-creation",
    question="Does CloudFormation give a resource its tags in the call that creates it?",
    if_it_holds="Creating carries aws:RequestTag, and tagging is asked for in the same call.",
    if_it_fails="The resource is created without tags and tagged in a call of its own, before anything else.",
    design="Creating is allowed without tags or with the project's, and tagging of what has no project's tag yet; "
    "everything else asks for the tag of the resource.",
    leans_on=("policies/documents/workload_roles.py:_new_models",),
    sources=(
        "resource schemas of AWS::SageMaker::Model, Endpoint and EndpointConfig: tagOnCreate, and sagemaker:AddTags "
        "among the creating handler's actions",
        'AWS CloudFormation User Guide, "Resource tag"',
    ),
    no_probe="CloudTrail shows it for any delivered endpoint, in the request parameters of CreateModel; a probe would "
    "have to deliver one.",
)
