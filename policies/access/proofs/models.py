"""Who reads and writes models, and who uses their key: the named roles alone, each of its own project."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from catalog import names
from catalog.roles import MODEL_BUILDERS, RoleKind
from policies.access.graph import IamRole, PolicyGraph, PolicyResource
from policies.access.graph.policy_documents import ALLOW_EVERYTHING, s3_encryption_context
from policies.access.graph.purposes import roles_of_kind
from policies.access.proofs.emptiness import NO_DATA_SCIENCE, NO_OTHER_ACCOUNT, NO_SERVED_PROJECT
from policies.access.proofs.perimeter import inspecting_roles
from policies.access.proofs.prefilter import may_touch, may_touch_beyond
from policies.access.proofs.requests import (
    OPEN_TO_ALL,
    beyond,
    holding,
    none_of,
    requests_of_everybody,
    role_request,
    within,
    without,
)
from policies.access.proofs.solver import Solver
from policies.access.proofs.storage import keyed_buckets
from policies.access.proofs.theorem import ProofOutcome, Theorem

READ = ("s3:GetObject", "s3:GetObjectVersion")
WRITE = ("s3:PutObject",)
# Kinds of roles of workload accounts that decrypt what the models bucket holds, each for objects of its own.
READERS_OF_CHECKS = (RoleKind.API_HOOKS, RoleKind.ENDPOINT_CHECKER)
OF_WORKLOADS = (*READERS_OF_CHECKS, RoleKind.MODEL)
USE = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*", "kms:CreateGrant")


def _named(graph: PolicyGraph, key: PolicyResource) -> list[str]:
    """ARN patterns of the roles that models are for: jobs of the key's account, model roles of workload accounts."""
    builders = roles_of_kind(graph, *MODEL_BUILDERS)
    found = {role.arn for role in builders if role.account == key.account}
    return sorted({*found, *(role.arn for role in roles_of_kind(graph, RoleKind.MODEL))})


def _patterns(graph: PolicyGraph, key: PolicyResource) -> list[str]:
    """Paths and names of the key's users with the project left open: a project that comes later is one of them.

    Those are the named roles, and those that read checks and no model, named as their project's model role is: not each
    project has an API. A role of a workload account is one of its account by the name of any stage; where accounts are
    not listed, an account that comes later may have one too.
    """
    every = names.ProjectNames(graph.prefix, "*")
    scopes = {graph.stacks[stack]: scope for stack, scope in graph.scopes.items() if stack in graph.stacks}
    models = roles_of_kind(graph, RoleKind.MODEL)
    # Where no project is there yet, its roles will be in any of the accounts, by the name of any stage.
    serving = {role.account for role in models} if models and not graph.organization_paths else {*scopes}
    stages = {graph.stages.get(role.stack, role.stack) for role in models} or {"*"}
    own = scopes.get(key.account)
    builders = {every.role_arn(own, kind) for kind in MODEL_BUILDERS} if own else set()
    readers_of_models = {
        every.stage_role_arn(scopes[account], stage, kind)
        for account in serving
        for stage in stages
        for kind in OF_WORKLOADS
    }
    return sorted(builders | readers_of_models)


def readers(graph: PolicyGraph) -> ProofOutcome:
    """Reading a model takes the object and its key; so does writing one. Nobody else gets both."""
    solver, named = Solver(), set[str]()
    buckets, findings = keyed_buckets(graph, "models")
    for bucket, key in buckets:
        inspectors = inspecting_roles(key)
        patterns = [*_patterns(graph, key), *inspectors]
        for who, open_request in requests_of_everybody(graph, USE, policy_resource=key, resource=key.arn):
            title = f"{who} that is none of the named ones uses the key of {bucket.name}"
            solver.refute(title, open_request, none_of(*patterns))
        named |= {*_named(graph, key), *inspectors}
        for role in _others(graph, named):
            _neither(solver, role, bucket, key)
    return ProofOutcome(findings=[*findings, *solver.findings], named=sorted(named), queries=solver.queries)


def _others(graph: PolicyGraph, named: set[str]) -> Iterable[IamRole]:
    return (role for arn, role in sorted(graph.roles.items()) if arn not in named)


def _neither(solver: Solver, role: IamRole, bucket: PolicyResource, key: PolicyResource) -> None:
    """A role that is not named, whether or not the key admits its path: no object together with the key.

    But for a checker, which has the key and reads what is no model: its project's checks.
    """
    if not may_touch(role, bucket, "s3:"):
        solver.queries += 1
        return
    for actions, on_key in ((READ, "kms:Decrypt"), (WRITE, "kms:GenerateDataKey")):
        context = s3_encryption_context(bucket)
        uses = role_request(role, [on_key], policy_resource=key, resource=key.arn, pinned=context)
        use = next(uses.each(), None)
        # Where no statement lets the role use the key, there is no request at all.
        if use is None or use.formula is False:
            solver.queries += 1
            continue
        title = f"{role.arn} does {' or '.join(actions)} on {bucket.name} and has its key"
        objects = role_request(role, actions, policy_resource=bucket)
        spared = [beyond(own_objects(role, bucket))] if role.kind in READERS_OF_CHECKS else []
        solver.refute(title, objects, holding(use.formula), within(f"{bucket.arn}/*"), *spared)


def own_objects(role: IamRole, bucket: PolicyResource) -> str:
    """ARN pattern of the objects that a role of a workload account is there for."""
    captures = role.kind is RoleKind.API_HOOKS and bucket.purpose == "capture"
    below = f"{names.CHECKS}/*" if role.kind in READERS_OF_CHECKS and not captures else "*"
    return f"{bucket.arn}/{role.tags.get('project', '')}/{below}"


def own_prefix(graph: PolicyGraph) -> ProofOutcome:
    """Of all objects in any bucket a project's model role touches those under its project's prefix, its checker checks.

    Of another account's models either side alone keeps it there: the bucket's policy, and the role's own.
    """
    solver = Solver()
    for role in roles_of_kind(graph, *OF_WORKLOADS):
        for bucket in graph.resources("bucket"):
            prefix = own_objects(role, bucket)
            for whose, caller, resource in _sides(role, bucket):
                title = f"{role.arn} touches an object of {bucket.name} that is not its own{whose}"
                if may_touch_beyond(caller, resource, "s3:", prefix.removesuffix("*")):
                    open_request = role_request(caller, ["s3:*"], policy_resource=resource)
                    solver.refute(title, open_request, within(f"{bucket.arn}/*"), beyond(prefix))
                else:
                    solver.queries += 1
    return ProofOutcome(
        findings=solver.findings,
        named=[role.arn for role in roles_of_kind(graph, *OF_WORKLOADS)],
        queries=solver.queries,
    )


def _sides(role: IamRole, bucket: PolicyResource) -> Iterable[tuple[str, IamRole, PolicyResource]]:
    """Both as they are; of another account's models, each with the other side open."""
    yield "", role, bucket
    if role.account != bucket.account and bucket.purpose == "models":
        yield ", as far as the bucket decides", replace(role, inline=(ALLOW_EVERYTHING,), managed=()), bucket
        yield ", as far as its own policies decide", role, replace(bucket, policy=OPEN_TO_ALL)


def key_for_models(graph: PolicyGraph) -> ProofOutcome:
    """Of other accounts, the models' key serves to read models alone: S3 says so by the bucket that it asks for."""
    solver = Solver()
    buckets, findings = keyed_buckets(graph, "models")
    for bucket, key in buckets:
        others = [account for account in graph.accounts() if account != key.account]
        elsewhere = without("kms:EncryptionContext:aws:s3:arn", [bucket.arn])
        for who, open_request in requests_of_everybody(
            graph, USE, policy_resource=key, resource=key.arn, accounts=others
        ):
            solver.refute(f"{who} uses the key of {bucket.name} for something else", open_request, elsewhere)
    return ProofOutcome(findings=[*findings, *solver.findings], queries=solver.queries)


THEOREMS = (
    Theorem(
        id="models-readers",
        statement="Nobody but the printed roles, and those of the same names that later projects have, reads or writes "
        "a model or uses its key.",
        prove=readers,
        may_be_empty=NO_DATA_SCIENCE,
    ),
    Theorem(
        id="models-own-prefix",
        statement="What serves a project's models touches that project's objects alone, its checker and the hooks of "
        "its API only what endpoints are checked with and captured; of models, bucket and role each see to it alone.",
        prove=own_prefix,
        may_be_empty=NO_SERVED_PROJECT,
    ),
    Theorem(
        id="models-key-for-models",
        statement="Other accounts use the models' key for the models bucket alone.",
        prove=key_for_models,
        may_be_empty=NO_OTHER_ACCOUNT,
    ),
)
