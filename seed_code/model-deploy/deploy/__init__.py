"""Brings an approved model package to staging and production, and tests what serves there."""
