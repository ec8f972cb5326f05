"""Exports of other programs, written as `pulumi stack export` writes them, and reviews of them."""
