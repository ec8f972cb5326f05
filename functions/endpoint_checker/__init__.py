"""Asks one endpoint each minute what its models have answered before, and counts what is wrong by version."""
