"""The project's training pipeline: its definition, and the commands that publish and run it."""
