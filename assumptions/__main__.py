"""`python -m assumptions write`: the register as a page."""

from __future__ import annotations

import argparse

from assumptions import register
from assumptions.render import PAGE, answers, page


def main() -> int:
    """Write or compare `docs/assumptions.md`; 1 where it differs."""
    parser = argparse.ArgumentParser(prog="python -m assumptions", description=__doc__)
    parser.add_argument("command", choices=("write", "check"), help="write the page, or compare it with the register")
    text = page(register(), answers())
    if parser.parse_args().command == "write":
        PAGE.write_text(text, encoding="utf-8")
        print(f"{PAGE.name}: {len(register())} assumptions")
        return 0
    same = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text
    print(f"{PAGE.name}: {'as the register says' if same else 'differs; run python -m assumptions write'}")
    return int(not same)


if __name__ == "__main__":
    raise SystemExit(main())
