"""What each function of an API is tried with, by the package that tries the platform's own functions.

`python -m tests.fault_cases` runs every trial and counts them.
"""

from __future__ import annotations

import sys
from pathlib import Path

# The package `faults` stands with the tests of those functions, and imports nothing that is not here.
sys.path.append(str(Path(__file__).resolve().parents[4] / "tests" / "functions"))
