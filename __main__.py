"""`pulumi up`: read the stack's settings, build the stack of that kind."""

import stacks
from settings.load import from_pulumi

stacks.build(from_pulumi())
