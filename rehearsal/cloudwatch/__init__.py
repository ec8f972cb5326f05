"""CloudWatch that evaluates: metrics of what really happened, alarms on them period by period."""
