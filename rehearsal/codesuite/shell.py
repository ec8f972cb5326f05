"""Runs a phase's commands as CodeBuild's agent does: one shell's state through all commands and phases."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rehearsal.aws.processes import Processes
from rehearsal.codesuite.buildspec import BuildPhase
from rehearsal.network.namespace import inside

# A phase is a process of its own, so that `exit` in a command ends the phase and not the build. Variables,
# functions and the working directory are handed to the next phase through a file.
_PROLOGUE = """
__state={state}; __done={done}; __number=0
[ -f "$__state" ] && source "$__state" 2>/dev/null
cd {folder}; [ -f "$__state.cwd" ] && cd "$(cat "$__state.cwd")"
__keep() {{
  {{ declare -p | grep -Ev '^declare -[a-zA-Z]*r|CODEBUILD_BUILD_SUCCEEDING='; declare -f; }} > "$__state"
  pwd > "$__state.cwd"; : > "$__state.exported"
  for __name in {exported}; do printf '%s=%s\\0' "$__name" "${{!__name}}" >> "$__state.exported"; done
  printf %s "$__number" > "$__done"
}}
trap __keep EXIT
"""
_COMMAND = """
__number={number}; printf '[Container] Running command %s\\n' {command}
eval {command} || {{
  __code=$?; printf '[Container] Command did not exit successfully: status %s\\n' "$__code"; exit "$__code"
}}
"""


@dataclass(frozen=True)
class PhaseResult:
    """How a phase ended. `message` is empty where it succeeded; `cause` says "timed-out" or "stopped"."""

    message: str
    cause: str | None = None


class Shell:
    """The shell of one build. `folder` holds its state, outside the source; `ports` of loopback are all it reaches."""

    def __init__(
        self,
        processes: Processes,
        *,
        folder: Path,
        source: Path,
        log: Path,
        exported: tuple[str, ...],
        stopped: Callable[[], bool] = lambda: False,
        ports: Sequence[int],
    ) -> None:
        self._ports = ports
        self._processes = processes
        self._stopped = stopped
        self._folder = folder
        self._source = source
        self._log = log
        self._exported = exported

    def run(self, phase: BuildPhase, environment: Mapping[str, str], seconds: float) -> PhaseResult:
        """Run a phase: its commands up to the first that fails, then its `finally` commands in any case."""
        result = self._block(phase, phase.commands, environment, seconds)
        if phase.finally_commands and result.cause is None:
            last = self._block(phase, phase.finally_commands, environment, seconds)
            return result if result.message else last
        return result

    def exported(self) -> dict[str, str]:
        """The exported variables, as the last phase left them."""
        path = self._folder / "state.exported"
        if not path.exists():
            return {}
        pairs = path.read_text(encoding="utf-8", errors="replace").split("\0")
        return dict(pair.split("=", 1) for pair in pairs if "=" in pair)

    def _block(
        self, phase: BuildPhase, commands: tuple[str, ...], environment: Mapping[str, str], seconds: float
    ) -> PhaseResult:
        if not commands:
            return PhaseResult("")
        script = self._folder / f"{phase.name}.sh"
        done = self._folder / "done"
        script.write_text(self._script(commands, done), encoding="utf-8")
        ended = self._processes.run(
            inside(["/bin/bash", "--noprofile", "--norc", str(script)], self._ports),
            environment=environment,
            folder=self._source,
            log=self._log,
            seconds=seconds,
            stopped=self._stopped,
        )
        if ended.cause is not None:
            return PhaseResult(f"{phase.name}: {ended.cause} after {seconds:.0f} s", ended.cause)
        if ended.code == 0:
            return PhaseResult("")
        number = int(done.read_text() or 1) if done.exists() else 1
        failed = commands[max(number, 1) - 1].strip()
        reason = f"Error while executing command: {failed}. Reason: exit status {ended.code}"
        return PhaseResult(f"COMMAND_EXECUTION_ERROR: {reason}")

    def _script(self, commands: tuple[str, ...], done: Path) -> str:
        quote = shlex.quote
        prologue = _PROLOGUE.format(
            state=quote(str(self._folder / "state")),
            done=quote(str(done)),
            folder=quote(str(self._source)),
            exported=" ".join(self._exported),
        )
        lines = [
            _COMMAND.format(number=number, command=quote(command)) for number, command in enumerate(commands, start=1)
        ]
        return prologue + "".join(lines)
