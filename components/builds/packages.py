"""The build that fetches a repository's wheels into the artifacts bucket, for builds that reach no package index."""

from __future__ import annotations

from pathlib import Path

from components.build_project import specification

# That of the repositories' build specifications: wheels are made for one version.
PYTHON = "3.11"
_SCRIPT = Path(__file__).with_name("wheelhouse.py")
_FILL = """\
archive="$WHEELHOUSE/$(sha256sum uv.lock | cut -d ' ' -f 1).tar"
if aws s3 ls "$archive"; then
  echo "The wheelhouse of this uv.lock is there already"
else
  cat > "$HOME/wheelhouse.py" <<'END_OF_SCRIPT'
{script}END_OF_SCRIPT
  wheels="$(mktemp -d)"
  python3 -I "$HOME/wheelhouse.py" uv.lock "$wheels/wheels" "$PACKAGE_INDEX" &&
    tar -cf "$wheels/wheels.tar" -C "$wheels/wheels" . &&
    aws s3 cp --only-show-errors "$wheels/wheels.tar" "$archive"
fi"""


def packages_specification() -> str:
    """Its build specification. WHEELHOUSE is an s3:// folder, PACKAGE_INDEX an address of simple pages (PEP 503)."""
    return specification(PYTHON, [_FILL.format(script=_SCRIPT.read_text(encoding="utf-8"))])
