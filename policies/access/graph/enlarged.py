"""A larger graph in the likeness of one that was built: more workload accounts, more projects.

What belongs to an account or a project is copied with other ids; what speaks of all accounts is rendered anew, by the
functions that the stacks render it with.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from catalog import names
from policies.access.authorization import Document
from policies.access.graph.copies import Template, Thing
from policies.access.graph.model import PolicyGraph, PolicyResource, Role, Runner, VpcEndpoint
from policies.access.graph.purposes import MODEL, of, purpose, role_kind, roles_of
from policies.documents.growing import Platform, Workload
from policies.documents.trust import publisher_trust


def platform_of(graph: PolicyGraph) -> Platform:
    """The platform as the growing documents need to know it, read from what was built."""
    (models,) = of(graph, "bucket", "models")
    home, stack = models.account, models.stack
    prefix = roles_of(graph, "stackset-administration")[0].path.split("/")[1]
    # Every project that an account lets in has a role there.
    places = {(role.account, _stage(role, prefix)): None for role in roles_of(graph, "stackset-execution")}
    keys = {key.aliases[0].rsplit("/", 1)[-1]: key.arn for key in graph.kind("key") if key.stack == stack}
    return Platform(
        partition=models.arn.split(":")[1],
        region=keys["models"].split(":")[3],
        home=home,
        prefix=prefix,
        stack=stack,
        s3_endpoint=_gate(graph, home, "s3"),
        kms_endpoint=_gate(graph, home, "kms"),
        key_arns=keys,
        deployers=_deployers(graph),
        workloads=[
            Workload(
                account=account,
                stage=stage,
                s3_endpoint=_gate(graph, account, "s3"),
                kms_endpoint=_gate(graph, account, "kms"),
            )
            for account, stage in places
        ],
        organization_paths=graph.organization_paths,
    )


def _stage(role: Role, prefix: str) -> str:
    return role.name.removeprefix(f"{prefix}-").removesuffix(f"-{role.tags['project']}-stackset-execution")


def _gate(graph: PolicyGraph, account: str, service: str) -> str:
    gate = graph.endpoint(account, service)
    if gate is None:
        raise ValueError(f"{account} has no endpoint of {service}")
    return gate.id


def _deployers(graph: PolicyGraph) -> list[str]:
    """Whom the models bucket's denial of listing spares."""
    (bucket,) = of(graph, "bucket", "models")
    conditions = [one.get("Condition", {}) for one in (bucket.policy or {})["Statement"]]
    spared = [one["ArnNotLike"]["aws:PrincipalArn"] for one in conditions if "ArnNotLike" in one]
    return [spared[0]] if isinstance(spared[0], str) else list(spared[0])


def enlarged(
    graph: PolicyGraph, *, accounts: int, projects: Sequence[str], organization_paths: Sequence[str] = ()
) -> PolicyGraph:
    """The graph with that many workload accounts in its own ones' stead, and with these projects beside its own.

    Every account lets every project in; nobody publishes to the new ones yet.
    """
    return _Enlarging(graph, accounts, projects, organization_paths).graph()


class _Enlarging:
    """What is copied, and to which ids."""

    def __init__(self, graph: PolicyGraph, accounts: int, projects: Sequence[str], paths: Sequence[str]) -> None:
        self._old, self._before = graph, platform_of(graph)
        self._home = self._before.home
        self._model = next(one for one in self._before.workloads if one.stage == "production")
        self._stack = next(role.stack for role in roles_of(graph, MODEL) if role.account == self._model.account)
        own = sorted({role.tags["project"] for role in graph.roles.values() if role.tags.get("project")})
        # The longest id: CodePipeline cuts its pipelines' folders, so that neither is taken for the other.
        self._copied, self._new, self._projects = max(own, key=len), list(projects), [*own, *projects]
        self._places = {f"{2 * 10**11 + number:012}": self._names(number) for number in range(accounts)}
        self.platform = replace(
            self._before,
            workloads=[self._workload(account, to) for account, to in self._places.items()],
            organization_paths=list(paths),
        )

    def _names(self, number: int) -> dict[str, str]:
        """Ids in the copied workload account -> those of the new one of this number."""
        account, stage = f"{2 * 10**11 + number:012}", "production" if number % 5 else "staging"
        to = {self._model.account: account, self._stack: f"account-{number}", "production": stage}
        own = [gate.id for gate in self._old.endpoints.values() if gate.account == self._model.account]
        own += [gate.vpc for gate in self._old.endpoints.values() if gate.account == self._model.account]
        own += [key.name for key in self._old.kind("key") if key.account == self._model.account]
        return to | {one: _other(one, account) for one in own}

    def _workload(self, account: str, to: Mapping[str, str]) -> Workload:
        return Workload(
            account=account,
            stage=to["production"],
            s3_endpoint=to[self._model.s3_endpoint],
            kms_endpoint=to[self._model.kms_endpoint],
        )

    def graph(self) -> PolicyGraph:
        """The whole."""
        roles = [*self._roles_at_home(), *self._roles_of_workloads()]
        guarded = [*self._guarded_at_home(), *self._in_workloads(self._old.policy_resources.values())]
        endpoints = [*self._endpoints_at_home(), *self._in_workloads(self._old.endpoints.values())]
        runners = [*self._runners_at_home(), *self._in_workloads(self._old.runners.values())]
        stacks = {role.stack: role.account for role in roles} | {one.stack: one.account for one in guarded}
        return PolicyGraph(
            roles={role.arn: role for role in roles},
            policy_resources={one.arn: one for one in guarded},
            endpoints={one.id: one for one in endpoints},
            runners={one.urn: one for one in runners},
            stacks=stacks,
            organization_paths=self.platform.accounts.paths,
        )

    # ---- workload accounts

    def _in_workloads(self, things: Iterable[Thing]) -> Iterator[Thing]:
        """Copies in every workload account of what does not belong to a project."""
        for thing in things:
            if thing.account == self._model.account:
                template = Template(thing, frozenset(next(iter(self._places.values()))))
                yield from (template.copied(to) for to in self._places.values())

    def _roles_of_workloads(self) -> Iterator[Role]:
        originals = [role for role in self._old.roles.values() if role.account == self._model.account]
        for role in originals:
            project = role.tags.get("project")
            template = Template(role, frozenset({*next(iter(self._places.values())), self._copied}))
            if project not in (None, self._copied):
                continue
            for account, to in self._places.items():
                boundary = self._boundary(role, account)
                for each in self._projects if project else [self._copied]:
                    yield template.copied({**to, self._copied: each}, boundary=boundary)

    def _boundary(self, role: Role, account: str) -> Document | None:
        """A boundary in another account; one value for all roles there."""
        if role.boundary is None:
            return None
        key = role.boundary_arn or "", account
        if key not in self._boundaries:
            text = json.dumps(role.boundary).replace(self._model.account, account)
            self._boundaries[key] = json.loads(text)
        return self._boundaries[key]

    @cached_property
    def _boundaries(self) -> dict[tuple[str, str], Document]:
        return {}

    # ---- the data science account

    def _ids_of(self, project: str) -> dict[str, str]:
        """Ids of the copied project -> those of another. CodePipeline cuts folders, so they count alone."""
        before, after = (names.ProjectNames(self._before.prefix, one) for one in (self._copied, project))
        folders = {before.artifact_folder(kind): after.artifact_folder(kind) for kind in ("build", "deploy")}
        return {**folders, self._copied: project}

    def _of_projects(self, things: Iterable[tuple[Thing, bool]]) -> Iterator[Thing]:
        """What is at home, and a copy for each new project of what is the copied one's (second of each pair)."""
        for thing, copied in things:
            if thing.account != self._home:
                continue
            yield thing
            if copied:
                template = Template(thing, frozenset(self._ids_of(self._copied)))
                shared = {"boundary": thing.boundary} if isinstance(thing, Role) else {}
                yield from (template.copied(self._ids_of(project), **shared) for project in self._new)

    def _roles_at_home(self) -> Iterator[Role]:
        roles = ((role, role.tags.get("project") == self._copied) for role in self._old.roles.values())
        for role in self._of_projects(roles):
            kind, project = role_kind(role), role.tags.get("project")
            if kind == "stackset-administration" and project:
                yield replace(role, inline=(json.loads(self.platform.stack_set_administration(project)),))
            elif kind == "deploy-test" and project:
                yield replace(role, inline=(json.loads(self.platform.deploy_test(project)),))
            elif kind == "publish" and project in self._new:
                trust = publisher_trust(self.platform.scope, [])
                yield replace(role, trust=json.loads(trust))
            else:
                yield role

    def _guarded_at_home(self) -> Iterator[PolicyResource]:
        central = {
            ("bucket", "models"): self.platform.models_bucket,
            ("key", "models"): self.platform.models_key,
        }
        guarded = ((one, one.tags.get("project") == self._copied) for one in self._old.policy_resources.values())
        for one in self._of_projects(guarded):
            render = central.get((one.kind, purpose(one)))
            if one.kind == "group":
                yield replace(one, policy=json.loads(self.platform.model_group(one.tags["project"])))
            elif one.kind == "repository":
                yield replace(one, policy=json.loads(self.platform.image_repository()))
            elif render:
                yield replace(one, policy=json.loads(render()))
            else:
                yield one

    def _endpoints_at_home(self) -> Iterator[VpcEndpoint]:
        bucket, others = self.platform.s3_endpoint_policy(), self.platform.interface_endpoint()
        for gate in self._old.endpoints.values():
            if gate.account == self._home:
                yield replace(gate, policy=json.loads(bucket if gate.service == "s3" else others))

    def _runners_at_home(self) -> Iterator[Runner]:
        roles = self._old.roles
        return self._of_projects(
            (one, one.role_arn in roles and roles[one.role_arn].tags.get("project") == self._copied)
            for one in self._old.runners.values()
        )


def _other(identifier: str, account: str) -> str:
    """An id of the same form for another account."""
    digits = iter(hashlib.sha256(f"{identifier} {account}".encode()).hexdigest())
    head, hyphen, tail = identifier.partition("-") if not re.match("[0-9a-f]{8}-", identifier) else ("", "", identifier)
    return head + hyphen + "".join(letter if letter == "-" else next(digits) for letter in tail)
