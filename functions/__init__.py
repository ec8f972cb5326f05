"""Lambda functions, a module or a folder each: a thin handler and its logic."""
