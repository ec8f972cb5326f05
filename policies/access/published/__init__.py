"""What AWS publishes about rights, read from packages that carry it, and held against the policies that were built.

- `handler_permissions`: CloudFormation's resource schemas say which actions the handlers of a type call.
- `managed_policies`: AWS's own managed policies say what its roles for the same work may do.

Neither was written with this platform in mind, so what they name and no role has is a finding, or a line with its
reason in a reviewed list (`reviewed_permissions.py`, `reviewed_policies.py`). A line that is not needed is a finding.
"""
