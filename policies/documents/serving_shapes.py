"""What each shape of serving takes beyond the single endpoint: statements for a project's roles in a workload account.

Only of the shapes that the workload stack's `servingShapes` gives the project.
"""

from __future__ import annotations

from collections.abc import Sequence

from policies.documents.statement import Statement
from settings.serving import COMPARED, ServingShape


def test_role(shapes: Sequence[ServingShape]) -> tuple[Statement, ...]:
    """For the role that tests and compares."""
    found: tuple[Statement, ...] = ()
    if COMPARED & set(shapes):
        found += (
            Statement(
                sid="CompareByMetrics",
                actions=["cloudwatch:GetMetricData"],
                resources=["*"],
                reason='Metrics know no resource (Service Authorization Reference, "Amazon CloudWatch")',
            ),
        )
    return found
