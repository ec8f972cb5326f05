"""`python -m scripts.pictures [FOLDER]`: draw accounts and summary of the rehearsal in FOLDER, into FOLDER.

The README's pictures are drawn from the example's rehearsal: `make golden` puts them `--into docs/images`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scripts.pictures import architecture, summary
from scripts.pictures.built import NotBuilt, read_stacks

ARCHITECTURE, SUMMARY = "architecture.svg", "rehearsal.svg"


def main() -> int:
    """Exit codes: 0 drawn; 1 the rehearsal is missing, failed or lacks what is shown."""
    parser = argparse.ArgumentParser(prog="python -m scripts.pictures", description="Draw what was rehearsed")
    parser.add_argument("folder", nargs="?", type=Path, default=Path("build/rehearsal"), help="of a rehearsal")
    parser.add_argument(
        "--into", type=Path, metavar="FOLDER", help="where the pictures go, if not beside the rehearsal"
    )
    options = parser.parse_args()
    try:
        picture = architecture.draw(read_stacks(options.folder)).svg()
        terminal = summary.draw(options.folder)
    except FileNotFoundError as error:
        return _failed(f"{error.filename} is missing: run `make rehearse` first")
    except (NotBuilt, summary.NotPassed) as error:
        return _failed(str(error))
    into = options.into or options.folder
    into.mkdir(parents=True, exist_ok=True)
    for name, text in ((ARCHITECTURE, picture), (SUMMARY, terminal)):
        (into / name).write_text(text, encoding="utf-8")
        print(f"drawn: {into / name}")
    return 0


def _failed(reason: str) -> int:
    print(reason, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
