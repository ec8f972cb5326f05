"""Nothing is lacking yet."""


def install() -> None:
    """Complete the service."""
