"""`pulumi up`: read the stack's settings, build the stack of that kind."""

import os
import signal

import stacks
from settings.load import from_pulumi

# The engine interrupts the program once a resource has failed, and has said why: a Python traceback of the interruption
# would only hide it.
signal.signal(signal.SIGINT, lambda *_: os._exit(130))

stacks.build(from_pulumi())
