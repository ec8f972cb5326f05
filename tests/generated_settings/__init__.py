"""Generated folders of stack files: what the settings check accepts, nothing later refuses."""
