"""The platform's life to its end: used by people, destroyed in the documented order, looked for in every account."""
