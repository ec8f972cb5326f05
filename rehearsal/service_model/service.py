"""One AWS service as the rehearsal knows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rehearsal.service_model.data_source import CloudControlType, DataSourceFunction
from rehearsal.service_model.emulator import EmulatedOperation, ServiceRecords
from rehearsal.service_model.patches import Patches
from rehearsal.service_model.required_action import Operations, Right
from rehearsal.service_model.resource_type import FunctionInvocation, ResourceType, Send
from rehearsal.service_model.tagging import TagOperations

# Rights that a service uses for its caller: right, operation, key's ARN, ARN of what the key encrypts → rights.
EncryptionRights = Callable[[Right, str, str, str], Sequence[Right]]


@dataclass(frozen=True, kw_only=True)
class AwsService:
    """A service's resource types, rights, data sources and patches. `name` is that of botocore's model.

    - `operations`: API operation → the IAM actions that it requires. `encryption_rights`: what the service asks KMS
      for on the caller's behalf.
    - `patch`: completes moto; called before the service's first request, so that it may import moto's service.
    - `emulated`: operations that moto lacks and that only keep records.
    - `signing_name`: of signatures, where it is not the name. `vpc_endpoint`: of its interface endpoint likewise;
      None where requests from a VPC need none.
    - `names_source`: whether it sends aws:SourceArn and aws:SourceAccount when it assumes a role; a function where an
      assumption says so.
    - `resource_tags`: tags that the resource of a request carries, from its records and the request's parameters, where
      stacks do not tell them.
    - `prepare_samples`: what must be there before a sample of its types is created. `prepare_records`: likewise what
      people make in a console alone; it is given what finds the records of a region.
    """

    name: str
    operations: Operations
    resource_types: Sequence[ResourceType] = ()
    invocations: Sequence[FunctionInvocation] = ()
    data_sources: Mapping[str, DataSourceFunction] = field(default_factory=dict)
    cloud_control_types: Mapping[str, CloudControlType] = field(default_factory=dict)
    tagging: TagOperations | None = None
    encryption_rights: EncryptionRights | None = None
    patch: Callable[[Patches], None] | None = None
    emulated: Mapping[str, EmulatedOperation] = field(default_factory=dict)
    signing_name: str = ""
    vpc_endpoint: str | None = ""
    names_source: bool | Callable[[], bool] = True
    resource_tags: Callable[[ServiceRecords, Mapping[str, Any]], Mapping[str, str]] | None = None
    prepare_samples: Callable[[Send], Any] | None = None
    prepare_records: Callable[[Callable[[str], ServiceRecords]], Any] | None = None

    def __post_init__(self) -> None:
        """Tell each resource type its service."""
        object.__setattr__(
            self, "resource_types", tuple(replace(each, service=self.name) for each in self.resource_types)
        )

    @property
    def tells_its_source(self) -> bool:
        """What `names_source` says now."""
        return self.names_source() if callable(self.names_source) else self.names_source

    def with_part(self, part: AwsService) -> AwsService:
        """The service with what a further module of its package adds. Raises ValueError where both say one thing."""
        twice = {*self.operations} & {*part.operations} | {*self.emulated} & {*part.emulated}
        if twice or part.name != self.name:
            raise ValueError(f"a part of {self.name} is called {part.name!r}, or says again: {sorted(twice)}")
        patches = [each for each in (self.patch, part.patch) if each]

        def patch(changes: Patches) -> None:
            for each in patches:
                each(changes)

        return replace(
            self,
            operations={**self.operations, **part.operations},
            resource_types=(*self.resource_types, *part.resource_types),
            data_sources={**self.data_sources, **part.data_sources},
            emulated={**self.emulated, **part.emulated},
            patch=patch if patches else None,
        )
