"""`python -m scripts.pictures [FOLDER]`: draw docs/images/ from the rehearsal in FOLDER (default: build/rehearsal)."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scripts.pictures import architecture, summary
from scripts.pictures.built import NotBuilt, read_stacks

IMAGES = Path(__file__).resolve().parents[2] / "docs/images"


def main() -> int:
    """Exit codes: 0 drawn, 1 the rehearsal is missing, failed, or lacks what the pictures show."""
    parser = argparse.ArgumentParser(prog="python -m scripts.pictures", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("build/rehearsal"))
    folder: Path = parser.parse_args().folder
    try:
        picture, terminal = architecture.draw(read_stacks(folder)), summary.draw(folder)
    except FileNotFoundError as error:
        return _failed(f"{error.filename} is missing: run `make rehearse` first")
    except (NotBuilt, summary.NotPassed) as error:
        return _failed(str(error))
    IMAGES.mkdir(parents=True, exist_ok=True)
    picture.write(IMAGES / "architecture.svg")
    (IMAGES / "rehearsal.svg").write_text(terminal, encoding="utf-8")
    return 0


def _failed(reason: str) -> int:
    print(reason, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
