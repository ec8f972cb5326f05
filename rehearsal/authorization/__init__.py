"""Whether each recorded request was allowed, by the policies of the stacks: decisions, refusals, unused rights."""
