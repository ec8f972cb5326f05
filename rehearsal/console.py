"""What a person sees while the rehearsal runs: one line for the running step, one for each step that ended."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from rich.console import Console
from rich.markup import escape
from rich.status import Status

from rehearsal.stopping import Stopped

# A terminal's live line is renewed this often; elsewhere a line tells this often that a step still runs.
LIVE_SECONDS, LOG_SECONDS = 1.0, 30.0


class _Output(Console):
    """Where lines go. Once nobody reads them any more, as after `| head`, the run stops."""

    def on_broken_pipe(self) -> None:
        """Stop, and print nothing more, not even what Python prints when it ends."""
        # The thread that tells how long a step takes cannot stop the run: the next line of the run itself does.
        if threading.current_thread() is threading.main_thread():
            with suppress(SystemExit):
                super().on_broken_pipe()
            raise Stopped(signal.SIGPIPE)


class ConsoleProgress:
    """Prints finished steps, and while one runs how long it has and what it waits for.

    A terminal has a live line; a pipe, such as a log of CI, gets a line every `log_seconds`. Lines are never cut or
    wrapped to a width: a terminal wraps them itself, a pipe gets them whole.
    """

    def __init__(self, console: Console | None = None, log_seconds: float = LOG_SECONDS) -> None:
        self.console = console or _Output(stderr=False, highlight=False, soft_wrap=True)
        self._status: Status | None = None
        self._title, self._activity, self._started = "", "", 0.0
        self._log_seconds = log_seconds

    @contextmanager
    def running(self, title: str) -> Iterator[None]:
        """Show a step while it runs; print how long it took, or that it failed."""
        self._title, self._activity, self._started = title, "", time.monotonic()
        ended = threading.Event()
        live = self._is_terminal()
        beat = threading.Thread(target=self._tell, args=(ended, live), name="progress", daemon=True)
        try:
            if live:
                with self.console.status(title) as status:
                    self._status = status
                    beat.start()
                    try:
                        yield
                    finally:
                        self._end(beat, ended)
            else:
                beat.start()
                try:
                    yield
                finally:
                    self._end(beat, ended)
        except BaseException:
            self.console.print(f"[red]✗[/red] {title} [dim]{self._elapsed():.1f} s[/dim]", soft_wrap=True)
            raise
        self.console.print(f"[green]✓[/green] {title} [dim]{self._elapsed():.1f} s[/dim]", soft_wrap=True)

    def _is_terminal(self) -> bool:
        """Whether a person looks on: colours that somebody asks for in a log make it no terminal."""
        file = self.console.file
        return self.console.is_terminal and not self.console.is_dumb_terminal and file.isatty()

    def _elapsed(self) -> float:
        return time.monotonic() - self._started

    def _end(self, beat: threading.Thread, ended: threading.Event) -> None:
        ended.set()
        beat.join()
        self._status = None

    def _tell(self, ended: threading.Event, live: bool) -> None:
        """Tell again and again how long the step has run, until it ends."""
        while not ended.wait(LIVE_SECONDS if live else self._log_seconds):
            if live:
                self._renew()
            else:
                doing = f": {escape(self._activity)}" if self._activity else ""
                self.console.print(f"… {self._title} [dim]{self._elapsed():.0f} s{doing}[/dim]", soft_wrap=True)

    def _renew(self) -> None:
        status = self._status
        if status is not None:
            status.update(f"{self._title} [dim]{self._elapsed():.0f} s {escape(self._activity)}[/dim]")

    def update(self, activity: str) -> None:
        """Show what the running step is doing."""
        self._activity = activity
        self._renew()

    def print_line(self, text: str, style: str | None = None) -> None:
        """Print text as it is: whole, without markup."""
        self.console.print(text, style=style, markup=False, soft_wrap=True)
