"""The golden list of URNs: written from a rehearsal of the example.

`python -m tests.stacks.example.golden build/example/resources.json`; `make golden` runs it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

GOLDEN = Path(__file__).parent / "urns.txt"

if __name__ == "__main__":
    urns = sorted(resource["urn"] for resource in json.loads(Path(sys.argv[1]).read_text()))
    GOLDEN.write_text("\n".join(urns) + "\n")
    print(f"{len(urns)} URNs in {GOLDEN}")
