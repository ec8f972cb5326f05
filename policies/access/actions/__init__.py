"""Every action of the services in use, each marked: bounded, denied, harmless, or followed by an escalation step."""
