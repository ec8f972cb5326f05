"""What may be done, by whom: documents as data, and the rules that resources must meet."""
