"""What builds find on this machine: a stand-in for CodeBuild's image, with Python, pip and the AWS CLI and no more.

Packages a build installs itself, and gets them as the network lets it: nothing is lent, no cache is shared.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rehearsal.aws.processes import REPOSITORY
from rehearsal.codesuite.programs import docker
from rehearsal.service_model.aws_behavior import aws_behavior

_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_IMAGE = REPOSITORY / "build" / "build-image"
# The AWS CLI is in every image (AWS CodeBuild User Guide, "Docker images provided by CodeBuild").
_CONTENT = ("pip==26.3", "awscli==1.46.3")
_RUN = "#!{python}\nimport sys\nfrom {module} import main\nsys.exit(main())\n"
_PROGRAMS = {
    "pip": "pip._internal.cli.main",
    "pip3": "pip._internal.cli.main",
    "aws": "awscli.clidriver",
    "docker": "docker_stand_in",
}
# One request for each object: the in-memory S3 reads a whole object for each part of it that is asked for.
_AWS_CONFIG = "[default]\ns3 =\n  multipart_threshold = 4GB\n  multipart_chunksize = 4GB\n"
# What each image's runtime-versions may name: aws/aws-codebuild-docker-images, runtimes.yml of the image. CodeBuild
# downloads other versions from the language's own site, which a VPC without NAT does not reach.
RUNTIMES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "aws/codebuild/amazonlinux-x86_64-standard:6.0": {"python": ("3.10", "3.11", "3.12", "3.13", "3.14")},
    "aws/codebuild/amazonlinux-x86_64-standard:5.0": {"python": ("3.9", "3.10", "3.11", "3.12", "3.13", "3.14")},
}


class ImageNotReady(Exception):
    """The stand-in for CodeBuild's image cannot be made on this machine."""


@dataclass(frozen=True, kw_only=True)
class BuildEnvironment:
    """`programs` are folders whose programs builds find before all others."""

    programs: tuple[Path, ...] = ()

    def environment(self, home: Path, *, privileged: bool = False) -> dict[str, str]:
        """A clean environment for a build whose home is `home`. Raises ImageNotReady."""
        folders = [*self.programs, _container(home)]
        config = home / "aws-config"
        config.write_text(_AWS_CONFIG, encoding="utf-8")
        temporary = home / "tmp"
        temporary.mkdir(exist_ok=True)
        return {
            "PATH": ":".join([*map(str, folders), _SYSTEM_PATH]),
            "HOME": str(home),
            # A build's container is gone with all that it left; here its folder is.
            "TMPDIR": str(temporary),
            "LANG": "C.UTF-8",
            "PYTHONUNBUFFERED": "1",
            # Beside the source, of which outputs are made.
            "PYTHONPYCACHEPREFIX": str(home / "pycache"),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "AWS_CONFIG_FILE": str(config),
            "DOCKER_DAEMON": docker_daemon(privileged),
            "UV_PYTHON_DOWNLOADS": "never",
            "UV_NO_PROGRESS": "1",
            # What this network refuses it goes on refusing: a second try would only take longer.
            "PIP_RETRIES": "0",
            "UV_HTTP_RETRIES": "0",
        }


@aws_behavior('AWS CodeBuild User Guide, "Available runtimes"')
def runtime_fault(image: str, runtime: str, version: str) -> str | None:
    """An image has certain runtime versions and no others; gives what is wrong, None where nothing is."""
    known = RUNTIMES.get(image)
    if known is None:
        return f"nobody looked up which runtimes {image} has: add it to RUNTIMES in {Path(__file__).name}"
    allowed = known.get(runtime, ())
    if version in allowed:
        return None
    return f"Unknown runtime version named '{version}' of {runtime}. {image} has: {', '.join(allowed) or 'none'}"


@aws_behavior('AWS CodeBuild User Guide, "Docker sample for CodeBuild"')
def docker_daemon(privileged: bool) -> str:
    """A build has a Docker daemon only in privileged mode."""
    return "on" if privileged else "off"


def _container(home: Path) -> Path:
    """A build's own Python, with what the image holds; what the build installs goes into it and nowhere else."""
    made = home / "container"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(made)], check=True, capture_output=True)
    folder, python = made / "bin", made / "bin" / "python"
    library = next(made.glob("lib/python*/site-packages"))
    (library / "image.pth").write_text(f"{image()}\n", encoding="utf-8")
    shutil.copy2(Path(docker.__file__), library / "docker_stand_in.py")
    for name, module in _PROGRAMS.items():
        program = folder / name
        program.write_text(_RUN.format(python=python, module=module), encoding="utf-8")
        program.chmod(0o755)
    return folder


@cache
def image() -> Path:
    """The packages of the stand-in for CodeBuild's image, made once by this machine's pip. Raises ImageNotReady."""
    _IMAGE.parent.mkdir(parents=True, exist_ok=True)
    # By content and version of Python: an older checkout's image is another one.
    ready = _IMAGE / f"ready-{sys.version_info[0]}.{sys.version_info[1]}-{'-'.join(_CONTENT)}"
    with (_IMAGE.parent / "build-image.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            shutil.rmtree(_IMAGE, ignore_errors=True)
            program = _uv_program()
            install = [program, "pip", "install", "--quiet", "--python", sys.executable] if program else _pip()
            made = subprocess.run(
                [*install, "--target", str(_IMAGE / "packages"), *_CONTENT], capture_output=True, text=True, check=False
            )
            if made.returncode:
                raise ImageNotReady(
                    f"{', '.join(_CONTENT)} for builds cannot be installed: {made.stderr.strip()[-400:]}"
                )
            ready.touch()
    return _IMAGE / "packages"


def _pip() -> list[str]:
    return [sys.executable, "-m", "pip", "install", "--quiet"]


def _uv_program() -> str | None:
    """This machine's uv, or the one that `make setup` has installed; None where there is neither."""
    installed = REPOSITORY / ".tools" / "bin" / "uv"
    return shutil.which("uv") or (str(installed) if os.access(installed, os.X_OK) else None)
