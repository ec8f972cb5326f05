"""Renews everything generated, in the order in which one thing is made from another: `make golden`.

Read the differences before you commit them: a changed cell of the access matrix is somebody's changed access.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The platform that the tests build: a team's own settings stand at the root, and change none of this.
EXAMPLE = "tests/example"
FOLDER = "build/example"
# Module and arguments, with what it writes.
STEPS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("settings", "schema"), "JSON schemas of stack files and of the contract with the seed repositories"),
    (("assumptions", "write"), "docs/assumptions.md"),
    (("scripts.aws_behaviors",), "docs/generated/aws-behaviors.md"),
    (("delivery",), "the template that the deploy repository carries"),
    (("policies.pack.table",), "docs/generated/policy-rules.md"),
    (("policies.access", "sizes", "--write"), "docs/generated/document-sizes.md"),
    (
        ("rehearsal", "--directory", EXAMPLE, "--folder", FOLDER),
        "what was built of the example and every request of its journey, for the steps below",
    ),
    (
        (
            *("policies.access", "review", f"{FOLDER}/resources.json", "--write"),
            *("--documents", f"{EXAMPLE}/access", "--exemptions", f"{EXAMPLE}/policy-exemptions.yaml"),
        ),
        "access matrix and proofs of the example",
    ),
    (("tests.stacks.example.golden", f"{FOLDER}/resources.json"), "URNs of the example platform"),
    (("tests.policies.access.mutations.recorded_requests", FOLDER), "requests that the mutation tests decide again"),
    (("tests.policies.access.comparison.captured_policies", f"{FOLDER}/resources.json"), "policies for the comparison"),
    (("tests.policies.access.mutations.table",), "what each mutation test notices"),
    (("scripts.pictures", FOLDER, "--into", "docs/images"), "the README's pictures of the example"),
    (("rehearsal", "--stacks-only", "--folder", "build/access"), "the platform of the settings at the root"),
    (("policies.access", "review", "build/access/resources.json", "--write"), "docs/access: who may do what in it"),
)


def main() -> int:
    """Run every step; stop at the first that fails and return its exit status."""
    for number, (command, what) in enumerate(STEPS, start=1):
        print(f"{number}/{len(STEPS)} {what}", flush=True)
        status = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=False).returncode
        if status:
            print(f"failed: python -m {' '.join(command)}", file=sys.stderr)
            return status
    print("Read the differences with git diff before you commit them.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
