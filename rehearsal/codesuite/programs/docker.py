"""A stand-in for the docker program: pulls, builds, inspects, signs in and pushes, without a container engine.

It reads a Dockerfile strictly and refuses what it does not know; RUN lines are noted and not run. The files that COPY
takes from the context become one layer of a real OCI image, so that the digest changes with any of them. A push goes
through ECR's own operations as the build's role (Amazon ECR User Guide, "Pushing a Docker image").
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import importlib
import io
import json
import os
import re
import shlex
import socket
import sys
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

# https://github.com/opencontainers/image-spec/blob/main/manifest.md
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
NO_DAEMON = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?"
_STATE = Path(os.environ.get("HOME", "/root")) / ".docker-stand-in"
_INSTRUCTIONS = ("ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "LABEL", "RUN", "USER", "WORKDIR")
_REGISTRY = re.compile(r"(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?")
_FORMAT = "{{index .RepoDigests 0}}"


class DockerError(Exception):
    """What docker would say before it ends with status 1."""


@dataclass(frozen=True)
class Instruction:
    """One instruction of a Dockerfile."""

    line: int
    name: str
    text: str


@dataclass
class OciImage:
    """A manifest and its digest, and the blobs that it names."""

    manifest: str
    digest: str
    blobs: tuple[bytes, ...] = field(default=(), repr=False)


# ---- Dockerfile


def instructions(text: str) -> list[Instruction]:
    """The instructions of a Dockerfile. Raises DockerError for one that is not known here."""
    found, pending, start = [], "", 0
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        start = start if pending else number
        pending += line.removesuffix("\\") + (" " if line.endswith("\\") else "")
        if line.endswith("\\"):
            continue
        name, _, rest = pending.partition(" ")
        if name.upper() not in _INSTRUCTIONS:
            raise DockerError(f"Dockerfile:{start}: unknown instruction: {name}")
        found.append(Instruction(start, name.upper(), rest.strip()))
        pending = ""
    if pending:
        raise DockerError(f"Dockerfile:{start}: the last line goes on and nothing follows")
    return found


def build(context: Path, arguments: Mapping[str, str], pulled: Mapping[str, str]) -> OciImage:
    """Build the context's Dockerfile. `pulled` maps images to digests. Raises DockerError."""
    dockerfile = context / "Dockerfile"
    if not dockerfile.is_file():
        raise DockerError("failed to read dockerfile: open Dockerfile: no such file or directory")
    known: dict[str, str] = {}
    stages: list[dict[str, bytes]] = []
    names: dict[str, int] = {}
    history = []
    for each in instructions(dockerfile.read_text(encoding="utf-8")):
        if each.name == "ARG":
            name, _, default = each.text.partition("=")
            known[name] = arguments.get(name, default)
        elif each.name == "FROM":
            stages.append({})
            words = _filled(each.text, known).split()
            _base(each, words[0], pulled)
            if len(words) == 3 and words[1].upper() == "AS":
                names[words[2]] = len(stages) - 1
        elif not stages:
            raise DockerError(f"Dockerfile:{each.line}: no build stage in current context: begin with FROM")
        elif each.name == "COPY":
            _copy(each, context, stages, names)
        history.append({"created_by": f"{each.name} {each.text}"})
    unused = sorted(set(arguments) - set(known))
    if unused:
        raise DockerError(f"one or more build-args {unused} were not consumed: the Dockerfile has no such ARG")
    if not stages:
        raise DockerError("the Dockerfile cannot be empty")
    return _image(stages[-1], history)


def _filled(text: str, known: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        if not known.get(name):
            raise DockerError(f"base name ({text}) should not be blank: ARG {name} has no value")
        return known[name]

    return re.sub(r"\$\{(\w+)\}|\$(\w+)", value, text)


def _base(each: Instruction, name: str, pulled: Mapping[str, str]) -> None:
    repository, _, digest = name.partition("@")
    if digest and digest not in pulled.values():
        raise DockerError(f"Dockerfile:{each.line}: {name}: not found")
    if not digest:
        pull(repository)


def _copy(each: Instruction, context: Path, stages: list[dict[str, bytes]], names: Mapping[str, int]) -> None:
    words = shlex.split(each.text)
    flags = dict(word.removeprefix("--").partition("=")[::2] for word in words if word.startswith("--"))
    unknown = sorted(set(flags) - {"from", "chmod", "chown"})
    *sources, target = [word for word in words if not word.startswith("--")]
    if unknown or not sources:
        raise DockerError(f"Dockerfile:{each.line}: COPY {each.text}: {unknown or 'names nothing to copy'}")
    if "from" in flags:
        if flags["from"] not in names:
            raise DockerError(f"Dockerfile:{each.line}: COPY --from={flags['from']}: no such stage")
        return
    for source in sources:
        path = (context / source).resolve()
        if not path.is_relative_to(context.resolve()) or not path.exists():
            raise DockerError(f'Dockerfile:{each.line}: failed to compute cache key: "/{source}": not found')
        inside = sorted(item for item in path.rglob("*") if item.is_file()) if path.is_dir() else [path]
        for item in inside:
            below = item.relative_to(path).as_posix() if path.is_dir() else ""
            end = below or (item.name if target.endswith("/") else "")
            stages[-1]["/".join(filter(None, (target.strip("/"), end)))] = item.read_bytes()


def _image(files: Mapping[str, bytes], history: Sequence[Mapping[str, str]]) -> OciImage:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in sorted(files.items()):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    plain = buffer.getvalue()
    layer = gzip.compress(plain, mtime=0)
    rootfs = {"type": "layers", "diff_ids": [_digest(plain)]}
    stated = {"architecture": "amd64", "os": "linux", "rootfs": rootfs, "history": list(history)}
    config = json.dumps(stated, sort_keys=True).encode()
    described = {"config": _descriptor(CONFIG, config), "layers": [_descriptor(LAYER, layer)]}
    manifest = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, **described}, sort_keys=True)
    return OciImage(manifest, _digest(manifest.encode()), (config, layer))


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _descriptor(media_type: str, content: bytes) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": _digest(content), "size": len(content)}


# ---- commands


def pull(image: str) -> str:
    """Reach the image's registry and note its digest, which stands for the one that the registry would give."""
    host = image.partition("/")[0] if "." in image.partition("/")[0] else "registry-1.docker.io"
    _reach(host)
    state = _read()
    state["pulled"][image.partition("@")[0]] = _digest(image.encode())
    _write(state)
    return image


def _reach(host: str) -> None:
    """Ask the build's proxy for the host: what the network refuses cannot be pulled."""
    proxy = urlsplit(os.environ.get("HTTPS_PROXY", ""))
    if not proxy.hostname:
        return
    secret = base64.b64encode(f"{proxy.username}:{proxy.password}".encode()).decode()
    with socket.create_connection((proxy.hostname, proxy.port or 80), timeout=30) as connection:
        head = f"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\nProxy-Authorization: Basic {secret}\r\n\r\n"
        connection.sendall(head.encode())
        status = connection.recv(4096).split(b" ")[1:2]
    if status == [b"403"]:
        raise DockerError(f"Error response from daemon: Get https://{host}/v2/: the network does not reach {host}")


def login(arguments: Sequence[str]) -> str:
    """`docker login --username AWS --password-stdin REGISTRY`."""
    options, (registry,) = _options(arguments, {"--username"}, {"--password-stdin"})
    password = sys.stdin.read().strip()
    if options.get("--username") != "AWS" or not _REGISTRY.fullmatch(registry) or not password:
        raise DockerError(
            f"Error response from daemon: login attempt to https://{registry}/v2/ failed: 400 Bad Request"
        )
    state = _read()
    state["signed_in"][registry] = password
    _write(state)
    return "Login Succeeded"


def build_command(arguments: Sequence[str]) -> str:
    """`docker build --build-arg NAME=VALUE --tag IMAGE CONTEXT`."""
    options, (context,) = _options(arguments, {"--build-arg", "--tag"}, set())
    values = [options["--build-arg"]] if "--build-arg" in options else []
    given = dict(value.partition("=")[::2] for value in values)
    state = _read()
    image = build(Path(context), given, state["pulled"])
    blobs = [base64.b64encode(blob).decode() for blob in image.blobs]
    state = _read()
    state["built"][options["--tag"]] = {"manifest": image.manifest, "digest": image.digest, "blobs": blobs}
    _write(state)
    return image.digest


def push(arguments: Sequence[str]) -> str:
    """`docker push --quiet IMAGE`, by ECR's operations."""
    _, (image,) = _options(arguments, set(), {"--quiet"})
    state = _read()
    built = state["built"].get(image)
    registry, _, path = image.partition("/")
    repository, _, tag = path.partition(":")
    match = _REGISTRY.fullmatch(registry)
    if built is None:
        raise DockerError(f"An image does not exist locally with the tag: {image}")
    if match is None or registry not in state["signed_in"]:
        raise DockerError("denied: Your authorization token has expired. Reauthenticate and try again.")
    # The AWS CLI brings its own botocore.
    session = importlib.import_module("awscli.botocore.session")
    exceptions = importlib.import_module("awscli.botocore.exceptions")
    client = session.Session().create_client("ecr", region_name=match[2])
    try:
        for blob in map(base64.b64decode, built["blobs"]):
            _upload(client, repository, blob)
        client.put_image(
            repositoryName=repository,
            imageManifest=built["manifest"],
            imageManifestMediaType=MANIFEST,
            imageDigest=built["digest"],
            imageTag=tag,
        )
    except exceptions.ClientError as error:
        raise DockerError(f"denied: {error}") from None
    built["pushed"] = f"{registry}/{repository}@{built['digest']}"
    _write(state)
    return image


def _upload(client: Any, repository: str, blob: bytes) -> None:
    asked = client.batch_check_layer_availability(repositoryName=repository, layerDigests=[_digest(blob)])
    if any(layer["layerAvailability"] == "AVAILABLE" for layer in asked["layers"]):
        return
    upload = client.initiate_layer_upload(repositoryName=repository)["uploadId"]
    client.upload_layer_part(
        repositoryName=repository, uploadId=upload, partFirstByte=0, partLastByte=len(blob) - 1, layerPartBlob=blob
    )
    client.complete_layer_upload(repositoryName=repository, uploadId=upload, layerDigests=[_digest(blob)])


def inspect(arguments: Sequence[str]) -> str:
    """`docker image inspect --format '{{index .RepoDigests 0}}' IMAGE`."""
    if arguments[:1] != ["inspect"]:
        raise DockerError(f"docker image {' '.join(arguments)}: known here: inspect")
    options, (image,) = _options(arguments[1:], {"--format"}, set())
    state = _read()
    pushed = state["built"].get(image, {}).get("pushed")
    digest = state["pulled"].get(image)
    if options.get("--format") != _FORMAT or not (pushed or digest):
        raise DockerError(f"Error: no such image, or no digest of it yet: {image}; known format: {_FORMAT}")
    return str(pushed or f"{image.rpartition(':')[0]}@{digest}")


def _options(arguments: Sequence[str], valued: set[str], plain: set[str]) -> tuple[dict[str, str], list[str]]:
    """Options and operands. Raises DockerError for what is not known here."""
    options: dict[str, str] = {}
    operands, left = [], list(arguments)
    while left:
        word = left.pop(0)
        if word in valued and left:
            options[word] = left.pop(0)
        elif word in plain:
            options[word] = ""
        elif word.startswith("-"):
            raise DockerError(f"unknown flag: {word}; known here: {', '.join(sorted(valued | plain))}")
        else:
            operands.append(word)
    if len(operands) != 1:
        raise DockerError(f"requires exactly 1 argument, got {len(operands)}: {' '.join(operands)}")
    return options, operands


def _read() -> dict[str, Any]:
    if _STATE.exists():
        return dict(json.loads(_STATE.read_text(encoding="utf-8")))
    return {"pulled": {}, "built": {}, "signed_in": {}}


def _write(state: Mapping[str, Any]) -> None:
    _STATE.write_text(json.dumps(state), encoding="utf-8")


def main() -> int:
    """Run one command; the process's exit status."""
    command, arguments = (sys.argv[1] if len(sys.argv) > 1 else ""), sys.argv[2:]
    try:
        if os.environ.get("DOCKER_DAEMON") != "on":
            raise DockerError(NO_DAEMON)
        if command == "pull":
            print(pull(_options(arguments, set(), {"--quiet"})[1][0]))
            return 0
        commands = {"build": build_command, "image": inspect, "login": login, "push": push}
        if command not in commands:
            raise DockerError(f"docker: '{command}' is not run here; known: pull, {', '.join(sorted(commands))}")
        print(commands[command](arguments))
    except DockerError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
