"""Whether a key is the customer's own: only such a key has a key policy that the platform writes."""

from __future__ import annotations

from policies.pack.model import StackResource, UnknownValue


def own_key(resource: StackResource, path: str) -> bool:
    """Whether a customer managed key is named. One that has no ARN yet is one of this update, and so one's own."""
    try:
        key = resource.text(path)
    except UnknownValue:
        return True
    return bool(key) and "alias/aws/" not in key
