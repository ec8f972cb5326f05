"""Whether a role that SageMaker acts with comes through SageMaker in KMS's eyes."""

from __future__ import annotations

from contextlib import ExitStack

from assumptions import images, processing_jobs, roles
from assumptions.assumption import Assumption, Probe, ProbedStack, ProbeResult, probe_name
from catalog.roles import RolePath


def _run(stack: ProbedStack) -> tuple[ProbeResult, str]:
    """A job that does nothing, on a volume whose key its role may hand over through SageMaker alone.

    Where it ends well, once more with a role that may not at all: else somebody else's right had been enough. Where it
    does not, once more with the right and no condition. The key's policy lets nobody else of the account hand it
    over.
    """
    if unknown := images.no_image(stack.region):
        return ProbeResult.UNCLEAR, unknown
    name, scope = probe_name(stack), roles.scope_of(stack)
    arn = scope.role_arn(RolePath.PLATFORM.format(prefix=stack.prefix), name)
    mine = {"StringEquals": {"aws:SourceAccount": stack.account}}
    through = {"kms:ViaService": scope.service_host("sagemaker")}
    with ExitStack() as made:
        key = made.enter_context(processing_jobs.key(stack, granted_by=arn))
        look = (*processing_jobs.basics(stack), roles.allow(processing_jobs.VOLUME, key))
        asked = roles.allow("kms:CreateGrant", key, StringEquals=through)
        role_arn = made.enter_context(roles.role(stack, name, processing_jobs.SERVICE, mine, *look, asked))
        stack.pause(roles.PROPAGATION_SECONDS)
        job = processing_jobs.run_with_known_rights(stack, name, role_arn, key, "pass")
        if not job.completed and not job.lacks_key:
            return ProbeResult.UNCLEAR, f"a job whose role may grant through SageMaker alone: {job}"
        control = () if job.completed else (roles.allow("kms:CreateGrant", key),)
        roles.may(stack, name, *look, *control)
        stack.pause(roles.PROPAGATION_SECONDS)
        other = processing_jobs.run(stack, f"{name}-control", role_arn, key, "pass")
    told = f"a job whose role may grant through SageMaker alone: {job}; "
    if job.completed:
        answer = ProbeResult.HOLDS if other.lacks_key else ProbeResult.UNCLEAR
        return answer, f"{told}whose role may not grant: {other}"
    return ProbeResult.FAILS if other.completed else ProbeResult.UNCLEAR, f"{told}whose role may grant: {other}"


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
    probe=Probe(
        run=_run,
        kinds=("data-science",),
        price=processing_jobs.PRICE,
        minutes=processing_jobs.MINUTES,
        needs=(*roles.NEEDS, *processing_jobs.NEEDS),
    ),
)
