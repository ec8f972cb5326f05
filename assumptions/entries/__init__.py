"""One module for each assumption, with `ASSUMPTION`; found by themselves."""
