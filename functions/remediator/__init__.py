"""Stops, tags and reports what runs in SageMaker outside the platform's rules."""
