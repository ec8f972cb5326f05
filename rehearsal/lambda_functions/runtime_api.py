"""Lambda's runtime API on loopback, for one execution environment: hands over invocations, takes their answers.

Source: AWS Lambda Developer Guide, "Using the Lambda runtime API for custom runtimes". The runtime interface client of
an image (`awslambdaric`) speaks it as the bootstrap of zip archives does.
"""

from __future__ import annotations

import queue
import re
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_PATH = re.compile(r"/2018-06-01/runtime/(?:init/error|invocation/(?P<id>[^/]+)(?:/(?P<kind>response|error))?)$")


@dataclass
class RuntimeInvocation:
    """An invocation on its way: `body` is the event as JSON, `answer` and `error` what came back."""

    id: str
    arn: str
    body: bytes
    seconds: float
    trace: str = ""
    answer: bytes = b""
    error: bool = False
    started: float = 0.0
    done: threading.Event = field(default_factory=threading.Event)


class RuntimeApi:
    """The API of one environment. `ready` is set when the runtime first asks, `init_error` holds why it did not."""

    def __init__(self) -> None:
        self.ready = threading.Event()
        self.init_error = b""
        self._next: queue.Queue[RuntimeInvocation | None] = queue.Queue()
        self._now: RuntimeInvocation | None = None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 5}, daemon=True, name="lambda-runtime"
        ).start()

    @property
    def address(self) -> str:
        """Host and port, as `AWS_LAMBDA_RUNTIME_API` holds them."""
        return f"127.0.0.1:{self._server.server_port}"

    def hand_over(self, invocation: RuntimeInvocation) -> None:
        """Give the runtime its next invocation."""
        self._next.put(invocation)

    def close(self) -> None:
        """Answer nothing more."""
        self._next.put(None)
        threading.Thread(target=self._server.shutdown, daemon=True).start()
        self._server.server_close()

    def _taken(self) -> RuntimeInvocation | None:
        self.ready.set()
        self._now = self._next.get()
        if self._now is not None:
            self._now.started = time.time()
        return self._now

    def _answered(self, id_: str, body: bytes, *, error: bool) -> bool:
        now = self._now
        if now is None or now.id != id_:
            return False
        now.answer, now.error = body, error
        now.done.set()
        return True

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                invocation = api._taken() if self.path.endswith("/invocation/next") else None
                if invocation is None:
                    self.close_connection = True
                    self.send_error(410)
                    return
                deadline = int(1000 * (invocation.started + invocation.seconds))
                self._send(
                    200,
                    invocation.body,
                    {
                        "Lambda-Runtime-Aws-Request-Id": invocation.id,
                        "Lambda-Runtime-Deadline-Ms": str(deadline),
                        "Lambda-Runtime-Invoked-Function-Arn": invocation.arn,
                        "Lambda-Runtime-Trace-Id": invocation.trace,
                    },
                )

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                match = _PATH.match(self.path)
                if match and match["id"] is None:
                    api.init_error = body or b"{}"
                    api.ready.set()
                    self._send(202, b'{"status":"OK"}')
                elif match and match["kind"] and api._answered(match["id"], body, error=match["kind"] == "error"):
                    self._send(202, b'{"status":"OK"}')
                else:
                    self._send(400, b'{"errorType":"InvalidRequestID","errorMessage":"Invalid request ID"}')

            def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing: the function's log has what it printed."""

        return Handler
