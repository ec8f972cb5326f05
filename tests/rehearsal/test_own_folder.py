"""Two runs in one clone have a folder each, and none shows what another run has found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rehearsal.own_folder import HELD, LOCK, FolderTaken, hold, hold_free
from tests.example_files import ROOT

_HOLD = "import sys; from pathlib import Path; from rehearsal.own_folder import hold_free\n"
_HOLD += "with hold_free(Path(sys.argv[1])) as own: print(own, flush=True); sys.stdin.read()"


@contextmanager
def another_run(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the folder, or the next, until the context ends."""
    command = [sys.executable, "-c", _HOLD, str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        process.stdout.readline()
        yield process
        process.kill()


def test_a_run_alone_has_the_folder_and_says_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with hold_free(tmp_path / "run") as own:
        assert own == tmp_path / "run"
    assert capsys.readouterr().out == ""


def test_the_second_run_has_its_own_folder_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = tmp_path / "run"
    with another_run(run) as first, hold_free(run) as second, hold_free(run) as third:
        assert (second, third) == (tmp_path / "run-2", tmp_path / "run-3")
    said = capsys.readouterr().out.splitlines()[0]
    assert said == f"{run} is in use by another run (process {first.pid}): this one's folder is {second}"


def test_the_folder_of_a_run_that_was_killed_is_taken_again(tmp_path: Path) -> None:
    with another_run(tmp_path / "run") as first:
        first.kill()
        first.wait()
        with hold_free(tmp_path / "run") as own:
            assert own == tmp_path / "run"
    assert not (tmp_path / "run-2").exists()


def test_a_folder_that_was_asked_for_by_name_is_had_or_refused(tmp_path: Path) -> None:
    with (
        another_run(tmp_path / "run"),
        pytest.raises(FolderTaken, match="in use by another run"),
        hold(tmp_path / "run"),
    ):
        pytest.fail("two runs would write into one folder")
    with hold(tmp_path / "run") as own:
        assert own == tmp_path / "run"


def test_what_holds_a_folder_hands_it_to_what_it_runs(tmp_path: Path) -> None:
    run, said = tmp_path / "run", "import os, sys; from pathlib import Path; from rehearsal.own_folder import hold\n"
    said += "with hold(Path(os.environ['OWN_FOLDER'])) as own: print(own)"
    command = [sys.executable, "-m", "rehearsal.own_folder", str(run), sys.executable, "-c", said]
    with another_run(run):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == str(tmp_path / "run-2")
    with hold(run), hold(tmp_path / "run-2"):
        pass


def test_a_command_holds_its_folder_until_it_ends(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "rehearsal.own_folder", str(tmp_path / "run"), "sh", "-c", "echo begun; read _"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "begun\n"
        with pytest.raises(FolderTaken, match=f"process {process.pid}"), hold(tmp_path / "run"):
            pass
        process.communicate("\n")
    with hold(tmp_path / "run"):
        pass


def test_what_an_earlier_run_wrote_is_gone_and_data_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = tmp_path / "run"
    (run / "logs").mkdir(parents=True)
    (run / "data").mkdir()
    kept = {"mine.txt", "data/data.csv"}
    for name in (*kept, "report.json", "resources.json", "requests.jsonl", "logs/job.log", "rehearsal.svg"):
        (run / name).write_text("earlier")
    with hold_free(run) as own:
        left = {path.relative_to(own).as_posix() for path in own.rglob("*") if path.is_file()}
    assert left == kept | {LOCK}
    (run / "logs").mkdir()
    with hold_free(run):
        assert (run / "logs").exists(), "without requests they are no run's logs"
    (run / "report.json").write_text("earlier")
    monkeypatch.setenv(HELD, str(run.resolve()))
    with hold(run):
        assert not (run / "report.json").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_refused_in_one_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with (
        pytest.raises(FolderTaken, match=r"cannot be written .*give another folder with --folder"),
        hold(tmp_path / "x"),
    ):
        pass


def test_a_file_in_the_place_of_the_folder_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("")
    with pytest.raises(FolderTaken, match=r"cannot be written .*give another folder with --folder"):
        hold(tmp_path / "run").__enter__()


def test_a_refusal_before_anything_is_built_is_the_folders_verdict(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text('{"passed": true}')
    command = [sys.executable, "-m", "rehearsal", "--directory", "tests/example", "--project", "nope"]
    done = subprocess.run([*command, "--folder", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["passed"] is False
    assert report["problem"] in done.stdout
    assert report["problem"].startswith("PROJECT=nope: there is no such project")
