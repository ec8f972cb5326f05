"""nginx's configuration, rendered from its template."""

from __future__ import annotations

import os
import pwd
import stat
from pathlib import Path
from string import Template

from model_server.settings import ServerSettings

TEMPLATE = Path(__file__).with_name("nginx.conf.template")

# nginx spends a small part of a prediction's time on a request: a few workers keep up with many cores.
MOST_WORKERS = 4


def render_config(settings: ServerSettings, run_dir: Path, upstream: Path) -> str:
    """The configuration of a server with its files in `run_dir`, in front of the unix socket `upstream`."""
    host = f"[{settings.bind}]" if ":" in settings.bind else settings.bind
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        workers=min(settings.workers, MOST_WORKERS),
        run_dir=run_dir,
        upstream=upstream,
        listen=f"{host}:{settings.port}",
        user=_user_directive(settings),
        access_log=_access_log(),
        body_bytes=settings.body_bytes,
        request_seconds=settings.request_seconds,
    )


def _user_directive(settings: ServerSettings) -> str:
    """The owner of nginx's workers. Left out, a server started as root would run them as a user of nginx's choice."""
    if os.geteuid() != 0:
        return ""
    return f"user {settings.user or pwd.getpwuid(0).pw_name};"


def _access_log() -> str:
    """Standard output, which can be opened by name unless it is a socket."""
    if stat.S_ISSOCK(os.fstat(1).st_mode):
        return "off"
    return "/dev/stdout json if=$refused_here"
