"""`python -m scripts.pictures [FOLDER]`: draw docs/images/ from the rehearsal in FOLDER (default: build/rehearsal).

With `--check` nothing is written: the committed picture of the architecture is compared with the stacks in FOLDER,
which may be a rehearsal of the stacks alone. The summary shows seconds, which differ each time, and is not compared.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scripts.pictures import architecture, summary
from scripts.pictures.built import NotBuilt, read_stacks

IMAGES = Path(__file__).resolve().parents[2] / "docs/images"
ARCHITECTURE, SUMMARY = IMAGES / "architecture.svg", IMAGES / "rehearsal.svg"


def main() -> int:
    """Exit codes: 0 drawn, or current; 1 the rehearsal is missing, failed, lacks what is shown, or shows otherwise."""
    parser = argparse.ArgumentParser(prog="python -m scripts.pictures", description="Draw the README's pictures")
    parser.add_argument("folder", nargs="?", type=Path, default=Path("build/rehearsal"), help="of a rehearsal")
    parser.add_argument("--check", action="store_true", help="compare the architecture, write nothing")
    options = parser.parse_args()
    try:
        picture = architecture.draw(read_stacks(options.folder)).svg()
        if options.check:
            return _compare(picture)
        terminal = summary.draw(options.folder)
    except FileNotFoundError as error:
        return _failed(f"{error.filename} is missing: run `make rehearse` first")
    except (NotBuilt, summary.NotPassed) as error:
        return _failed(str(error))
    IMAGES.mkdir(parents=True, exist_ok=True)
    ARCHITECTURE.write_text(picture, encoding="utf-8")
    SUMMARY.write_text(terminal, encoding="utf-8")
    return 0


def _compare(picture: str) -> int:
    if ARCHITECTURE.exists() and ARCHITECTURE.read_text(encoding="utf-8") == picture:
        return 0
    return _failed("docs/images/architecture.svg differs from what was built: run `make golden`")


def _failed(reason: str) -> int:
    print(reason, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
