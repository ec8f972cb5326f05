"""Whether a job's output needs `kms:Encrypt`."""

from __future__ import annotations

from assumptions.assumption import Assumption

ASSUMPTION = Assumption(
    name="outputs-without-encrypt",
    question="Does SageMaker write a job's output with what S3 asks of a writer, without kms:Encrypt, where the key is "
    "named by its ARN?",
    if_it_holds="S3 asks KMS for kms:GenerateDataKey with the job's role.",
    if_it_fails="The job's role needs kms:Encrypt on the output's key besides, through S3.",
    design="The roles of jobs and models may encrypt with their output's key through S3, and so may the key's policy; "
    "that gives them nothing which kms:GenerateDataKey does not.",
    leans_on=(
        "policies/documents/common_statements.py:use_storage_keys",
        "policies/documents/keys.py:READ_AND_WRITE_OUTPUTS",
    ),
    sources=(
        "botocore, sagemaker OutputDataConfig KmsKeyId: kms:Encrypt for a key's id or alias, nothing for its ARN",
        'SageMaker Developer Guide, "How to use SageMaker AI execution roles"',
        'Amazon S3 User Guide, "Using server-side encryption with AWS KMS keys (SSE-KMS)": kms:GenerateDataKey alone',
    ),
    no_probe="A job takes minutes on an instance, and the deployer may start none.",
)
