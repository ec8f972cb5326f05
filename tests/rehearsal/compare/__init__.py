"""What a change would do, told from small lists of resources, and once from a real change."""
