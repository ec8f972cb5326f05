"""Runs every trial of every function, or of those that are named, and counts them."""

from __future__ import annotations

import sys

from tests.functions.fault_cases import all_cases

from .report import report

if __name__ == "__main__":
    sys.exit(report(all_cases(), sys.argv[1:]))
