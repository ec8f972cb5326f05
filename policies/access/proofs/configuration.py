"""What properties name outside policies is the platform's: accounts, buckets, keys, whatever has an ARN."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from policies.access.graph import IamUser, PolicyGraph
from policies.access.graph.account_policies import DEFAULT_BUS
from policies.access.graph.model import account_of
from policies.access.graph.purposes import roles_there_before
from policies.access.graph.references import Reference
from policies.access.proofs.emptiness import NO_REFERENCE
from policies.access.proofs.theorem import Finding, ProofOutcome, Theorem

_ACCOUNT = re.compile(r"\d{12}")
_SHARED = "aws:ram/resourceAssociation:ResourceAssociation"
_REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
# What may be shared with another of the platform's accounts: networks, which carry nothing of their own.
_NETWORKS = "ec2"
# Kinds that no platform can have as its own: they are printed.
_PRINTED: Mapping[str, str] = {
    "caller": "{name} calls an API of a project",
    "api": "{name} is an API",
    "host": "{name} is a host that {where} names",
    "address": "{name} is told by {where}",
}


def configuration(graph: PolicyGraph) -> ProofOutcome:
    """Whatever any property of any resource names belongs to the platform; hosts, addresses and callers are printed.

    A policy is none of these properties: the other theorems read it.
    """
    there_before = roles_there_before(graph)
    own = _own(graph, there_before)
    places: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    named: set[str] = set()
    across: list[Finding] = []
    for reference in graph.references:
        if reference.kind in _PRINTED:
            named.add(_PRINTED[reference.kind].format(name=reference.name, where=_where(reference)))
        elif reference.kind == "project":
            across.append(Finding(title=f"{reference.urn} names {reference.name}", request=f"  {reference.path}"))
        elif not own[reference.kind](reference.name):
            places[reference.kind, reference.name].append(f"  {reference.urn}: {reference.path}")
    findings = [
        Finding(title=f"{kind} {name} is not the platform's, and its resources name it", request="\n".join(where))
        for (kind, name), where in sorted(places.items())
    ]
    named |= {f"{arn} was there before, and a policy lets it be passed" for arn in there_before}
    findings += [*across, *_replicated_elsewhere(graph), *_shared(graph)]
    return ProofOutcome(findings=findings, named=sorted(named), queries=len(graph.references))


def _replicated_elsewhere(graph: PolicyGraph) -> Iterator[Finding]:
    """Copies of objects in a bucket of another purpose are read by whoever reads that one."""
    purposes = {bucket.name: bucket.purpose for bucket in graph.resources("bucket")}
    copying: defaultdict[str, set[str]] = defaultdict(set)
    for reference in graph.references:
        if reference.kind == "bucket" and _type(reference) == _REPLICATION:
            copying[reference.urn].add(reference.name)
    for urn, buckets in sorted(copying.items()):
        if len({purposes.get(bucket) for bucket in buckets}) > 1:
            yield Finding(title=f"{urn} copies objects between buckets of other purposes: {', '.join(sorted(buckets))}")


def _shared(graph: PolicyGraph) -> Iterator[Finding]:
    """Resource Access Manager lets other accounts use what it shares, whatever the resource's own policy says."""
    for reference in graph.references:
        arn = reference.name
        if reference.kind == "resource" and _type(reference) == _SHARED and arn.split(":")[2] != _NETWORKS:
            yield Finding(title=f"{arn} is shared by {reference.urn}: only networks are, anything else by its policy")


def no_users(graph: PolicyGraph) -> ProofOutcome:
    """People sign in by the roles that are for them: a user has credentials that do not end."""
    users = [role for role in graph.sorted_roles() if isinstance(role, IamUser)]
    titles = [f"{user.arn} is a user that {user.stack} declares: let a role be assumed instead" for user in users]
    findings = [Finding(title=title) for title in titles]
    return ProofOutcome(findings=findings, queries=len(graph.roles))


def _where(reference: Reference) -> str:
    """Type of the resource and its property, in short."""
    return f"{_type(reference).rpartition(':')[2]}, {reference.path}"


def _type(reference: Reference) -> str:
    return reference.urn.split("::")[2].rpartition("$")[2]


def _own(graph: PolicyGraph, there_before: Iterable[str]) -> Mapping[str, Callable[[str], bool]]:
    """Kind of reference -> whether a name of that kind is the platform's."""
    accounts = {*graph.accounts(), *graph.equivalent_accounts}
    buckets = {bucket.name for bucket in graph.resources("bucket")}
    vpcs = {*graph.vpcs, *(endpoint.vpc for endpoint in graph.endpoints.values())}
    buses = {DEFAULT_BUS, *(bus.name for bus in graph.resources("bus"))}
    keys = {name for key in graph.resources("key") for name in (key.arn, key.name, *key.aliases)}
    keys |= {f"{key.arn.rpartition(':')[0]}:{alias}" for key in graph.resources("key") for alias in key.aliases}
    declared = graph.identifiers | {*there_before} | {*graph.roles, *graph.policy_resources}
    return {
        "account": accounts.__contains__,
        "bucket": buckets.__contains__,
        "vpc": vpcs.__contains__,
        "bus": buses.__contains__,
        "key": lambda name: name in keys or (account_of(name) or "") not in {"", *accounts},
        # Of one of another account, the account is found.
        "resource": lambda name: (
            not accounts.intersection(_ACCOUNT.findall(name)) or bool({name, _without_version(name)} & declared)
        ),
        "principal": lambda name: (account_of(name) or name) in accounts,
    }


def _without_version(arn: str) -> str:
    """A function's ARN without the version or alias that it names, or the path by which an API invokes it."""
    parts = arn.removesuffix("/invocations").split(":")
    return ":".join(parts[:7]) if len(parts) > 6 and parts[2] == "lambda" else arn


THEOREMS = (
    Theorem(
        id="configuration-stays-home",
        statement="Every account, bucket, key, VPC and resource that any property names, policies apart, is the "
        "platform's, and of no other project; hosts, addresses and callers of APIs that they name are printed.",
        prove=configuration,
        may_be_empty=NO_REFERENCE,
    ),
    Theorem(
        id="no-users",
        statement="People and machines sign in to roles for a limited time: there is no IAM user.",
        prove=no_users,
    ),
)
