"""Every shape of serving, delivered to the staging account and asked."""
