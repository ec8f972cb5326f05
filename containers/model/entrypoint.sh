#!/bin/sh
# `serve` (SageMaker's argument for endpoints and batch transform) serves; any other command line is run as it is.
# exec: signals must reach the program, not this shell.
set -eu
case "${1:-}" in
serve)
    shift
    exec python -m model_server "$@"
    ;;
train)
    echo "entrypoint: 'train' is no program of this image: name the script in the job's ContainerEntrypoint" >&2
    exit 64
    ;;
"")
    echo "entrypoint: no command: give 'serve', or a program with its arguments" >&2
    exit 64
    ;;
*)
    exec "$@"
    ;;
esac
