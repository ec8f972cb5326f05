"""Component resources, one to a file. They take arguments, never settings."""
