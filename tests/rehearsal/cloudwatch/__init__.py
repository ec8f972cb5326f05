"""CloudWatch of the in-memory AWS."""
