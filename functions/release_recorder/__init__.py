"""Writes down what each account of each stage serves, since when, by whose word, and why it ended."""
