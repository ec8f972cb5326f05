"""Listening sockets: opened by the supervisor, so that it alone decides when no more requests come in."""

from __future__ import annotations

import socket
import struct
import sys
import time
from array import array
from pathlib import Path

from model_server.errors import SettingsError

BACKLOG = 2048

_SO_ATTACH_FILTER = 26  # include/uapi/asm-generic/socket.h
_DROP_EVERY_PACKET = struct.pack("HBBI", 0x06, 0, 0, 0)  # struct sock_filter of BPF_RET | BPF_K: keep 0 bytes

# Offset in struct tcp_info (include/uapi/linux/tcp.h). Of a listening socket: the connections not yet accepted.
_TCP_INFO_UNACKED = 24


def listen_tcp(host: str, port: int) -> socket.socket:
    """A listening, inheritable TCP socket."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    server = socket.socket(family, socket.SOCK_STREAM)
    try:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((host, port))
        server.listen(BACKLOG)
    except OSError as error:
        server.close()
        message = f"cannot listen on {host}:{port}: {error.strerror}; check MODEL_SERVER_BIND, SAGEMAKER_BIND_TO_PORT"
        raise SettingsError(message) from None
    server.setblocking(False)
    server.set_inheritable(True)
    return server


def listen_unix(path: Path) -> socket.socket:
    """A listening, inheritable unix socket at `path`; who may reach it is decided by the folder's mode."""
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        server.bind(str(path))
    except OSError as error:
        server.close()
        raise SettingsError(
            f"cannot listen on {path}: {error}; set TMPDIR to a short path that can be written"
        ) from None
    path.chmod(0o666)
    server.listen(BACKLOG)
    server.setblocking(False)
    server.set_inheritable(True)
    return server


def drop_new_connections(server: socket.socket) -> bool:
    """Drop the packets that would open further connections to `server`. False where the system cannot.

    Closing a listening socket resets the connections that wait in its queue, with requests in them, and no order of
    signals to nginx and gunicorn prevents it: docs/decisions/0014-stop-without-losing-requests.md. So new ones are held
    off first by a filter on the socket (socket(7), SO_ATTACH_FILTER); those in the queue were opened before it and are
    not affected. A client that connects meanwhile sends again after a second, then is refused: nothing of it is lost.
    """
    if not sys.platform.startswith("linux"):
        return False
    instructions = array("B", _DROP_EVERY_PACKET)
    address, _ = instructions.buffer_info()
    try:
        server.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("HP", 1, address))  # struct sock_fprog
    except OSError:
        return False
    return True


def wait_until_accepted(server: socket.socket, deadline: float) -> bool:
    """Wait until every open connection of `server` was accepted; False if `deadline` (monotonic) came first."""
    while _not_accepted(server) > 0:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


def _not_accepted(server: socket.socket) -> int:
    """Connections that clients have opened and nobody has accepted yet; 0 where the system does not say."""
    if not sys.platform.startswith("linux"):
        return 0
    info = server.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
    return int(struct.unpack_from("I", info, _TCP_INFO_UNACKED)[0])
