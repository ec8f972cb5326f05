"""gunicorn, started by the supervisor on a socket that the supervisor has opened."""

from __future__ import annotations

import argparse
import os
import pwd
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication

from model_server.errors import StartupError
from model_server.logs import log
from model_server.settings import ServerSettings, read_settings

# xgboost imports scikit-learn if it is there, for wrappers that are not used here: two of three seconds until ready.
sys.modules["sklearn"] = None  # type: ignore[assignment]

from model_server.app import Application, RequestHandler  # noqa: E402
from model_server.model import load  # noqa: E402
from model_server.multi_model import ModelRegistry  # noqa: E402
from model_server.multi_model_app import MultiModelApplication  # noqa: E402


class HttpServer(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn with the application loaded once, before it forks its workers.

    Forking after the model is loaded is safe because nothing has started a thread by then: the supervisor sets
    `OMP_NUM_THREADS=1`, the booster has `nthread=1`, and `_require_one_thread` holds this to be so.
    """

    def __init__(self, settings: ServerSettings, socket: int) -> None:
        self._settings = settings
        self._socket = socket
        super().__init__()

    def load_config(self) -> None:
        """gunicorn's own settings; anything from its environment variable or a file is not read."""
        options: dict[str, Any] = {
            "bind": [f"fd://{self._socket}"],
            "workers": self._settings.workers,
            "worker_class": "sync",
            "preload_app": True,
            "timeout": self._settings.request_seconds,
            "graceful_timeout": self._settings.grace_seconds,
            "user": self._settings.user,
            "group": self._settings.user,
            "accesslog": None,
            "logconfig_dict": LOGGING,
            "control_socket_disable": True,
            "worker_tmp_dir": "/dev/shm" if os.access("/dev/shm", os.W_OK) else None,  # noqa: S108 - a heartbeat
            "when_ready": lambda _arbiter: log("ready", workers=self._settings.workers),
        }
        for name, value in options.items():
            if value is not None:
                self.cfg.set(name, value)

    def load(self) -> RequestHandler:
        """The application with its model."""
        settings = self._settings
        application: RequestHandler
        if settings.multi_model:
            application = MultiModelApplication(
                ModelRegistry(self._shared_folder(), settings.model_dir.parent, settings.most_models),
                body_bytes=settings.body_bytes,
                max_rows=settings.rows,
            )
        else:
            application = Application(
                load(settings.model_dir),
                body_bytes=settings.body_bytes,
                max_rows=settings.rows,
                model_package=settings.model_package,
                prepares=settings.prepares,
            )
        _require_one_thread()
        return application

    def _shared_folder(self) -> Path:
        """Where processes tell each other which models are loaded; the owner of the workers writes there.

        It goes with the server: `on_exit` is called in the process that made it.
        """
        folder = Path(tempfile.mkdtemp(prefix="models-"))
        if self._settings.user:
            owner = pwd.getpwnam(self._settings.user)
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        self.cfg.set("on_exit", lambda _arbiter: shutil.rmtree(folder, ignore_errors=True))
        return folder


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"json": {"class": "model_server.logs.JsonHandler"}},
    "root": {"level": "WARNING", "handlers": ["json"]},
    "loggers": {"gunicorn.error": {"level": "WARNING", "handlers": ["json"], "propagate": False}},
}


def _require_one_thread() -> None:
    """A thread pool does not survive `fork`: its locks would be held for ever in the workers."""
    tasks = "/proc/self/task"
    threads = len(os.listdir(tasks)) if os.path.isdir(tasks) else 1  # noqa: PTH112, PTH208 - procfs
    if threads > 1:
        raise StartupError(f"{threads} threads run before the workers are forked: set OMP_NUM_THREADS=1")


def main() -> int:
    """Serve until a signal. The exit code says whether settings or model were at fault."""
    parser = argparse.ArgumentParser(prog="model_server.http_server")
    parser.add_argument("--socket", type=int, required=True, help="number of a listening socket's descriptor")
    try:
        HttpServer(read_settings(os.environ), parser.parse_args().socket).run()
    except StartupError as error:
        log("cannot-start", reason=str(error))
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
