"""Programs that builds find in the stand-in for CodeBuild's image, where the real one needs what this machine lacks."""
