"""How long things take, kept as medians with the machine that took them."""
