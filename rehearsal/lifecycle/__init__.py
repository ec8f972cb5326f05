"""The life of a sample of every resource type: created, read, updated and deleted in a fresh in-memory AWS."""
