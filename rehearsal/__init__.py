"""The whole platform on one machine: every stack in an in-memory AWS, then a model's journey through it."""
