"""Data sources of the Pulumi AWS provider: which API call answers, and which of its members are which properties."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jmespath

from rehearsal.service_model.resource_type import Send, Values


class DataSourceNotFound(Exception):
    """A data source's call found nothing. The message holds the arguments."""


# Answers a data source: sender of the service's operations, region, arguments → properties.
DataSourceFunction = Callable[[Send, str, Values], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class DataSource:
    """A data source of one call.

    `parameters` makes the call's parameters from the arguments; `path` is a JMESPath into its answer.
    `outputs`: property → JMESPath below `path`; `more_outputs` asks further; with `tagged` the tags are a map.
    """

    operation: str
    parameters: Callable[[Values], Values]
    path: str
    outputs: Mapping[str, str]
    more_outputs: Callable[[Send, Values], Values] = field(default=lambda *_: {})
    tagged: bool = False

    def __call__(self, send: Send, region: str, arguments: Values) -> dict[str, Any]:
        """The data source's properties. Raises DataSourceNotFound where there is no such thing."""
        del region  # a call is sent to the region that it is asked in
        found = jmespath.search(self.path, send(self.operation, self.parameters(arguments)))
        if found is None:
            raise DataSourceNotFound(f"no match for {dict(arguments)}")
        properties = {name: jmespath.search(path, found) for name, path in self.outputs.items()}
        properties |= self.more_outputs(send, arguments)
        if self.tagged:
            properties["tags"] = {tag["Key"]: tag["Value"] for tag in found.get("Tags") or []}
        return {name: value for name, value in properties.items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class CloudControlType:
    """A type as Cloud Control's GetResource shows it, from the service's own calls.

    `identifier` is the member of each call that takes the identifier; `properties`: CloudFormation property →
    operation and JMESPath into its answer. `unset_errors`: beginnings of the codes of a setting that was never made.
    """

    identifier: str
    properties: Mapping[str, tuple[str, str]]
    unset_errors: tuple[str, ...] = ()
