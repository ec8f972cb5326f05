"""The build that makes the functions of APIs: an image and a zip archive of the same code and the same lock file."""

from __future__ import annotations

from pathlib import Path

from components.build_project import specification
from components.builds.model_image import PYTHON, SCAN_SECONDS

_SCRIPTS = Path(__file__)
_DIGEST = "docker image inspect --format '{{index .RepoDigests 0}}'"
# What Lambda's Python runtimes hold already (AWS Lambda Developer Guide, "Building Lambda functions with Python"), and
# the runtime's client, which is the image's.
_OF_THE_RUNTIME = ("awslambdaric", "boto3", "botocore", "s3transfer", "simplejson", "snapshot-restore-py")
# Amazon Linux 2, which python3.11 runs on, has glibc 2.26: wheels of PEP 599.
_PLATFORM = "x86_64-manylinux2014"


def api_functions_specification() -> str:
    """Its build specification. Variables: REPOSITORY_URL, VERSION, BASE, CODE and PIN, which are s3:// addresses.

    The digest and the archive's key are written last, into one object: an image with findings is pushed and never used.
    """
    scan = _SCRIPTS.with_name("image_scan.py").read_text(encoding="utf-8")
    pack = _SCRIPTS.with_name("api_archive.py").read_text(encoding="utf-8")
    left_out = " ".join(f"--no-emit-package {name}" for name in _OF_THE_RUNTIME)
    return specification(
        PYTHON,
        [
            'work="$(mktemp -d)"',
            'python3 -m venv "$work/tools"',
            '"$work/tools/bin/pip" install --quiet --require-hashes --requirement build-requirements.txt',
            f'"$work/tools/bin/uv" export --quiet --frozen --no-default-groups --no-emit-project --no-header '
            f'--no-annotate {left_out} --output-file "$work/requirements.txt"',
            f'"$work/tools/bin/uv" pip install --quiet --no-deps --require-hashes --only-binary :all: '
            f'--python-version {PYTHON} --python-platform {_PLATFORM} --target "$work/task" '
            '--requirement "$work/requirements.txt"',
            'cp -r inference_api "$work/task/"',
            f"cat > \"$work/pack.py\" <<'END_OF_SCRIPT'\n{pack}END_OF_SCRIPT",
            'key="$(python3 -I "$work/pack.py" "$work/task" "$work/functions.zip")"',
            'aws s3 cp --only-show-errors "$work/functions.zip" "$CODE/$key"',
            'docker pull --quiet "$BASE"',
            f'base="$({_DIGEST} "$BASE")"',
            'build="${CODEBUILD_BUILD_ID##*:}"',
            'image="$REPOSITORY_URL:$VERSION-$CODEBUILD_BUILD_NUMBER-${build%%-*}"',
            'docker build --build-arg "BASE=$base" --tag "$image" .',
            'aws ecr get-login-password | docker login --username AWS --password-stdin "${REPOSITORY_URL%%/*}"',
            'docker push --quiet "$image"',
            f'export pinned="$({_DIGEST} "$image")"',
            f"cat > \"$HOME/image_scan.py\" <<'END_OF_SCRIPT'\n{scan}END_OF_SCRIPT",
            'python3 -I "$HOME/image_scan.py" scan-exemptions.toml '
            f'"${{REPOSITORY_URL#*/}}" "${{pinned#*@}}" {SCAN_SECONDS}',
            'bucket="${CODE#s3://}"',
            'printf \'{"imageUri": "%s", "bucket": "%s", "key": "%s"}\' "$pinned" "$bucket" "$key" > "$HOME/pin"',
            'aws s3 cp --only-show-errors "$HOME/pin" "$PIN"',
        ],
        exported=["pinned", "key"],
    )
