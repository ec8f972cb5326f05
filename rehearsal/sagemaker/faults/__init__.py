"""Code that a faulty container runs; nothing here is imported by the rehearsal itself."""
