"""A program that declares one of every type of the table, wired as a platform would."""

from __future__ import annotations

import pulumi

from tests.rehearsal.engine.foundations import flows, identity, keys, network, storage
from tests.rehearsal.engine.programs import provider
from tests.rehearsal.engine.watchers import detection, organization
from tests.rehearsal.engine.workloads import delivery, events, functions, messages, registry, studio


def every_type() -> None:
    """One of each type."""
    options = pulumi.ResourceOptions(provider=provider())
    vpc, subnet, group = network(options)
    key = keys(options)
    role = identity(options)
    bucket = storage(options, key)
    topic = messages(options, key)
    events(options, topic, role, key)
    registry(options, key)
    studio(options, vpc, subnet, group, role, key)
    delivery(options, vpc, subnet, group, role, key, bucket)
    functions(options, subnet, group, role, key)
    flows(options, vpc, role)
    detection(options, bucket, key)
    organization(options)
    pulumi.export("vpcId", vpc.id)
