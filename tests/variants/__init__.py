"""Settings that teams change first, each judged by the commands of `make check`."""
