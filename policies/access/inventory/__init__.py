"""Reviews what any Pulumi AWS program built: an inventory says what its buckets, keys and roles are for."""
