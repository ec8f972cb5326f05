"""What must hold between stack files, a topic a module. `settings.check` runs them all."""
