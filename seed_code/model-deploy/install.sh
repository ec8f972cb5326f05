#!/usr/bin/env bash
# Installs the packages of uv.lock into $HOME/packages, each checked against the lock's hash. Arguments choose groups,
# as `uv export` knows them (--no-dev).
#
# WHEELHOUSE is the s3:// folder that the pipeline's Packages action fills: builds run in a VPC that reaches no package
# index. Without it they ask PACKAGE_INDEX. `uv sync --frozen` would ask the hosts in uv.lock, whatever index is set.
set -euo pipefail
wheels="$HOME/wheels"
if [ -n "${WHEELHOUSE:-}" ]; then
  tag="$(python3 -c 'import sys; print("cp%d%d" % sys.version_info[:2])')"
  archive="$WHEELHOUSE/$(sha256sum uv.lock | cut -d ' ' -f 1)-$tag.tar"
  aws s3 cp --only-show-errors "$archive" "$HOME/wheels.tar" || {
    echo "There is no wheelhouse for this uv.lock and Python ($archive): the pipeline's Packages action makes it"
    exit 1
  }
  mkdir -p "$wheels"
  tar -xf "$HOME/wheels.tar" -C "$wheels"
  rm "$HOME/wheels.tar"
  from=(--no-index --find-links "$wheels")
else
  from=(--index-url "${PACKAGE_INDEX:-https://pypi.org/simple}")
fi
python3 -m pip install --quiet "${from[@]}" --require-hashes --target "$HOME/tools" --requirement build-requirements.txt
uv="$HOME/tools/bin/uv"
"$uv" export --quiet --frozen --no-emit-project --no-header --no-annotate "$@" --output-file "$HOME/requirements.txt"
"$uv" venv --quiet --python "$(command -v python3)" "$HOME/packages"
"$uv" pip install --quiet "${from[@]}" --require-hashes --python "$HOME/packages" --requirement "$HOME/requirements.txt"
