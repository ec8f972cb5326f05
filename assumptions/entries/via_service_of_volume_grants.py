"""Whether a role that SageMaker acts with comes through SageMaker in KMS's eyes."""

from __future__ import annotations

from assumptions.assumption import Assumption

ASSUMPTION = Assumption(
    name="via-service-of-volume-grants",
    question="Does a job's role meet kms:ViaService when SageMaker grants itself the key of the job's volume with it?",
    if_it_holds="The grant carries kms:ViaService sagemaker.<region>.amazonaws.com, as calls for a caller do.",
    if_it_fails="The grant carries no kms:ViaService: a statement that asks for it refuses the job.",
    design="Grants are bounded by kms:GrantIsForAWSResource, by the key and by the roles, and not by kms:ViaService, "
    "in the roles' policies and in the key's; the pipeline's role, which calls, may hand the key over as well.",
    leans_on=(
        "policies/documents/common_statements.py:encrypt_volumes",
        "policies/documents/keys.py:volume_key",
        "policies/documents/project_roles.py:pipeline",
    ),
    sources=(
        'AWS KMS Developer Guide, "AWS KMS condition keys", kms:ViaService: requests that a service makes on behalf of '
        "a principal",
        'SageMaker Developer Guide, "How to use SageMaker AI execution roles" and "Amazon SageMaker AI API '
        'Permissions": kms:CreateGrant without conditions',
        "AWS's policy SageMakerStudioProjectRoleMachineLearningPolicy: kms:CreateGrant with kms:ViaService, of a role "
        "that calls and runs alike",
    ),
    no_probe="A job takes minutes on an instance, and the deployer may start none.",
)
