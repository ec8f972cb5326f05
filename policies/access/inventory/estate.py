"""The policy graph of an estate: what exports hold, with the purposes and kinds that its inventory says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from catalog.nearest import nearest
from catalog.roles import RoleKind
from policies.access.graph.model import BadExport, IamRole, PolicyGraph, PolicyResource, VpcEndpoint
from policies.access.graph.read_declared import declared
from policies.access.graph.references import declared_identifiers, references
from policies.access.inventory.entries import BadInventory, Inventory, Roles
from policies.access.inventory.exported import ExportedStack, as_captured, join, read_exports
from policies.access.inventory.identities import ManagedPolicies, identities
from policies.access.inventory.running import running
from policies.access.inventory.storage import endpoints, misplaced_carriers, policy_resources
from policies.access.inventory.unread import Unread, Unreadable
from policies.access.inventory.unread_types import add_unread_types
from policies.pack.captured import BadFile

_Made = TypeVar("_Made", IamRole, PolicyResource)
# The inventory's lists of roles -> the kind of role here whose rights the theorems reserve.
KINDS: Mapping[str, RoleKind] = {
    "deployers": RoleKind.DEPLOYER,
    "approvers": RoleKind.APPROVER,
    "scientists": RoleKind.SCIENTIST,
    "jobs": RoleKind.TRAINING,
    "models": RoleKind.MODEL,
}


@dataclass(frozen=True, kw_only=True)
class Estate:
    """The graph of an estate, its inventory, and what of its exports could not be read.

    `readers` and `writers`: purpose -> ARNs of the roles and users that may. `delegations`: pairs of ARNs of which the
    first may come to act as the second. `attached`: managed policy of the exports -> whose it is.
    """

    graph: PolicyGraph
    inventory: Inventory
    unread: Sequence[Unread]
    readers: Mapping[str, frozenset[str]]
    writers: Mapping[str, frozenset[str]]
    delegations: frozenset[tuple[str, str]]
    attached: Mapping[str, set[str]]

    def marked(self) -> list[IamRole]:
        """Roles and users that stand in a list of the inventory, by ARN."""
        return [role for role in self.graph.sorted_roles() if role.kind is not RoleKind.UNKNOWN]


def read_estate(files: Sequence[Path], inventory: Inventory) -> Estate:
    """The estate that exports and an inventory describe.

    Raises BadExport for a file that is no export, and BadInventory where the inventory names what no export holds.
    """
    unread = Unreadable()
    try:
        stacks = read_exports(files, inventory.accounts, unread)
    except BadFile as error:
        raise BadExport(str(error)) from error
    join(stacks)
    misplaced_carriers(stacks, unread)
    add_unread_types(stacks, unread)
    problems: list[str] = []
    policies = ManagedPolicies.of(stacks, unread)
    roles = {role.arn: role for role in _each_once(identities(stacks, policies), unread)}
    resources = {one.arn: one for one in _each_once(policy_resources(stacks, unread), unread)}
    roles = _with_kinds(roles, inventory.roles, problems)
    resources = _with_purposes(resources, inventory, problems)
    graph = _graph(stacks, roles, resources, inventory, unread)
    problems += _account_problems(graph, inventory)
    storage = inventory.storage().items()
    estate = Estate(
        graph=graph,
        inventory=inventory,
        unread=tuple(unread.found),
        readers={purpose: _named(roles, one.readers, f"{purpose}.readers", problems) for purpose, one in storage},
        writers={purpose: _named(roles, one.writers, f"{purpose}.writers", problems) for purpose, one in storage},
        delegations=_delegations(roles, inventory, problems),
        attached=policies.attached,
    )
    if problems:
        raise BadInventory("\n".join(problems))
    return estate


def _delegations(roles: Mapping[str, IamRole], inventory: Inventory, problems: list[str]) -> frozenset[tuple[str, str]]:
    return frozenset(
        (source, target)
        for number, one in enumerate(inventory.delegations)
        for source in _named(roles, [one.role], f"delegations[{number}].role", problems)
        for target in _named(roles, [one.acts_as], f"delegations[{number}].actsAs", problems)
    )


def _each_once(found: Iterable[_Made], unread: Unreadable) -> list[_Made]:
    """The first of each ARN."""
    seen: dict[str, _Made] = {}
    for one in found:
        other = seen.setdefault(one.arn, one)
        if other != one:
            unread.add(one.stack, f"{one.arn} is made twice, by {other.urn} and {one.urn}: nobody knows which is there")
    return list(seen.values())


def _graph(
    stacks: Sequence[ExportedStack],
    roles: Mapping[str, IamRole],
    resources: Mapping[str, PolicyResource],
    inventory: Inventory,
    unread: Unreadable,
) -> PolicyGraph:
    made = endpoints(stacks, unread)
    accounts = {stack.name: stack.scope.account for stack in stacks if stack.scope.account}
    first = next(iter(accounts.values()), "")
    named = [
        VpcEndpoint(id=one, account=first, vpc="", service=service, stack="the inventory", existing=True)
        for service, ids in inventory.endpoints.items()
        for one in ids
    ]
    runners = [runner for stack in stacks for runner in running(stack, unread)]
    for runner in runners:
        if runner.role_arn not in roles:
            what = f"{runner.kind} {runner.name} runs with {runner.role_arn}, which no export here made"
            unread.add(runner.stack, f"{what}: give the export that holds it")
    return PolicyGraph(
        roles=roles,
        policy_resources=resources,
        endpoints={endpoint.id: endpoint for endpoint in (*named, *made)},
        runners={runner.urn: runner for runner in runners if runner.role_arn in roles},
        stacks=accounts,
        scopes={stack.name: stack.scope for stack in stacks},
        organization_paths=tuple(inventory.trusted.organization_paths),
        equivalent_accounts=frozenset(inventory.trusted.accounts),
        references=references(as_captured(stacks)),
        identifiers=declared_identifiers(as_captured(stacks)),
        declared=declared(stacks),
        vpcs=frozenset(str(vpc.props.get("id")) for stack in stacks for vpc in stack.of("aws:ec2/vpc:Vpc")),
    )


def _with_kinds(roles: Mapping[str, IamRole], marks: Roles, problems: list[str]) -> dict[str, IamRole]:
    marked = dict(roles)
    for kind, constant in KINDS.items():
        for arn in sorted(_named(roles, getattr(marks, kind), f"roles.{kind}", problems)):
            if marked[arn].kind is not RoleKind.UNKNOWN:
                problems.append(f"roles.{kind}: {arn} stands in another list of roles too: keep one")
            marked[arn] = replace(roles[arn], kind=constant)
    return marked


def _named(roles: Mapping[str, IamRole], names: Iterable[str], where: str, problems: list[str]) -> frozenset[str]:
    """ARNs of the roles and users that a list of the inventory names."""
    found: set[str] = set()
    for name in names:
        arns = [arn for arn, role in roles.items() if name in (arn, role.name)]
        if len(arns) != 1:
            several = f"{len(arns)} roles and users are called so: give an ARN of {', '.join(sorted(arns))}"
            hint = _hint(name, {text for arn, role in roles.items() for text in (arn, role.name)})
            problems.append(f"{where}: {name} {several if arns else f'is no role or user of the exports{hint}'}")
        found.update(arns[:1])
    return frozenset(found)


def _with_purposes(
    resources: Mapping[str, PolicyResource], inventory: Inventory, problems: list[str]
) -> dict[str, PolicyResource]:
    marked = dict(resources)
    for purpose, storage in inventory.storage().items():
        for kind, names in (("bucket", storage.buckets), ("key", storage.keys)):
            of_kind = {arn: one for arn, one in resources.items() if one.kind == kind}
            for name in names:
                arns = [arn for arn, one in of_kind.items() if name in _names_of(one)]
                if not arns:
                    hint = _hint(name, {each for one in of_kind.values() for each in _names_of(one)})
                    problems.append(f"{purpose}.{kind}s: {name} is no {kind} of the exports{hint}")
                elif len(arns) > 1:
                    problems.append(f"{purpose}.{kind}s: {name} names {', '.join(sorted(arns))}: give one ARN")
                elif marked[arns[0]].purpose not in ("", purpose):
                    problems.append(f"{purpose}.{kind}s: {name} is named for {marked[arns[0]].purpose} too: keep one")
                else:
                    marked[arns[0]] = replace(resources[arns[0]], purpose=purpose)
    return marked


def _names_of(resource: PolicyResource) -> set[str]:
    return {resource.arn, resource.name, resource.arn.rpartition("/")[2], *resource.aliases}


def _hint(name: str, names: Iterable[str]) -> str:
    known = sorted(names, key=len)
    close = nearest(name, known)
    if close:
        return f": did you mean {close}?"
    shown = ", ".join(known[:5]) or "none"
    return f", which hold {shown}{' and more' if len(known) > 5 else ''}"


def _account_problems(graph: PolicyGraph, inventory: Inventory) -> list[str]:
    """Accounts that the inventory lists and no export is of, and the other way round."""
    if not inventory.accounts:
        return []
    held, listed = set(graph.accounts()), set(inventory.accounts)
    problems = [
        f"accounts: no export is of {one}: give it, or list it in trusted.accounts" for one in sorted(listed - held)
    ]
    problems += [f"accounts: exports are of {one} too: list it" for one in sorted(held - listed)]
    return problems
