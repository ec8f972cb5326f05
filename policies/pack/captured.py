"""Resources of stacks that were already built: what the rehearsal captured, or what `pulumi stack export` writes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from policies.json_files import NotText, json_text
from policies.pack.model import UNKNOWN, StackResource

# Pulumi's own signatures (sdk/python: pulumi/runtime/rpc.py; unknowns: pulumi_policy/proxy.py).
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 (a signature, not a secret)
_UNKNOWNS = frozenset(
    {
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)


_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
# The name in Pulumi.yaml, which every URN of the program carries.
PROJECT = "mlops-platform"


class BadFile(Exception):
    """A file that holds no captured resources. The message says what is expected and what to do."""


@dataclass(frozen=True)
class CapturedStack:
    """One stack's resources twice: with their inputs alone, and with outputs and id as well.

    `exported` tells the export of one stack from a capture of all stacks. `unfinished` are operations that an update
    began and did not end, each in a few words: nobody knows what AWS has of them.
    """

    stack: str
    inputs: tuple[StackResource, ...]
    with_outputs: tuple[StackResource, ...]
    exported: bool = False
    unfinished: tuple[str, ...] = ()


def read(path: Path, *, of_any_program: bool = False) -> list[CapturedStack]:
    """The stacks of a file, in their order there.

    Raises `BadFile`, also for the stacks of another program unless those of any are wanted.
    """
    records, exported, unfinished = _records(path)
    if not of_any_program:
        _refuse_other_programs(path, records)
    stacks: dict[str, list[Mapping[str, Any]]] = {}
    for record in records:
        stacks.setdefault(record["stack"], []).append(record)
    return [
        CapturedStack(
            stack,
            tuple(_resource(record, False) for record in found),
            tuple(_resource(record, True) for record in found),
            exported,
            unfinished,
        )
        for stack, found in stacks.items()
    ]


def _records(path: Path) -> tuple[list[Mapping[str, Any]], bool, tuple[str, ...]]:
    expected = "expected build/rehearsal/resources.json or the output of `pulumi stack export`"
    try:
        text = json_text(path)
        content = json.loads(text)
        if _SURROGATE.search(text):
            # Half of a pair: JSON can escape it, and no encoding of text has it.
            json.dumps(content, ensure_ascii=False).encode()
    except OSError as error:
        raise BadFile(f"{path}: {error.strerror}; {expected}") from error
    except NotText as error:
        raise BadFile(f"{path}: {error}; {expected}") from error
    except UnicodeEncodeError as error:
        raise BadFile(f"{path}: holds half a character ({error.reason}); {expected}") from error
    except ValueError as error:
        # Of JSON, and of numbers with thousands of digits.
        raise BadFile(f"{path}: not JSON ({error}); {expected}") from error
    except RecursionError as error:
        raise BadFile(f"{path}: is nested too deeply to hold resources; {expected}") from error
    found, pending = content, None
    exported = isinstance(content, Mapping)
    if exported:
        deployment = content.get("deployment")
        found = deployment.get("resources") if isinstance(deployment, Mapping) else None
        pending = deployment.get("pending_operations") if isinstance(deployment, Mapping) else None
    if not isinstance(found, list) or not found:
        raise BadFile(f"{path}: holds no resources; {expected}")
    # A resource that waits to be deleted after its replacement is no longer the program's.
    return (
        [_record(record, path, number) for number, record in enumerate(found) if not _awaits_deletion(record)],
        exported,
        tuple(map(_operation, pending if isinstance(pending, list) else ())),
    )


def _operation(operation: object) -> str:
    """An operation that was begun. Source: Pulumi, sdk/go/common/apitype, OperationV2."""
    begun = operation if isinstance(operation, Mapping) else {}
    resource = begun.get("resource")
    urn = resource.get("urn") if isinstance(resource, Mapping) else None
    return f"{urn or 'a resource'}: {begun.get('type') or 'an operation'} of it never ended"


def _awaits_deletion(record: object) -> bool:
    return isinstance(record, Mapping) and bool(record.get("delete"))


def _record(record: object, path: Path, number: int) -> Mapping[str, Any]:
    if (
        not isinstance(record, Mapping)
        or not isinstance(record.get("urn"), str)
        or not isinstance(record.get("type"), str)
    ):
        raise BadFile(f"{path}: resource {number} has no urn and type; write the file again")
    for part in ("inputs", "outputs", "options"):
        if not isinstance(record.get(part) or {}, Mapping):
            raise BadFile(f"{path}: {part} of resource {record['urn']} must be an object; write the file again")
    # urn:pulumi:<stack>::<project>::<types>::<name>
    parts = record["urn"].split("::")
    if len(parts) < 4:
        raise BadFile(
            f"{path}: resource {number} has the urn {record['urn'][:200]!r}, which is none; write the file again"
        )
    return {
        **record,
        "stack": record.get("stack") or parts[0].rpartition(":")[2],
        "name": record.get("name") or parts[-1],
    }


def _refuse_other_programs(path: Path, records: Sequence[Mapping[str, Any]]) -> None:
    for record in records:
        project = [*record["urn"].split("::"), ""][1]
        if project != PROJECT:
            raise BadFile(
                f"{path}: holds stacks of the project {project!r}, expected {PROJECT!r}; give an export of this one, "
                "or an inventory with that one's (docs/tasks/inventory.md)"
            )


def _resource(record: Mapping[str, Any], outputs: bool) -> StackResource:
    options = record.get("options") or {}
    known = {**(record.get("outputs") or {}), **(record.get("inputs") or {})} if outputs else record.get("inputs") or {}
    if outputs and record.get("id"):
        known["id"] = record["id"]
    hidden = set(options.get("secrets") or ())
    property_dependencies = options.get("propertyDependencies") or record.get("propertyDependencies") or {}
    return StackResource(
        type=record["type"],
        name=record["name"],
        urn=record["urn"],
        props={key: UNKNOWN if key in hidden else _without_secrets(value) for key, value in known.items()},
        opts={**options, "parent": record.get("parent"), "provider": record.get("provider")},
        property_dependencies={key: _sequence(urns) for key, urns in property_dependencies.items()},
        custom=record.get("custom") is not False,
        changed=_changed(record.get("inputs") or {}, record.get("outputs") or {}) if outputs else (),
    )


def _changed(inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> Sequence[str]:
    """Properties whose output is another value than their input: somebody changed it besides the program."""
    both = ((key, _without_secrets(inputs[key]), _without_secrets(outputs[key])) for key in inputs if key in outputs)
    known = ((key, given, found) for key, given, found in both if UNKNOWN not in (given, found))
    return tuple(key for key, given, found in known if given != found and _meaning(given) != _meaning(found))


def _meaning(value: Any) -> Any:
    """A value without what providers write in other ways: JSON as text, the order of lists, lists of one."""
    if isinstance(value, str):
        try:
            content = json.loads(value)
        except (ValueError, RecursionError):
            return value
        return _meaning(content) if isinstance(content, Mapping | list) else value
    if isinstance(value, Mapping):
        return {key: _meaning(item) for key, item in value.items() if item not in (None, "", [], {})}
    if isinstance(value, list):
        items = sorted((_meaning(item) for item in value), key=repr)
        return items[0] if len(items) == 1 else items
    return value


def _sequence(value: object) -> Sequence[str]:
    return tuple(value) if isinstance(value, list | tuple) else ()


def _without_secrets(value: Any) -> Any:
    if isinstance(value, Mapping):
        if value.get(_SIGNATURE) == _SECRET:
            return UNKNOWN
        return {key: _without_secrets(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_secrets(item) for item in value]
    return UNKNOWN if isinstance(value, str) and value in _UNKNOWNS else value
