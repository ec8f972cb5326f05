"""Entry point: called by the project's stack when it is created, changed and destroyed."""

from __future__ import annotations

from typing import Any

import boto3

from functions.release_cleaner.cleaner import remove


def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Remove the StackSets named in `stackSets`, but only when the caller's resource is being destroyed.

    `tf.action` is create, update or delete: pulumi_aws lambda.Invocation with `lifecycle_scope="CRUD"`.
    """
    action = event.get("tf", {}).get("action")
    if action != "delete":
        return {"action": action, "removed": []}
    client = boto3.client("cloudformation")
    # Half a minute is kept to say what is left.
    seconds = context.get_remaining_time_in_millis() / 1000 - 30
    return {"action": action, "removed": remove(client, event["stackSets"], seconds)}
