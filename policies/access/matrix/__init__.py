"""The access matrix: who can do what, to what, from where, decided from what was built."""
