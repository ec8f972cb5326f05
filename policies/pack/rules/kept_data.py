"""DAT-01: what is protected is not emptied by force."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import NotApplicable, Rule, Severity, StackResource
from policies.pack.related_resources import BUCKETS

# What a destruction does with the content, by type: the property, and the value that gives it up.
GIVES_UP: dict[str, tuple[str, object]] = {
    **dict.fromkeys(BUCKETS, ("forceDestroy", True)),
    "aws:ecr/repository:Repository": ("forceDelete", True),
    "aws:sagemaker/domain:Domain": ("retentionPolicy.homeEfsFileSystem", "Delete"),
    "aws:secretsmanager/secret:Secret": ("recoveryWindowInDays", 0),
}


def check(resource: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """A resource that the settings protect keeps its content even when the protection is overridden by a flag."""
    if resource.opts.get("protect") is not True:
        raise NotApplicable("the settings do not protect it")
    path, value = GIVES_UP[resource.type]
    return [f"{path} is {value} on a protected resource"] if resource.get(path) == value else []


RULE = Rule(
    id="DAT-01",
    name="protected-data-is-kept",
    title="Protected resources are not emptied by force",
    why="`pulumi destroy` takes a flag that overrides protect; only what AWS refuses to empty is still there then.",
    fix="Leave forceDestroy and forceDelete off, keep the file system, and leave secrets their recovery window.",
    severity=Severity.HIGH,
    types=tuple(GIVES_UP),
    check=check,
)
