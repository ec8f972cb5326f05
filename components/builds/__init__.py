"""What the platform's own builds run: plain Python that needs nothing but CodeBuild's image."""
