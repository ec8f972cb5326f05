"""Runs every trial of every function of an API, or of those that are named, and counts them."""

from __future__ import annotations

import sys
import warnings

from tests.fault_cases.all import CASES

if __name__ == "__main__":
    from faults.report import report

    # An invocation that ends on its way has measured nothing, of which Powertools warns.
    warnings.filterwarnings("ignore", "No application metrics to publish")
    sys.exit(report(CASES, sys.argv[1:]))
