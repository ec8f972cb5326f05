"""Approval by a link: who is asked gets a link by e-mail, sees what is decided, and decides on the page alone."""
