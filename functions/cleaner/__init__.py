"""Removes what Pulumi did not make and so does not delete: endpoints, models, apps, contents of buckets."""
