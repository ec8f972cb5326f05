"""`python -m model_server`: serve the model in `$ML_ROOT/model`."""

from __future__ import annotations

import fcntl
import os
import sys

from model_server.errors import StartupError
from model_server.logs import STDOUT, log
from model_server.settings import read_settings
from model_server.supervisor import serve


def main() -> int:
    """Serve until stopped. Exit codes: 0 stopped as told, 1 a process ended, 2 bad settings, 3 bad model."""
    # Several processes write to it, and nginx opens it anew: in a file, each would overwrite the other's lines.
    fcntl.fcntl(STDOUT, fcntl.F_SETFL, fcntl.fcntl(STDOUT, fcntl.F_GETFL) | os.O_APPEND)
    try:
        return serve(read_settings(os.environ))
    except StartupError as error:
        log("cannot-start", reason=str(error))
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
