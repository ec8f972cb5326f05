"""The pictures of the README, drawn from what a rehearsal built: `python -m scripts.pictures`."""
