"""Theorems about the platform's access, for all requests: each is proved, or shown wrong by the request that passes."""
