"""What goes wrong, as values: answers to clients, and reasons why the server cannot start."""

from __future__ import annotations

import json

EXIT_SETTINGS = 2
EXIT_MODEL = 3


class StartupError(Exception):
    """The server cannot start. The message is one line for its operator."""

    exit_code = 1


class SettingsError(StartupError):
    """An environment variable has a value that is not allowed."""

    exit_code = EXIT_SETTINGS


class ModelError(StartupError):
    """The model folder is missing, incomplete or does not fit its schema."""

    exit_code = EXIT_MODEL


class RequestError(Exception):
    """A request that is refused. `message` goes to the client, so it may quote the client's own input."""

    def __init__(self, status: int, code: str, message: str, headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers

    def body(self) -> bytes:
        """The JSON that the client gets: `{"error": {"code": …, "message": …}}`."""
        return json.dumps({"error": {"code": self.code, "message": self.message}}).encode()


def bad_input(message: str) -> RequestError:
    """A body that cannot be read as rows of the model's features."""
    return RequestError(400, "bad_input", message)
