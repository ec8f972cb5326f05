"""Customer managed keys: only they have a key policy that the platform writes."""

from __future__ import annotations

from policies.pack.model import StackResource, UnknownValue


def has_customer_managed_key(resource: StackResource, path: str) -> bool:
    """Whether the property at `path` names a customer managed key.

    A value that is not known yet is the ARN of a key that the same update makes, and so counts as one.
    """
    try:
        key = resource.text(path)
    except UnknownValue:
        return True
    return bool(key) and "alias/aws/" not in key
