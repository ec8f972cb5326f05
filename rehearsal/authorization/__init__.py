"""The rehearsal is decided: which rights each recorded request needs, and whether its role has them."""
