"""No role can raise its own rights, over sequences of steps, to a fixed point."""
