"""What AWS does beside its API: each behaviour with the mistake that it notices."""
