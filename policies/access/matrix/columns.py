"""Every column of the matrix, section by section."""

from __future__ import annotations

from policies.access.graph import PolicyGraph
from policies.access.matrix.buckets import bucket_capabilities
from policies.access.matrix.capabilities import Capability
from policies.access.matrix.delivery import delivery_capabilities, endpoint_capabilities, registry_capabilities
from policies.access.matrix.keys import key_capabilities
from policies.access.matrix.rights import rights_capabilities


def capabilities(graph: PolicyGraph) -> list[Capability]:
    """All capabilities, in the order in which they are shown."""
    buckets = graph.resources("bucket")
    # By name: keys' ids are drawn anew with every account.
    keys = sorted(graph.resources("key"), key=lambda key: (key.stack, key.purpose))
    return [
        *(capability for bucket in buckets for capability in bucket_capabilities(bucket)),
        *(capability for key in keys for capability in key_capabilities(key)),
        *registry_capabilities(graph),
        *endpoint_capabilities(graph),
        *delivery_capabilities(graph),
        *rights_capabilities(graph),
    ]
