"""Mistakes planted into what was built: which checks must notice each, and that no other does."""
