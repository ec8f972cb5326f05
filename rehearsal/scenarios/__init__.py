"""What can happen to a platform that serves: a module for each `make rehearse SCENARIO=…`, run after the journey.

Each module holds `SCENARIO`, found by the scenario's name (`rehearsal.options.SCENARIOS`).
"""
