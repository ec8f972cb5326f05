"""Policy documents as typed statements: pure functions of names, accounts and ARNs, without Pulumi."""
