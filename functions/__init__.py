"""Lambda functions, a folder each: a thin handler and its logic."""
