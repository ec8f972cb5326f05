"""A larger graph made from one that was built: more workload accounts, more projects.

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

from benchmarks.template import Element, Template
from catalog import names
from catalog.roles import RoleKind
from policies.access.authorization import Document
from policies.access.graph.model import IamRole, PolicyGraph, PolicyResource, Runner, VpcEndpoint
from policies.access.graph.purposes import resources_with_purpose, roles_of_kind
from policies.access.review import Review, ReviewProblem
from policies.documents import statement
from policies.documents.projected_platform import ProjectedPlatform
from policies.documents.shared_documents import WorkloadAccount
from policies.documents.trust import publisher_trust

# Theorems that read what is declared beside policies, such as pipelines and trails, which is not copied: each of those
# is judged by itself, and in the example.
UNSCALED = frozenset({"evidence-whole", "guards-awake", "own-inputs", "way-to-production"})


def problems_of(found: Review) -> list[ReviewProblem]:
    """What is wrong with a graph that was scaled up, but for what theorems say that nothing was copied for."""
    return [one for one in found.problems() if one.check.removeprefix("theorem ") not in UNSCALED]


def platform_of(graph: PolicyGraph) -> ProjectedPlatform:
    """What the documents that speak of all workload accounts are rendered from, read from what was built."""
    (models,) = resources_with_purpose(graph, "bucket", "models")
    account, stack = models.account, models.stack
    # Every project that an account lets in has a role there.
    execution_roles = roles_of_kind(graph, RoleKind.STACK_SET_EXECUTION)
    workloads = {(role.account, graph.stages[role.stack]): None for role in execution_roles}
    keys = {key.purpose: key.arn for key in graph.resources("key") if key.stack == stack}
    return ProjectedPlatform(
        partition=graph.scopes[stack].partition,
        region=graph.scopes[stack].region,
        account=account,
        prefix=graph.prefix,
        stack=stack,
        s3_endpoint=_endpoint_id(graph, account, "s3"),
        kms_endpoint=_endpoint_id(graph, account, "kms"),
        key_arns=keys,
        deployers=_deployers(models),
        workloads=[
            WorkloadAccount(
                account=workload,
                stage=stage,
                s3_endpoint=_endpoint_id(graph, workload, "s3"),
                kms_endpoint=_endpoint_id(graph, workload, "kms"),
            )
            for workload, stage in workloads
        ],
        organization_paths=graph.organization_paths,
    )


def _endpoint_id(graph: PolicyGraph, account: str, service: str) -> str:
    endpoint = graph.endpoint(account, service)
    if endpoint is None:
        raise ValueError(f"{account} has no endpoint of {service}")
    return endpoint.id


def _deployers(models: PolicyResource) -> list[str]:
    """Whom the models bucket's denial of listing exempts."""
    conditions = [statement.get("Condition", {}) for statement in (models.policy or {})["Statement"]]
    exempt = [condition["ArnNotLike"]["aws:PrincipalArn"] for condition in conditions if "ArnNotLike" in condition]
    return [exempt[0]] if isinstance(exempt[0], str) else list(exempt[0])


def scaled_graph(
    graph: PolicyGraph, *, accounts: int, projects: Sequence[str], organization_paths: Sequence[str] = ()
) -> PolicyGraph:
    """The graph with that many workload accounts instead of its own, and with these projects beside its own.

    Every account lets every project in; nobody publishes to the new ones yet.
    """
    return _ScaledGraph(graph, accounts, projects, organization_paths).graph()


class _ScaledGraph:
    """What is copied, and to which ids."""

    def __init__(self, graph: PolicyGraph, accounts: int, projects: Sequence[str], paths: Sequence[str]) -> None:
        self._old, self._before = graph, platform_of(graph)
        self._account = self._before.account
        self._model = next(one for one in self._before.workloads if one.stage == "production")
        self._stack = next(
            role.stack for role in roles_of_kind(graph, RoleKind.MODEL) if role.account == self._model.account
        )
        own = graph.projects
        # The longest id: CodePipeline cuts its pipelines' folders, so that neither is taken for the other.
        self._copied, self._new, self._projects = max(own, key=len), list(projects), [*own, *projects]
        self._workload_ids = {f"{2 * 10**11 + number:012}": self._ids(number) for number in range(accounts)}
        self.platform = replace(
            self._before,
            workloads=[self._workload(account, ids) for account, ids in self._workload_ids.items()],
            organization_paths=list(paths),
        )

    def _ids(self, number: int) -> dict[str, str]:
        """Ids in the copied workload account -> those of the new one of this number."""
        account, stage = f"{2 * 10**11 + number:012}", "production" if number % 5 else "staging"
        ids = {self._model.account: account, self._stack: f"account-{number}", "production": stage}
        endpoints = [endpoint for endpoint in self._old.endpoints.values() if endpoint.account == self._model.account]
        own = [*(endpoint.id for endpoint in endpoints), *(endpoint.vpc for endpoint in endpoints)]
        own += [key.name for key in self._old.resources("key") if key.account == self._model.account]
        return ids | {identifier: _other_id(identifier, account) for identifier in own}

    def _workload(self, account: str, ids: Mapping[str, str]) -> WorkloadAccount:
        return WorkloadAccount(
            account=account,
            stage=ids["production"],
            s3_endpoint=ids[self._model.s3_endpoint],
            kms_endpoint=ids[self._model.kms_endpoint],
        )

    def graph(self) -> PolicyGraph:
        """The larger graph."""
        roles = [*self._roles_in_data_science(), *self._roles_in_workload_accounts()]
        policy_resources = [
            *self._resources_in_data_science(),
            *self._in_workloads(self._old.policy_resources.values()),
        ]
        endpoints = [*self._endpoints_in_data_science(), *self._in_workloads(self._old.endpoints.values())]
        runners = [*self._runners_in_data_science(), *self._in_workloads(self._old.runners.values())]
        stacks = {r.stack: r.account for r in policy_resources} | {role.stack: role.account for role in roles}
        stages = {ids[self._stack]: ids["production"] for ids in self._workload_ids.values()}
        return PolicyGraph(
            roles={role.arn: role for role in roles},
            policy_resources={one.arn: one for one in policy_resources},
            endpoints={one.id: one for one in endpoints},
            runners={one.urn: one for one in runners},
            stacks=stacks,
            stages=stages,
            scopes={stack: self._old.scope.in_account(account) for stack, account in stacks.items()},
            organization_paths=self.platform.accounts.paths,
            members=self._old.members,
        )

    # ---- workload accounts

    def _in_workloads(self, elements: Iterable[Element]) -> Iterator[Element]:
        """Copies in every workload account of what does not belong to a project."""
        for element in elements:
            if element.account == self._model.account:
                template = Template(element, frozenset(next(iter(self._workload_ids.values()))))
                yield from (template.copy(to) for to in self._workload_ids.values())

    def _roles_in_workload_accounts(self) -> Iterator[IamRole]:
        originals = [role for role in self._old.roles.values() if role.account == self._model.account]
        for role in originals:
            project = role.project
            template = Template(role, frozenset({*next(iter(self._workload_ids.values())), self._copied}))
            if project not in (None, self._copied):
                continue
            for account, to in self._workload_ids.items():
                boundary = self._boundary(role, account)
                for each in self._projects if project else [self._copied]:
                    yield template.copy({**to, self._copied: each}, boundary=boundary)

    def _boundary(self, role: IamRole, account: str) -> Document | None:
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

    def _of_projects(self, elements: Iterable[tuple[Element, bool]]) -> Iterator[Element]:
        """What the data science account has, and copies for each new project where the second of a pair is true."""
        for element, copied in elements:
            if element.account != self._account:
                continue
            yield element
            if copied:
                template = Template(element, frozenset(self._ids_of(self._copied)))
                shared = {"boundary": element.boundary} if isinstance(element, IamRole) else {}
                yield from (template.copy(self._ids_of(project), **shared) for project in self._new)

    def _roles_in_data_science(self) -> Iterator[IamRole]:
        roles = ((role, role.project == self._copied) for role in self._old.roles.values())
        for role in self._of_projects(roles):
            project = role.project
            if role.kind is RoleKind.STACK_SET_ADMINISTRATION and project:
                yield replace(role, inline=(json.loads(self.platform.stack_set_administration(project)),))
            elif role.kind is RoleKind.DEPLOY and project:
                yield replace(role, inline=(json.loads(self.platform.deploy(project)),))
            elif role.kind is RoleKind.DEPLOY_TEST and project:
                yield replace(role, inline=(json.loads(self.platform.deploy_test(project)),))
            elif role.kind is RoleKind.RELEASE_RECORDER and project:
                yield replace(role, inline=tuple(self._seeing(document, project) for document in role.inline))
            elif role.kind is RoleKind.PUBLISH and project in self._new:
                trust = publisher_trust(self.platform.scope, [])
                yield replace(role, trust=json.loads(trust))
            else:
                yield role

    def _seeing(self, document: Document, project: str) -> Document:
        """A release recorder's policy, with the statement that names workload accounts rendered anew."""
        seeing = json.loads(statement.document(self.platform.see_what_serves(project)))["Statement"][0]
        statements = [seeing if each["Sid"] == seeing["Sid"] else each for each in document["Statement"]]
        return {**document, "Statement": statements}

    def _resources_in_data_science(self) -> Iterator[PolicyResource]:
        shared = {
            ("bucket", "models"): self.platform.models_bucket,
            ("key", "models"): self.platform.models_key,
            ("bucket", "code"): self.platform.code_bucket,
            ("key", "code"): self.platform.code_key,
        }
        policy_resources = (
            (one, one.tags.get("project") == self._copied) for one in self._old.policy_resources.values()
        )
        for one in self._of_projects(policy_resources):
            render = shared.get((one.kind, one.purpose))
            if one.kind == "group":
                yield replace(one, policy=json.loads(self.platform.model_group(one.tags["project"])))
            elif one.kind == "repository":
                functions = one.arn.endswith(f"/{names.API_FUNCTIONS}")
                rendered = self.platform.function_repository() if functions else self.platform.image_repository()
                yield replace(one, policy=json.loads(rendered))
            elif render:
                yield replace(one, policy=json.loads(render()))
            else:
                yield one

    def _endpoints_in_data_science(self) -> Iterator[VpcEndpoint]:
        bucket, others = self.platform.s3_endpoint_policy(), self.platform.interface_endpoint()
        for vpc_endpoint in self._old.endpoints.values():
            if vpc_endpoint.account == self._account:
                yield replace(vpc_endpoint, policy=json.loads(bucket if vpc_endpoint.service == "s3" else others))

    def _runners_in_data_science(self) -> Iterator[Runner]:
        roles = self._old.roles
        return self._of_projects(
            (one, one.role_arn in roles and roles[one.role_arn].tags.get("project") == self._copied)
            for one in self._old.runners.values()
        )


def _other_id(identifier: str, account: str) -> str:
    """An id of the same form for another account."""
    digits = iter(hashlib.sha256(f"{identifier} {account}".encode()).hexdigest())
    head, hyphen, tail = identifier.partition("-") if not re.match("[0-9a-f]{8}-", identifier) else ("", "", identifier)
    return head + hyphen + "".join(letter if letter == "-" else next(digits) for letter in tail)
