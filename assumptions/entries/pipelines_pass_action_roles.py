"""Whether who makes a pipeline must be allowed to pass the roles that its actions name."""

from __future__ import annotations

from assumptions.assumption import Assumption

ASSUMPTION = Assumption(
    name="pipelines-pass-action-roles",
    question="Do CreatePipeline and UpdatePipeline ask only for iam:PassRole on the pipeline's own role, and not on an "
    "AdministrationRoleArn in the configuration of an action?",
    if_it_holds="The deployer passes the pipeline's role alone; the pipeline passes the others when it runs.",
    if_it_fails="CreatePipeline is refused where its caller may not pass the administration role to CodePipeline.",
    design="The deployer may pass administration roles to CodePipeline, which cannot assume them. To CloudFormation, "
    "which can, only the deploy pipeline passes its own.",
    leans_on=(
        "policies/documents/deployer/identity.py:pass_administration",
        "policies/access/proofs/delivery.py:stack_sets",
    ),
    sources=(
        'AWS CodePipeline User Guide, "AWS CloudFormation StackSets deployment action reference"',
        'Service Authorization Reference, "AWS CodePipeline": iam:PassRole without saying of which roles',
        "resource schema of AWS::CodePipeline::Pipeline: iam:PassRole without saying of which roles",
    ),
    no_probe="It would make a pipeline that names a role to be passed, and take the deployer's right away first.",
)
