"""The build that makes the model image, has it scanned, and pins it by digest where projects read it."""

from __future__ import annotations

from pathlib import Path

from components.build_project import specification

PYTHON = "3.11"
# Docker's official image from AWS's own registry, which limits no pulls by address (Amazon ECR Public User Guide).
BASE = "public.ecr.aws/docker/library/python:3.11-slim-bookworm"
_SCRIPT = Path(__file__).with_name("image_scan.py")
_DIGEST = "docker image inspect --format '{{index .RepoDigests 0}}'"
# How long a scan may take after the push.
SCAN_SECONDS = 1200


def model_image_specification() -> str:
    """Its build specification. Variables: REPOSITORY_URL, VERSION, BASE, and PIN, an s3:// address.

    Its commands share one shell, so that a later one knows what an earlier one found (AWS CodeBuild User Guide, "Shells
    and commands in build environments"). The digest is pinned last: an image with findings is pushed and never used.
    """
    script = _SCRIPT.read_text(encoding="utf-8")
    return specification(
        PYTHON,
        [
            'docker pull --quiet "$BASE"',
            f'base="$({_DIGEST} "$BASE")"',
            # Numbers begin again with a project that is made again, and tags are never moved.
            'build="${CODEBUILD_BUILD_ID##*:}"',
            'image="$REPOSITORY_URL:$VERSION-$CODEBUILD_BUILD_NUMBER-${build%%-*}"',
            'docker build --build-arg "BASE=$base" --tag "$image" .',
            'aws ecr get-login-password | docker login --username AWS --password-stdin "${REPOSITORY_URL%%/*}"',
            'docker push --quiet "$image"',
            f'export pinned="$({_DIGEST} "$image")"',
            f"cat > \"$HOME/image_scan.py\" <<'END_OF_SCRIPT'\n{script}END_OF_SCRIPT",
            'python3 -I "$HOME/image_scan.py" scan-exemptions.toml '
            f'"${{REPOSITORY_URL#*/}}" "${{pinned#*@}}" {SCAN_SECONDS}',
            'printf %s "$pinned" > "$HOME/uri"',
            'aws s3 cp --only-show-errors "$HOME/uri" "$PIN"',
        ],
        exported=["pinned"],
    )
