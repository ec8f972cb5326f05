"""What of an estate runs with a role: what the platform has too, and Glue jobs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from policies.access.graph.model import BadExport, Runner
from policies.access.graph.runners import runners
from policies.access.inventory.exported import ExportedStack
from policies.access.inventory.unread import Unreadable
from policies.pack.model import StackResource

_JOB = "aws:glue/job:Job"
_OBJECT = re.compile(r"s3[an]?://([^/]+)/(.+)")


def running(stack: ExportedStack, unread: Unreadable) -> Iterator[Runner]:
    """Everything of a stack that runs with a role."""
    for job in stack.of(_JOB):
        if runner := _job(stack, job):
            yield runner
        else:
            unread.add(f"{stack.name}: Glue job {job.name}", "its role is not known: export it after `pulumi up`")
    try:
        yield from list(runners(stack))
    except BadExport as bad:
        unread.add(stack.name, str(bad).removeprefix(f"{stack.name}: "))


def _job(stack: ExportedStack, job: StackResource) -> Runner | None:
    """A Glue job, whose role stands there by ARN or by name; whoever writes its script decides what it does."""
    role, command = job.props.get("roleArn"), job.props.get("command")
    if not isinstance(role, str) or not role:
        return None
    script = command.get("scriptLocation") if isinstance(command, Mapping) else None
    found = _OBJECT.fullmatch(script) if isinstance(script, str) else None
    name = str(job.props.get("name") or job.name)
    return Runner(
        kind="Glue job",
        arn=stack.scope.arn("glue", f"job/{name}"),
        account=stack.scope.account,
        name=name,
        role_arn=role if role.startswith("arn:") else stack.scope.role_arn("/", role),
        stack=stack.name,
        urn=job.urn,
        source=stack.scope.bucket_arn(found[1], found[2]) if found else None,
    )
