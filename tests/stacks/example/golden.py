"""The golden list of URNs: `python -m tests.stacks.example.golden` writes it from a rehearsal's resources."""

from __future__ import annotations

import json
from pathlib import Path

GOLDEN = Path(__file__).parent / "urns.txt"
RESOURCES = Path("build/rehearsal/resources.json")

if __name__ == "__main__":
    urns = sorted(resource["urn"] for resource in json.loads(RESOURCES.read_text()))
    GOLDEN.write_text("\n".join(urns) + "\n")
    print(f"{len(urns)} URNs in {GOLDEN}")
