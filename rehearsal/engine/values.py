"""Property values between Pulumi's wire form and plain Python: secrets unwrapped, assets as values of their own.

The signatures are those of Pulumi's SDK (`pulumi/runtime/rpc.py`).
"""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from google.protobuf import json_format, struct_pb2
from pulumi.runtime import rpc

_SIG = rpc._special_sig_key
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Asset:
    """A file, text or archive that a program hands over. Two assets are equal when their contents are."""

    kind: str
    digest: str
    content: bytes = field(repr=False, compare=False)
    wire: Mapping[str, Any] = field(repr=False, compare=False)

    @property
    def base64_digest(self) -> str:
        """SHA-256 as Lambda gives it."""
        return base64.b64encode(hashlib.sha256(self.content).digest()).decode()


@dataclass(frozen=True)
class Plain:
    """Decoded properties, and the names of those at the top that hold a secret anywhere inside."""

    values: dict[str, Any]
    secrets: frozenset[str]


def decode(struct: struct_pb2.Struct) -> Plain:
    """Plain values of a message's properties; absent and null are the same."""
    values: dict[str, Any] = {}
    secrets: set[str] = set()
    for name, wire in struct.fields.items():
        found: list[bool] = []
        value = _plain(wire, found)
        if value is not None and not name.startswith("__"):
            values[name] = value
            if found:
                secrets.add(name)
    return Plain(values, frozenset(secrets))


def encode(values: Mapping[str, Any], secrets: Iterable[str] = ()) -> struct_pb2.Struct:
    """The wire form; properties named in `secrets` are marked as such."""
    hidden = set(secrets)
    wire: dict[str, Any] = {}
    for name, value in values.items():
        plain = _wire(value)
        wire[name] = {_SIG: rpc._special_secret_sig, "value": plain} if name in hidden else plain
    struct = struct_pb2.Struct()
    struct.update(wire)
    return struct


def shown(value: Any) -> Any:
    """A value as it may be written to a file: assets by their hash."""
    if isinstance(value, Asset):
        return {value.kind: f"sha256:{value.digest}"}
    if isinstance(value, Mapping):
        return {k: shown(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [shown(v) for v in value]
    return value


def _plain(wire: struct_pb2.Value, found: list[bool]) -> Any:
    kind = wire.WhichOneof("kind")
    if kind == "number_value":
        return int(wire.number_value) if wire.number_value.is_integer() else wire.number_value
    if kind == "list_value":
        return [_plain(v, found) for v in wire.list_value.values]
    if kind == "struct_value":
        return _plain_struct(wire.struct_value, found)
    return getattr(wire, kind) if kind in ("string_value", "bool_value") else None


def _plain_struct(struct: struct_pb2.Struct, found: list[bool]) -> Any:
    fields = struct.fields
    signature = fields[_SIG].string_value if _SIG in fields else ""
    if signature == rpc._special_secret_sig:
        found.append(True)
        return _plain(fields["value"], found)
    if signature in (rpc._special_asset_sig, rpc._special_archive_sig):
        return _asset(rpc.deserialize_properties(struct), struct)
    if signature == rpc._special_resource_sig:
        return fields["id"].string_value if "id" in fields else fields["urn"].string_value
    inner = {k: _plain(v, found) for k, v in fields.items()}
    return {k: v for k, v in inner.items() if v is not None}


def _wire(value: Any) -> Any:
    if isinstance(value, Asset):
        return dict(value.wire)
    if isinstance(value, Mapping):
        return {k: _wire(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_wire(v) for v in value]
    if isinstance(value, (str, bool, int, float)) or value is None:
        return value
    return str(value)


def _asset(asset: Any, struct: struct_pb2.Struct) -> Asset:
    kind = "archive" if "Archive" in type(asset).__name__ else "asset"
    content = archive_bytes(asset) if kind == "archive" else asset_bytes(asset)
    return Asset(kind, hashlib.sha256(content).hexdigest(), content, json_format.MessageToDict(struct))


def asset_bytes(asset: Any) -> bytes:
    """Contents of a Pulumi file or string asset."""
    if hasattr(asset, "text"):
        return str(asset.text).encode()
    if hasattr(asset, "path"):
        return Path(asset.path).read_bytes()
    raise ValueError("remote assets are not fetched: use pulumi.FileAsset or pulumi.StringAsset")


def archive_bytes(archive: Any) -> bytes:
    """A zip file of a Pulumi archive: the same bytes for the same contents."""
    if hasattr(archive, "path") and Path(archive.path).is_file():
        return Path(archive.path).read_bytes()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in sorted(_members(archive)):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.external_attr = 0o644 << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(info, content)
    return buffer.getvalue()


def _members(archive: Any) -> Iterator[tuple[str, bytes]]:
    if hasattr(archive, "assets"):
        for name, inner in archive.assets.items():
            if "Archive" in type(inner).__name__:
                yield from ((f"{name}/{path}", content) for path, content in _members(inner))
            else:
                yield name, asset_bytes(inner)
    elif hasattr(archive, "path"):
        root = Path(archive.path)
        for path in root.rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path.relative_to(root).as_posix(), path.read_bytes()
    else:
        raise ValueError("remote archives are not fetched: use pulumi.FileArchive or pulumi.AssetArchive")
