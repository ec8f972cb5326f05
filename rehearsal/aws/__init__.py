"""The in-memory AWS: a state for each account, who acts in it, a record of every request, and shared parts."""
