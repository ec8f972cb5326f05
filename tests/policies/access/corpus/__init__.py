"""Questions whose answers stand on AWS's pages, for both readers of policies."""
