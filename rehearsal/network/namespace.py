"""Runs a child process in a network namespace of its own, from which nothing but given loopback ports is reached.

Variables ask a program to use the proxy; a program that does not heed them finds no network here at all. Where the
system lets nobody make a namespace (a container without the right), the variables alone remain, and the rehearsal's
report says so.
"""

from __future__ import annotations

import atexit
import shutil
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from rehearsal.network.relay import relay

# Inside: raise the loopback interface, pass its ports on through sockets of the file system, run the command.
_INSIDE = """
import fcntl, os, select, signal, socket, struct, subprocess, sys, threading
folder, ports, command = sys.argv[1], sys.argv[2].split(","), sys.argv[3:]
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
    fcntl.ioctl(one, 0x8914, struct.pack("16sh14x", b"lo", 0x41))  # SIOCSIFFLAGS: up and running
def relay(one, other):
    pairs = {one: other, other: one}
    try:
        while True:
            for source in select.select(list(pairs), [], [])[0]:
                content = source.recv(1 << 18)
                if not content:
                    return
                pairs[source].sendall(content)
    except OSError:
        pass
    finally:
        one.close(); other.close()
def serve(listener, path):
    while True:
        one = listener.accept()[0]
        other = socket.socket(socket.AF_UNIX)
        try:
            other.connect(path)
        except OSError:
            one.close(); continue
        threading.Thread(target=relay, args=(one, other), daemon=True).start()
for port in ports:
    listener = socket.create_server(("127.0.0.1", int(port)), backlog=128)
    threading.Thread(target=serve, args=(listener, f"{folder}/{port}"), daemon=True).start()
child = subprocess.Popen(command)
signal.signal(signal.SIGTERM, lambda *_: child.terminate())
sys.exit(child.wait() % 256)
"""
BY_PROXY_ALONE = "builds were held back by a proxy alone: this system allows no network namespaces"
_opened: dict[int, socketserver.BaseServer] = {}
_lock = threading.Lock()
# What fell short, in the order in which it first did.
_shortfalls: dict[str, None] = {}


def inside(command: Sequence[str], ports: Sequence[int]) -> list[str]:
    """The command, run where these loopback ports of the machine are all the network; as it is where that cannot be."""
    prefix = _unshare()
    if not prefix:
        fall_short(BY_PROXY_ALONE)
        return list(command)
    for port in ports:
        _open(port)
    listed = ",".join(map(str, ports))
    return [*prefix, sys.executable, "-ISc", _INSIDE, str(_folder()), listed, *command]


def possible() -> bool:
    """Whether the system lets this process make network namespaces."""
    return bool(_unshare())


def fall_short(sentence: str) -> None:
    """Note, for the report, what ran with less than a namespace."""
    _shortfalls[sentence] = None


def shortfalls() -> list[str]:
    """What a report has to say of all that ran so far: nothing, or what was held back by less than a namespace."""
    return list(_shortfalls)


@cache
def _unshare() -> tuple[str, ...]:
    if shutil.which("unshare") is None:
        return ()
    for prefix in (("unshare", "--net"), ("unshare", "--user", "--map-root-user", "--net")):
        if subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0:
            return prefix
    return ()


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="network-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _open(port: int) -> None:
    """Pass on what comes through the port's socket in the file system."""
    with _lock:
        if port in _opened:
            return
        path = _folder() / str(port)

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                try:
                    with socket.create_connection(("127.0.0.1", port)) as other:
                        relay(self.request, other)
                except OSError:
                    return

        server = socketserver.ThreadingUnixStreamServer(str(path), Handler)
        server.daemon_threads = True
        _opened[port] = server
        threading.Thread(target=server.serve_forever, daemon=True, name=f"port-{port}").start()
