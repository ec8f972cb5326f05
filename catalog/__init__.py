"""Facts that everything else is built from: physical names, roles, scopes. Nothing here knows Pulumi."""
