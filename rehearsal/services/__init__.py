"""The AWS services of the rehearsal, one module each (a package where one file would be long), found by themselves.

To add a resource type, write `rehearsal/services/<service>.py`, or add to the one that is there:

1. a `ResourceType`: its Pulumi token, the API calls that create, read, update and delete it, and a `Sample`;
2. in `operations`: the IAM actions that each of these API operations requires (Service Authorization Reference);
3. where moto lacks something: a function `patch(patches)` that imports moto's service inside and changes it;
4. `SERVICE = AwsService(name=…, …)`, with the name of botocore's model.

In a package, each further module may have such a `PART = AwsService(…)` of the same name, which is added to `SERVICE`;
a module whose name ends in `patches` is loaded only when the service is first used.

Nothing else: no list is to be extended. `python -m rehearsal.lifecycle --only <name>` creates, reads, updates and
deletes the samples; `tests/rehearsal/services` does the same for all. A property that no call carries, an operation
without rights and a type without a module are refused with the file to edit.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import ModuleType

from rehearsal.service_model.data_source import CloudControlType, DataSourceFunction
from rehearsal.service_model.required_action import ApiRequest, RequiredAction, Right
from rehearsal.service_model.resource_type import FunctionInvocation, ResourceType
from rehearsal.service_model.service import AwsService


@cache
def services() -> Mapping[str, AwsService]:
    """Every service, by the name of its model in botocore."""
    found = [_service(import_module(f"{__name__}.{module.name}")) for module in pkgutil.iter_modules(__path__)]
    return {service.name: service for service in found}


def _service(module: ModuleType) -> AwsService:
    """A module's service, with the parts of its package."""
    service: AwsService = module.SERVICE
    for inner in pkgutil.iter_modules(getattr(module, "__path__", ())):
        if not inner.name.endswith("patches"):
            part = getattr(import_module(f"{module.__name__}.{inner.name}"), "PART", None)
            service = service.with_part(part) if part else service
    return service


@cache
def module_path(service: str) -> str:
    """The file, or folder, of a service's module; where it belongs if there is none."""
    for module in pkgutil.iter_modules(__path__):
        if import_module(f"{__name__}.{module.name}").SERVICE.name == service:
            return f"rehearsal/services/{module.name}{'/' if module.ispkg else '.py'}"
    return f"rehearsal/services/{service.replace('-', '_')}.py"


@cache
def resource_types() -> Mapping[str, ResourceType]:
    """Every resource type, by Pulumi's token."""
    return {each.type: each for service in services().values() for each in service.resource_types}


@cache
def invocations() -> Mapping[str, FunctionInvocation]:
    """Every type that calls a function, by Pulumi's token."""
    return {each.type: each for service in services().values() for each in service.invocations}


@cache
def data_sources() -> Mapping[str, tuple[str, DataSourceFunction]]:
    """Every data source with its service, by Pulumi's token."""
    return {
        token: (service.name, source)
        for service in services().values()
        for token, source in service.data_sources.items()
    }


@cache
def cloud_control_types() -> Mapping[str, tuple[str, CloudControlType]]:
    """Every type that Cloud Control answers for, with its service, by CloudFormation's name."""
    return {
        name: (service.name, each)
        for service in services().values()
        for name, each in service.cloud_control_types.items()
    }


def name_property(token: str) -> str | None:
    """The property that holds a type's physical name, "" where it has none; None for a type that no module has."""
    if token in invocations():
        return ""
    return resource_types()[token].name if token in resource_types() else None


def rights_of(request: ApiRequest) -> tuple[Right, ...] | None:
    """What the caller must be allowed, without repetitions; None where no module has the operation."""
    service = services().get(request.service)
    required = service.operations.get(request.operation) if service else None
    if required is None:
        return None
    found: list[Right] = []
    for each in required:
        for right in each.rights(request) if isinstance(each, RequiredAction) else each(request):
            if right not in found:
                found.append(right)
    return tuple(found)
