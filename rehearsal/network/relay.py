"""Passes bytes both ways between two connections."""

from __future__ import annotations

import select
import socket

SECONDS = 600


def relay(one: socket.socket, other: socket.socket) -> None:
    """Pass bytes both ways until either side ends, or nothing comes for long."""
    pairs = {one: other, other: one}
    while True:
        ready, _, _ = select.select(list(pairs), [], [], SECONDS)
        if not ready:
            return
        for source in ready:
            try:
                content = source.recv(1 << 18)
            except OSError:
                return
            if not content:
                return
            pairs[source].sendall(content)
