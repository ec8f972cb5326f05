"""What a module of `rehearsal.services` is made of: resource types, required IAM actions, data sources, patches.

Nothing here knows a service by name, and nothing here imports another part of the rehearsal.
"""
