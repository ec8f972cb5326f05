"""Whether a job's output needs `kms:Encrypt`."""

from __future__ import annotations

from contextlib import ExitStack

from assumptions import buckets, images, processing_jobs, roles
from assumptions.assumption import Assumption, Probe, ProbedStack, ProbeResult, probe_name

_FOLDER, _FILE = "/opt/ml/processing/output", "probe.txt"
_SCRIPT = f"open('{_FOLDER}/{_FILE}', 'w').write('probe')"


def _run(stack: ProbedStack) -> tuple[ProbeResult, str]:
    """A job that writes one file under a key with which its role may not encrypt; where that fails, with the right."""
    if unknown := images.no_image(stack.region):
        return ProbeResult.UNCLEAR, unknown
    name = probe_name(stack)
    mine = {"StringEquals": {"aws:SourceAccount": stack.account}}
    with ExitStack() as made:
        key = made.enter_context(processing_jobs.key(stack))
        target = made.enter_context(buckets.bucket(stack, name))
        arn = roles.scope_of(stack).bucket_arn(target)
        rights = (
            *processing_jobs.basics(stack),
            roles.allow(["s3:AbortMultipartUpload", "s3:ListBucket", "s3:PutObject"], [arn, f"{arn}/*"]),
            roles.allow([*processing_jobs.VOLUME, "kms:CreateGrant", "kms:GenerateDataKey"], key),
        )
        role_arn = made.enter_context(roles.role(stack, name, processing_jobs.SERVICE, mine, *rights))
        stack.pause(roles.PROPAGATION_SECONDS)
        place = {"S3Uri": f"s3://{target}/output", "LocalPath": _FOLDER, "S3UploadMode": "EndOfJob"}
        outputs = [{"OutputName": "probe", "S3Output": place}]
        job = processing_jobs.run_with_known_rights(stack, name, role_arn, key, _SCRIPT, outputs)
        told = f"a job whose role may generate data keys and not encrypt: {job}"
        if job.completed:
            head = stack.client("s3").head_object(Bucket=target, Key=f"output/{_FILE}")
            under = head.get("SSEKMSKeyId")
            return (ProbeResult.HOLDS if under == key else ProbeResult.UNCLEAR), f"{told}, its file is under {under}"
        if not job.lacks_key:
            return ProbeResult.UNCLEAR, told
        roles.may(stack, name, *rights, roles.allow("kms:Encrypt", key))
        stack.pause(roles.PROPAGATION_SECONDS)
        other = processing_jobs.run(stack, f"{name}-control", role_arn, key, _SCRIPT, outputs)
    return (ProbeResult.FAILS if other.completed else ProbeResult.UNCLEAR), f"{told}; whose role may encrypt: {other}"


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
    probe=Probe(
        run=_run,
        kinds=("data-science",),
        price=processing_jobs.PRICE,
        minutes=processing_jobs.MINUTES,
        needs=(*roles.NEEDS, *processing_jobs.NEEDS, *buckets.NEEDS, "kms:Decrypt", "s3:GetObject"),
    ),
)
