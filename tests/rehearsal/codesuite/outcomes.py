"""Prints how a build ends with and without NAT, with and without a wheelhouse.

`python -m tests.rehearsal.codesuite.outcomes`.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from rehearsal.aws.cloud import Cloud
from rehearsal.codesuite.suite import CodeSuite
from tests.rehearsal.codesuite.account import REGION, CodeSuiteAccount
from tests.rehearsal.codesuite.test_wheelhouse import run


def main() -> None:
    """Four builds, each in an AWS of its own."""
    for nat in (False, True):
        for wheelhouse in (False, True):
            with (
                tempfile.TemporaryDirectory() as folder,
                Cloud(REGION) as cloud,
                CodeSuite(cloud, logs=Path(folder)) as suite,
            ):
                failure, _ = run(CodeSuiteAccount(cloud, suite), nat=nat, wheelhouse=wheelhouse)
            ways = f"{'with' if nat else 'without'} NAT, {'with' if wheelhouse else 'without'} a wheelhouse"
            print(f"{ways}: {failure or 'installed'}")


if __name__ == "__main__":
    main()
