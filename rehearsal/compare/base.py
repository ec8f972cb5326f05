"""A git ref rehearsed beside the working tree: both with their own code and their own stack files."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

from rehearsal.compare.capture import RESOURCES
from rehearsal.compare.endpoints import write_endpoints
from rehearsal.console import ConsoleProgress

# What decides which packages a ref was written for.
_LOCK = "uv.lock"
# Folders of the two rehearsals.
BEFORE, AFTER = "before", "after"
_HERE = "the working tree"
# The exit status of `python -m settings check` where it found problems; another is that of a version without it.
_PROBLEMS = 1


class NotCompared(Exception):
    """There is nothing to compare. The message says why and what to do."""


@dataclass(frozen=True)
class Rehearsed:
    """Where a rehearsal left what it built, what it is called, and what a reader must know of it."""

    folder: Path
    called: str
    notes: tuple[str, ...] = ()


def rehearse_both(root: Path, ref: str, folder: Path, progress: ConsoleProgress) -> tuple[Rehearsed, Rehearsed]:
    """Rehearse a ref and the working tree at `root`, each into a folder below `folder`. Raises NotCompared."""
    commit = commit_of(root, ref)
    called = ref if commit.startswith(ref) else f"{ref} ({commit[:10]})"
    base = folder / "base"
    with progress.running(f"Export {called} into {base}"):
        export(root, commit, base)
    if not (base / "rehearsal" / "__main__.py").exists():
        raise NotCompared(f"{called} has no rehearsal: name a later commit or branch, such as BASE=HEAD")
    # A mistake is likelier in what was edited last, and either side's is told before anything is built.
    for directory, name in ((root, _HERE), (base, called)):
        _check(directory, name, progress)
    after = _rehearse(root, folder.resolve() / AFTER, _HERE, progress)
    before = _rehearse(base, folder.resolve() / BEFORE, called, progress)
    if (base / _LOCK).read_bytes() != (root / _LOCK).read_bytes():
        note = f"{_LOCK} differs: both sides ran with the packages that are installed here"
        before = Rehearsed(before.folder, before.called, (*before.notes, note))
    return before, after


def commit_of(root: Path, ref: str) -> str:
    """The commit that a ref names. Raises NotCompared."""
    if not shutil.which("git"):
        raise NotCompared("git is not installed; compare two folders: python -m rehearsal.compare BEFORE AFTER")
    if _git(root, "rev-parse", "--is-inside-work-tree").returncode:
        raise NotCompared(
            f"{root.resolve()} is no git repository, so there is no other state of it to compare with; compare the "
            "folders of two rehearsals: python -m rehearsal.compare BEFORE AFTER"
        )
    found = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    if found.returncode:
        names = _git(root, "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes", "refs/tags")
        known = ", ".join(names.stdout.decode().split()[:12]) or "none yet: commit something first"
        raise NotCompared(
            f"BASE={ref}: git knows no such branch, tag or commit; there are {known}. Where the clone is shallow, "
            "`git fetch --unshallow` brings the others"
        )
    return found.stdout.decode().strip()


def export(root: Path, commit: str, target: Path) -> None:
    """Write the files of a commit into a folder, in place of whatever is there. Raises NotCompared."""
    done = _git(root, "archive", "--format=tar", commit)
    if done.returncode:
        raise NotCompared(f"git archive: {done.stderr.decode().strip()}")
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(target, filter="data")


def _check(directory: Path, called: str, progress: ConsoleProgress) -> None:
    """Have a state's own check judge its stack files. Raises NotCompared with everything that is wrong with them."""
    with progress.running(f"Check the settings of {called}"):
        done, output = _run(directory, "settings", "check", "--directory", str(directory.resolve()))
        if done == _PROBLEMS:
            raise NotCompared(
                f"{output.rstrip()}\n{called} cannot be compared: its own check refuses its settings, see above. "
                + _way_out(called)
            )


def _rehearse(directory: Path, folder: Path, called: str, progress: ConsoleProgress) -> Rehearsed:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with progress.running(f"Rehearse the stacks of {called}"):
        done, output = _run(directory, "rehearsal", "--stacks-only", "--folder", str(folder))
        (folder / "output.txt").write_text(output)
        # A stack that fails leaves what was made until then, which is no platform.
        if not (folder / RESOURCES).exists() or not _complete(folder):
            raise NotCompared(
                f"{output.rstrip()}\n{called} cannot be compared: its own rehearsal says what is above. "
                + _way_out(called)
            )
    notes = []
    if done:
        notes.append(f"the rehearsal of {called} failed in part, see {folder / 'output.txt'}")
    if not write_endpoints(directory, folder):
        notes.append(
            f"the stack files of {called} cannot be read by this version: endpoints' instances are not counted"
        )
    return Rehearsed(folder, called, tuple(notes))


def _complete(folder: Path) -> bool:
    """Whether every stack came up."""
    report = folder / "report.json"
    return report.exists() and not json.loads(report.read_text()).get("problem")


def _way_out(called: str) -> str:
    return "Correct it" if called == _HERE else "Name another state: BASE=<branch, tag or commit>"


def _run(directory: Path, module: str, *arguments: str) -> tuple[int, str]:
    """Run a module of the program that stands in a directory; its exit status and what it printed."""
    # The folder to run in comes first on the path of modules; a path from outside would come before it.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=directory,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return done.returncode, done.stdout.decode(errors="replace")


def _git(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=False)  # noqa: S607 - the user's git
