"""Mutation tests: one resource of the built platform is changed, and exactly the named checks must notice."""
