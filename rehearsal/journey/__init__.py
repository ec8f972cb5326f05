"""A model's way from data to production, walked by the platform's own actors."""
