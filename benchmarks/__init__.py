"""How long elements take, kept as medians with the machine that took them."""
