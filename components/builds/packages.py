"""The build that fetches a repository's wheels into the artifacts bucket, for builds that reach no package index."""

from __future__ import annotations

from pathlib import Path

from components.build_project import specification

# That of the repositories' build specifications: wheels are made for one version.
PYTHON = "3.11"
_SCRIPT = Path(__file__).with_name("wheelhouse.py")
# As wheels' names have it; a part of the archive's name, since other versions of Python have other wheels.
TAG = f"cp{PYTHON.replace('.', '')}"
# In the source's folder the image's pyenv would run the Python that a `.python-version` there names (pyenv, "Choosing
# the Python version").
_FILL = """\
archive="$WHEELHOUSE/$(sha256sum uv.lock | cut -d ' ' -f 1)-{tag}.tar"
if aws s3 ls "$archive"; then
  echo "The wheelhouse of this uv.lock is there already"
else
  cat > "$HOME/wheelhouse.py" <<'END_OF_SCRIPT'
{script}END_OF_SCRIPT
  wheels="$(mktemp -d)"; lock="$PWD/uv.lock"
  (cd "$HOME" && python3 -I "$HOME/wheelhouse.py" "$lock" "$wheels/wheels" "$PACKAGE_INDEX" {python}) &&
    tar -cf "$wheels/wheels.tar" -C "$wheels/wheels" . &&
    aws s3 cp --only-show-errors "$wheels/wheels.tar" "$archive"
fi"""


def packages_specification() -> str:
    """Its build specification. WHEELHOUSE is an s3:// folder, PACKAGE_INDEX an address of simple pages (PEP 503)."""
    return specification(PYTHON, [_FILL.format(script=_SCRIPT.read_text(encoding="utf-8"), tag=TAG, python=PYTHON)])
