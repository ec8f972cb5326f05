"""Creates, reads, updates and deletes samples, and says for each service what was done and what failed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from rehearsal.aws.cloud import Cloud
from rehearsal.aws.recorder import Recorded
from rehearsal.engine import Engine, Resource, StackFailed
from rehearsal.engine.calls import method_of
from rehearsal.engine.provider import Provider
from rehearsal.lifecycle.samples import ACCOUNT, REGION, in_order, program, samples
from rehearsal.services import module_path, resource_types, services

STACK = "samples"
CONFIG = {"pulumi:disable-default-providers": '["aws"]'}


@dataclass(frozen=True)
class Failure:
    """What failed: `operation` is create, read, repeat, update, delete or authorize; `type` may be an API operation."""

    type: str
    operation: str
    reason: str


@dataclass
class Lifecycle:
    """Types by what was done to their sample, and what failed."""

    types: tuple[str, ...]
    created: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)
    updated: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    failures: list[Failure] = field(default_factory=list)
    # As they were created, by type.
    resources: dict[str, Resource] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """One line for each service, and one for each failure."""
        found = []
        for name in sorted({service_of(type_) for type_ in self.types}):
            own = {type_ for type_ in self.types if service_of(type_) == name}
            counts = [
                f"{len(own & done)} {verb}"
                for verb, done in (
                    ("created", self.created),
                    ("read", self.read),
                    ("updated", self.updated),
                    ("deleted", self.deleted),
                )
            ]
            found.append(f"{name:<20} {len(own):>2} types: {', '.join(counts)}")
        return found + [f"{failure.operation} {failure.type}: {failure.reason}" for failure in self.failures]


def service_of(type_: str) -> str:
    """The service of a type, by the name of botocore's model."""
    if type_ in resource_types():
        return resource_types()[type_].service
    return next(service.name for service in services().values() if type_ in {each.type for each in service.invocations})


def types_of(names: Iterable[str]) -> list[str]:
    """Resource types of services, of all where none is named. Raises KeyError for a service that no module has."""
    chosen = [services()[name] for name in names] or list(services().values())
    found = [each.type for service in chosen for each in service.resource_types]
    return found + [each.type for service in chosen for each in service.invocations]


def check(only: Iterable[str] = ()) -> Lifecycle:
    """The life of the samples of all services, or of those named and of what their samples refer to."""
    types = in_order(types_of(only))
    lifecycle = Lifecycle(tuple(types))
    with Cloud(REGION) as cloud:
        engine = Engine(cloud)
        _prepare(cloud, types)
        first = len(cloud.recorder.requests)
        try:
            _live(engine, lifecycle)
        finally:
            engine.close()
        _authorize(cloud.recorder.since(first), lifecycle)
    return lifecycle


def _prepare(cloud: Cloud, types: Iterable[str]) -> None:
    """What samples stand on that is no resource type, such as an organization."""
    for name in sorted({service_of(type_) for type_ in types}):
        prepare = services()[name].prepare_samples
        if prepare is not None:
            prepare(partial(_send, cloud.client(cloud.owner(ACCOUNT), name)))
        prepare_records = services()[name].prepare_records
        if prepare_records is not None:
            prepare_records(partial(cloud.records, ACCOUNT))


def _send(client: Any, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = getattr(client, method_of(client, operation))(**parameters)
    return answer


def _live(engine: Engine, lifecycle: Lifecycle) -> None:
    events: list[tuple[str, str]] = []

    def listen(event: str, resource: Resource) -> None:
        if resource.managed:
            events.append((event, resource.type))

    try:
        stack = engine.up(STACK, program(lifecycle.types), CONFIG, listen)
    except StackFailed as error:
        made = [type_ for event, type_ in events if event == "create"]
        failed = next((type_ for type_ in lifecycle.types if f"{type_}::" in str(error)), "")
        lifecycle.failures.append(Failure(failed, "create", str(error)))
        lifecycle.created |= set(made)
    else:
        lifecycle.created |= {type_ for event, type_ in events if event == "create"}
        lifecycle.resources = {each.type: each for each in stack.resources.values() if each.managed}
        _read(engine, lifecycle, "read")
        _repeat(engine, lifecycle)
        _update(engine, lifecycle)
    _delete(engine, lifecycle)


def _read(engine: Engine, lifecycle: Lifecycle, operation: str) -> None:
    """Find everything as it was asked for."""
    lost = {missing.urn.split("::")[-2].split("$")[-1]: missing.reason for missing in engine.refresh(STACK)}
    lifecycle.failures += [Failure(type_, operation, reason) for type_, reason in lost.items()]
    lifecycle.read |= set(lifecycle.types) - lost.keys()


def _repeat(engine: Engine, lifecycle: Lifecycle) -> None:
    """The same program again changes nothing."""
    with engine.cloud.recorder.during("repeat") as first:
        engine.up(STACK, program(lifecycle.types), CONFIG)
    for line in engine.cloud.recorder.since(first, lambda line: line.writes):
        lifecycle.failures.append(
            Failure(f"{line.service}:{line.operation}", "repeat", "the same inputs were sent again")
        )


def _update(engine: Engine, lifecycle: Lifecycle) -> None:
    """Change what samples say can be changed in place; everything else stays as it is."""
    events: dict[str, str] = {}

    def listen(event: str, resource: Resource) -> None:
        if resource.managed:
            events[resource.type] = event

    try:
        engine.up(STACK, program(lifecycle.types, updated=True), CONFIG, listen)
    except StackFailed as error:
        failed = next((type_ for type_ in lifecycle.types if f"{type_}::" in str(error)), "")
        lifecycle.failures.append(Failure(failed, "update", str(error)))
        return
    for type_ in lifecycle.types:
        expected = "update" if samples()[type_].update else "same"
        if events.get(type_) == expected:
            lifecycle.updated |= {type_} if expected == "update" else set()
        elif expected == "update" or events.get(type_) == "replace":
            lifecycle.failures.append(Failure(type_, "update", f"it was a {events.get(type_)}, not an {expected}"))
    _read(engine, lifecycle, "update")


def _delete(engine: Engine, lifecycle: Lifecycle) -> None:
    """Delete everything, dependents first, and look for what is left."""
    deleted: set[str] = set()

    def listen(event: str, resource: Resource) -> None:
        if event == "delete" and resource.managed:
            deleted.add(resource.type)
            clean = samples()[resource.type].clean
            if clean is not None:
                clean(partial(engine.cloud.client, engine.cloud.owner(ACCOUNT)))

    if STACK not in engine.stacks:
        return
    try:
        engine.destroy(STACK, listen)
    except StackFailed as error:
        failed = next((type_ for type_ in lifecycle.types if f"{type_}::" in str(error)), "")
        lifecycle.failures.append(Failure(failed, "delete", str(error)))
    provider = Provider(engine.clients)
    for type_ in deleted:
        left = provider.read(lifecycle.resources[type_]) if type_ in lifecycle.resources else None
        if left is not None and not (type_ in resource_types() and resource_types()[type_].stays):
            lifecycle.failures.append(Failure(type_, "delete", "it is still found"))
        else:
            lifecycle.deleted.add(type_)


def _authorize(requests: Iterable[Recorded], lifecycle: Lifecycle) -> None:
    """Every operation that was called has its required actions."""
    unknown = {(line.service, line.operation) for line in requests if line.rights is None}
    for service, operation in sorted(unknown):
        reason = f"say in `operations` of {module_path(service)} which actions {operation} requires"
        lifecycle.failures.append(Failure(f"{service}:{operation}", "authorize", reason))
