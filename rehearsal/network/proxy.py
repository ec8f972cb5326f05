"""The way of child processes to everything but AWS: an HTTP proxy that lets through what the network reaches."""

from __future__ import annotations

import base64
import secrets
import shutil
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from rehearsal.network.certificates import bundle, server_context
from rehearsal.network.deciding import reachable
from rehearsal.network.ec2 import network_of
from rehearsal.network.hosts import destination
from rehearsal.network.model import HTTPS, Route, Unreachable, VpcAttachment
from rehearsal.network.package_index import HOSTS, PackageIndex
from rehearsal.network.relay import relay

_SECONDS = 120
# Answers on a connection, for a caller in a VPC or outside, through a VPC endpoint or not.
ServedHost = Callable[[socket.socket, VpcAttachment | None, str | None], None]
# How often a server looks whether it is to end; half a second each made every short-lived AWS of a test wait.
POLL_SECONDS = 0.05


@dataclass
class NetworkAccess:
    """One process's way out. `environment` makes it use the proxy; `refused` collects what it did not reach."""

    vpc: VpcAttachment | None
    environment: dict[str, str]
    refused: dict[str, str] = field(default_factory=dict)

    @property
    def refusal(self) -> str:
        """What was asked for in vain, in words; empty where nothing was."""
        return "; ".join(f"{host} is not reached: {reason}" for host, reason in self.refused.items())


class NetworkProxy:
    """A proxy on loopback while the context lasts. `folder` keeps certificates and what the package index gave."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._index = PackageIndex(folder)
        self._accesses: dict[str, NetworkAccess] = {}
        self._server: ThreadingHTTPServer | None = None
        # Services that answer for host names of their own: each gives what answers for a host, or None.
        self.hosts: list[Callable[[str], ServedHost | None]] = []

    def __enter__(self) -> NetworkProxy:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_ProxyHandler, self))
        self._server.daemon_threads = True
        serve = partial(self._server.serve_forever, poll_interval=POLL_SECONDS)
        threading.Thread(target=serve, daemon=True, name="network-proxy").start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._server is not None  # noqa: S101 - within the context
        return int(self._server.server_port)

    def access(self, vpc: VpcAttachment | None) -> NetworkAccess:
        """A process's way out of a VPC, or of AWS's own network where it is in none."""
        token = secrets.token_hex(8)
        address = f"http://rehearsal:{token}@127.0.0.1:{self.port}"
        trusted = str(bundle(self._folder))
        environment = {name: address for stem in ("http", "https", "all") for name in _cases(f"{stem}_proxy")}
        environment |= dict.fromkeys(_cases("no_proxy"), "127.0.0.1,localhost")
        names = ("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "AWS_CA_BUNDLE")
        environment |= dict.fromkeys(names, trusted)
        made = self._accesses[token] = NetworkAccess(vpc, environment)
        return made

    def known(self, authorization: str) -> NetworkAccess | None:
        """Whose request it is, by the header Proxy-Authorization."""
        try:
            text = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        except ValueError:
            return None
        return self._accesses.get(text.partition(":")[2])

    def way(self, access: NetworkAccess, host: str, port: int) -> Route | Unreachable:
        """Whether the network lets a process reach a host; a refusal is remembered."""
        if access.vpc is None:
            return Route(None)
        wanted = destination(host, port, region=access.vpc.region)
        found = reachable(network_of(access.vpc), access.vpc, wanted)
        if isinstance(found, Unreachable):
            access.refused.setdefault(host, found.reason)
        return found

    def serve(self, host: str, connection: socket.socket) -> bool:
        """Answer on a connection as one of the index's hosts; False for another host."""
        if host not in HOSTS:
            return False
        with server_context(self._folder, host).wrap_socket(connection, server_side=True) as secured:
            _index_handler(self._index, host)(secured, ("127.0.0.1", 0), None)
        return True

    def served(self, host: str) -> ServedHost | None:
        """What answers for a service's host."""
        return next(filter(None, (find(host) for find in self.hosts)), None)

    def serve_service(self, served: ServedHost, host: str, connection: socket.socket, access: NetworkAccess) -> None:
        """Let a service answer on a connection, from the caller's network."""
        way = self.way(access, host, HTTPS)
        endpoint = way.endpoint if isinstance(way, Route) else None
        with server_context(self._folder, host).wrap_socket(connection, server_side=True) as secured:
            served(secured, access.vpc, endpoint)


def _cases(name: str) -> tuple[str, str]:
    return name, name.upper()


class _ProxyHandler(BaseHTTPRequestHandler):
    """Answers one connection to a proxy."""

    protocol_version = "HTTP/1.1"

    def __init__(self, proxy: NetworkProxy, *connection: Any) -> None:
        self._proxy = proxy
        # It answers within its construction.
        super().__init__(*connection)

    def do_CONNECT(self) -> None:
        host, _, port = self.path.rpartition(":")
        access = self._allowed(host, int(port or HTTPS))
        if access is None:
            return
        self.close_connection = True
        served = self._proxy.served(host)
        if served is not None:
            self._established()
            self._proxy.serve_service(served, host, self.connection, access)
            return
        if host in HOSTS:
            self._established()
            self._proxy.serve(host, self.connection)
            return
        try:
            with socket.create_connection((host, int(port)), timeout=_SECONDS) as other:
                self._established()
                relay(self.connection, other)
        except OSError as error:
            self.send_error(502, f"{host}: {error}")

    def do_GET(self) -> None:
        """Plain HTTP, of which nothing is let through: what is installed comes over TLS."""
        host = self.path.partition("://")[2].partition("/")[0].partition(":")[0]
        if self._allowed(host, 80) is not None:
            self.send_error(501, f"{host}: this machine stands in for HTTPS alone")

    do_POST = do_PUT = do_HEAD = do_GET  # noqa: N815 - the server's names

    def _allowed(self, host: str, port: int) -> NetworkAccess | None:
        access = self._proxy.known(self.headers.get("Proxy-Authorization", ""))
        if access is None:
            self.send_response(407)
            self.send_header("Proxy-Authenticate", 'Basic realm="rehearsal"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return None
        way = self._proxy.way(access, host, port)
        if isinstance(way, Unreachable):
            self.send_error(403, f"{host} is not reached", way.reason)
            return None
        return access

    def _established(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        self.wfile.flush()

    def log_message(self, *_: Any) -> None:
        """Say nothing: who was refused keeps it."""


def _index_handler(index: PackageIndex, host: str) -> Callable[..., BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, kind, content = index.answer(host, self.path)
            size = content.stat().st_size if isinstance(content, Path) else len(content)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(size))
            self.end_headers()
            if self.command == "HEAD":
                return
            if isinstance(content, Path):
                with content.open("rb") as file:
                    shutil.copyfileobj(file, self.wfile, 1 << 20)
            else:
                self.wfile.write(content)

        do_HEAD = do_GET  # noqa: N815 - the server's name

        def log_message(self, *_: Any) -> None:
            """Say nothing: whoever asks prints what it got."""

    return Handler
