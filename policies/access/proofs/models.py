"""Who reads and writes models, and who uses their key: nobody but the named roles, each its own project's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from policies.access.graph import PolicyGraph, PolicyResource, Role
from policies.access.graph.asking import EVERYTHING, through_s3
from policies.access.graph.purposes import BUILDERS, MODEL, purpose, role_kind, roles_of, shown
from policies.access.proofs.asking import (
    OPEN_TO_ALL,
    Solver,
    beyond,
    bucket_and_key,
    holding,
    none_of,
    outsiders_ask,
    role_asks,
    within,
    without,
)
from policies.access.proofs.reading import may_touch, may_touch_beyond
from policies.access.proofs.theorem import Outcome, Theorem

READ = ("s3:GetObject", "s3:GetObjectVersion")
WRITE = ("s3:PutObject",)
USE = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*", "kms:CreateGrant")


def _named(graph: PolicyGraph, key: PolicyResource) -> list[str]:
    """ARN patterns of the roles that models are for: jobs of the key's account, model roles of workload accounts."""
    builders = roles_of(graph, *BUILDERS)
    found = {role.arn for role in builders if role.account == key.account}
    return sorted({*found, *(role.arn for role in roles_of(graph, MODEL))})


def _patterns(graph: PolicyGraph, key: PolicyResource) -> list[str]:
    """The named roles' paths and names with the project left open: a project that comes later is one of them.

    A model role is one of its account by the name of any stage; where accounts are not listed, an account that comes
    later may have one too.
    """
    models = roles_of(graph, MODEL)
    accounts = graph.accounts() if graph.organization_paths else {role.account for role in models}
    builders = {_open(role) for role in roles_of(graph, *BUILDERS) if role.account == key.account}
    families = {_open(role).replace(f"::{role.account}:", "::{}:", 1) for role in models}
    return sorted(builders | {family.format(account) for family in families for account in accounts})


def _open(role: Role) -> str:
    project = role.tags.get("project", "")
    return role.arn.replace(f"/{project}/", "/*/").replace(f"-{project}-", "-*-")


def readers(graph: PolicyGraph) -> Outcome:
    """Reading a model takes the object and its key; so does writing one. Strangers get neither."""
    solver, named = Solver(), set[str]()
    for bucket, key in bucket_and_key(graph, "models"):
        patterns = _patterns(graph, key)
        for who, opened in outsiders_ask(
            [*graph.accounts(), *graph.foreign], USE, guard=key, resource=key.arn, paths=graph.organization_paths
        ):
            says = f"{who} that is none of the named ones uses the key of {bucket.name}"
            solver.refute(says, opened, none_of(*patterns))
        named |= set(_named(graph, key))
        for role in _others(graph, named):
            _neither(solver, role, bucket, key)
    return Outcome(findings=solver.findings, named=sorted(named), queries=solver.queries)


def _others(graph: PolicyGraph, named: set[str]) -> Iterable[Role]:
    return (role for arn, role in sorted(graph.roles.items()) if arn not in named)


def _neither(solver: Solver, role: Role, bucket: PolicyResource, key: PolicyResource) -> None:
    """A role that is not named, whether or not the key admits its path: no object together with the key."""
    if not may_touch(role, bucket, "s3:"):
        solver.queries += 1
        return
    for actions, on_key in ((READ, "kms:Decrypt"), (WRITE, "kms:GenerateDataKey")):
        use = next(role_asks(role, [on_key], guard=key, resource=key.arn, pinned=through_s3(bucket)).each())
        if use.formula is False:
            solver.queries += 1
            continue
        says = f"{role.arn} does {' or '.join(actions)} on {bucket.name} and has its key"
        objects = role_asks(role, actions, guard=bucket)
        solver.refute(says, objects, holding(use.formula), within(f"{bucket.arn}/*"))


def own_prefix(graph: PolicyGraph) -> Outcome:
    """Of all objects in any bucket, a project's model role touches those under its project's prefix.

    Of another account's models either side alone keeps it there: the bucket's policy, and the role's own.
    """
    solver = Solver()
    for role in roles_of(graph, MODEL):
        for bucket in graph.kind("bucket"):
            prefix = f"{bucket.arn}/{role.tags.get('project', '')}/*"
            for whose, asking, asked in _sides(role, bucket):
                says = f"{role.arn} touches an object of {bucket.name} that is not its project's{whose}"
                if may_touch_beyond(asking, asked, "s3:", prefix.removesuffix("*")):
                    opened = role_asks(asking, ["s3:*"], guard=asked)
                    solver.refute(says, opened, within(f"{bucket.arn}/*"), beyond(prefix))
                else:
                    solver.queries += 1
    return Outcome(findings=solver.findings, named=shown(roles_of(graph, MODEL)), queries=solver.queries)


def _sides(role: Role, bucket: PolicyResource) -> Iterable[tuple[str, Role, PolicyResource]]:
    """Both as they are; of another account's models, each with the other side open."""
    yield "", role, bucket
    if role.account != bucket.account and purpose(bucket) == "models":
        yield ", as far as the bucket decides", replace(role, inline=(EVERYTHING,), managed=()), bucket
        yield ", as far as its own policies decide", role, replace(bucket, policy=OPEN_TO_ALL)


def key_for_models(graph: PolicyGraph) -> Outcome:
    """Of other accounts, the models' key serves to read models alone: S3 says so by the bucket that it asks for."""
    solver = Solver()
    for bucket, key in bucket_and_key(graph, "models"):
        others = [account for account in graph.accounts() if account != key.account]
        elsewhere = without("kms:EncryptionContext:aws:s3:arn", [bucket.arn])
        for who, opened in outsiders_ask(others, USE, guard=key, resource=key.arn):
            solver.refute(f"{who} uses the key of {bucket.name} for something else", opened, elsewhere)
    return Outcome(findings=solver.findings, queries=solver.queries)


def project_walls(graph: PolicyGraph) -> Outcome:
    """No role of a project touches an object under another project's prefix."""
    solver = Solver()
    ids = sorted({role.tags["project"] for role in graph.roles.values() if role.tags.get("project")})
    for role in sorted(graph.roles.values(), key=lambda each: each.arn):
        project = role.tags.get("project")
        others = [each for each in ids if each != project]
        if not project or not others or role_kind(role) == MODEL:
            continue
        for bucket in graph.kind("bucket"):
            foreign = [f"{bucket.arn}/{other}/" for other in others]
            says = f"{role.arn} touches an object of another project in {bucket.name}"
            if may_touch(role, bucket, "s3:", *foreign):
                below = within(*(f"{place}*" for place in foreign))
                solver.refute(says, role_asks(role, ["s3:*"], guard=bucket), below)
            else:
                solver.queries += 1
    return Outcome(findings=solver.findings, queries=solver.queries)


THEOREMS = (
    Theorem(
        id="models-readers",
        says="Nobody outside the named principals reads or writes a model, or uses its key.",
        row="B3",
        prove=readers,
    ),
    Theorem(
        id="models-own-prefix",
        says="A project's model role touches no object that is not under its own project's prefix; the "
        "models bucket's policy and the role's own each see to that alone.",
        row="B3",
        prove=own_prefix,
    ),
    Theorem(
        id="models-key-for-models",
        says="Other accounts use the models' key for the models bucket alone.",
        row="B3",
        prove=key_for_models,
    ),
    Theorem(
        id="project-walls",
        says="No role of a project touches an object under another project's prefix.",
        row="B15",
        prove=project_walls,
    ),
)
