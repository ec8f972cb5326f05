"""`python -m rehearsal.compare`: what a change would do to resources, rights and cost."""

from __future__ import annotations

from rehearsal.compare.command import app

if __name__ == "__main__":
    app()
