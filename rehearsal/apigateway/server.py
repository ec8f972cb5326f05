"""The HTTP server of deployed APIs: on loopback, and behind the host names that child processes call."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from rehearsal.apigateway.messages import HttpAnswer, IncomingRequest
from rehearsal.aws.cloud import Cloud
from rehearsal.network.deciding import reachable
from rehearsal.network.ec2 import network_of
from rehearsal.network.model import Destination, Route, VpcAttachment

Handle = Callable[[IncomingRequest], HttpAnswer]
# More than API Gateway takes is read no further than this.
_MOST = 11 * 1024 * 1024
_CREDENTIAL = "Credential="


class ApiServer:
    """Listens on loopback; a signed request comes from wherever its signer is."""

    def __init__(self, cloud: Cloud, handle: Handle) -> None:
        self._cloud, self._handle = cloud, handle
        self._server: ThreadingHTTPServer | None = None

    def open(self) -> None:
        """Listen."""
        self._server = _Server(("127.0.0.1", 0), _handler(self._answer))
        threading.Thread(target=self._server.serve_forever, daemon=True, name="api-gateway").start()
        self._cloud.network.hosts.append(self._served)

    def close(self) -> None:
        """Listen no more."""
        self._cloud.network.hosts.remove(self._served)
        if self._server:
            self._server.shutdown()
            self._server.server_close()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_port) if self._server else 0

    def _answer(self, request: IncomingRequest) -> HttpAnswer:
        """Answer a request on loopback; what is signed comes from its signer's network."""
        vpc = self._signer_network(request)
        if vpc is None:
            return self._handle(request)
        way = reachable(network_of(vpc), vpc, _destination(vpc))
        if not isinstance(way, Route):
            return HttpAnswer(403, [("Content-Type", "text/plain")], way.reason.encode())
        return self._handle(_through(request, way.endpoint, vpc))

    def _signer_network(self, request: IncomingRequest) -> VpcAttachment | None:
        header = request.header("Authorization") or ""
        key = header.partition(_CREDENTIAL)[2].partition("/")[0]
        actor = self._cloud.adopt(key) if key else None
        return actor.vpc if actor else None

    def _served(self, host: str) -> Callable[[socket.socket, VpcAttachment | None, str | None], None] | None:
        """What answers for an API's own host name on a connection that passed the network."""
        if ".execute-api." not in host:
            return None

        def serve(connection: socket.socket, vpc: VpcAttachment | None, endpoint: str | None) -> None:
            _handler(lambda request: self._handle(_through(request, endpoint, vpc)))(connection, ("10.0.0.1", 0), None)  # type: ignore[arg-type]

        return serve


def _through(request: IncomingRequest, endpoint: str | None, vpc: VpcAttachment | None) -> IncomingRequest:
    ip = "10.0.0.1" if endpoint else "198.51.100.1"
    return IncomingRequest(request.method, request.target, request.headers, request.body, ip, endpoint, vpc)


def _destination(vpc: VpcAttachment) -> Destination:
    host = f"execute-api.{vpc.region}.amazonaws.com"
    return Destination(host=host, service=f"com.amazonaws.{vpc.region}.execute-api")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


def _handler(handle: Handle) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True
        server_version, sys_version = "Server", ""

        def _respond(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(min(length, _MOST))
            if length > _MOST:
                self.close_connection = True
            override = self.headers.get("X-HTTP-Method-Override")
            request = IncomingRequest(
                (override or self.command).upper(),
                self.path,
                list(self.headers.items()),
                body + b" " * (min(length, _MOST) - len(body)),
                self.client_address[0],
            )
            answer = handle(request)
            self.send_response(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_HEAD = _respond  # noqa: N815

        def log_message(self, *_: Any) -> None:
            """Say nothing: the access log has it."""

    return Handler
