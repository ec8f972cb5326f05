"""The in-memory AWS: one state for each account, who acts in it, and a record of every request."""
