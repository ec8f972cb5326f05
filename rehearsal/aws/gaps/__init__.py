"""What the in-memory services lack of AWS's control plane: operations by name, and members that they drop."""

from __future__ import annotations

from importlib import import_module

# Service → the file that completes it. Each is read when the service is first asked, since each brings in its service.
_FILES = {
    "codebuild": "codebuild",
    "codepipeline": "codepipeline",
    "ec2": "ec2",
    "events": "events",
    "guardduty": "guardduty",
    "lambda": "functions",
    "iam": "iam",
    "logs": "logs",
    "s3": "s3",
    "sagemaker": "sagemaker",
}
_done: set[str] = set()


def ensure(service: str) -> None:
    """Complete a service before its first request. A process's services are completed once."""
    if service in _FILES and service not in _done:
        _done.add(service)
        import_module(f"{__name__}.{_FILES[service]}").install()
