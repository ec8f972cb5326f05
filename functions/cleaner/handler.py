"""Entry point: called by a stack for each step of its removal when it is created, changed and destroyed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from functions.cleaner.events import action_of, step_of
from functions.cleaner.waiting import Waiting

Step = Callable[[Callable[[str], Any], Mapping[str, Any], Waiting], list[str]]
# Kept to say what is left, in seconds.
_TO_SPEAK = 30
# Of one attempt: a call that is never answered leaves time to say so.
CONNECT_SECONDS, READ_SECONDS = 5, 30


def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Take the step that the event names, but only when the caller's resource is being destroyed.

    `tf.action` is create, update or delete: pulumi_aws lambda.Invocation with `lifecycle_scope="CRUD"`. Raises
    UnusableEvent for an event that no step is told by, and NotRemoved for what cannot be removed. Whatever it raises,
    it can be called again: what is gone is passed over.
    """
    action = action_of(event)
    if action != "delete":
        return {"action": action, "removed": []}
    step = step_of(event)
    waiting = Waiting(context.get_remaining_time_in_millis() / 1000 - _TO_SPEAK)
    removed = _steps()[step](_clients(), event, waiting)
    print(f"{step}: removed {', '.join(removed) or 'nothing'}")
    return {"action": action, "removed": removed}


def _steps() -> Mapping[str, Step]:
    """Steps by name: what each takes from the event, its function says."""
    from functions.cleaner import account, project, stack_sets, studio  # not needed while a stack is created

    return {
        "stopProject": project.stop,
        "removeStackSet": lambda clients, event, waiting: stack_sets.remove(
            clients("cloudformation"), event["stackSet"], waiting, event["retainStacksIn"]
        ),
        "forgetProject": project.forget,
        "clearAccount": account.clear,
        "clearNetwork": studio.clear_network,
    }


def _clients() -> Callable[[str], Any]:
    """Clients by service. Throttled requests are made again, more slowly (boto3 guide, "Retries")."""
    import boto3
    from botocore.config import Config

    config = Config(
        retries={"mode": "adaptive", "max_attempts": 10}, connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS
    )

    @cache
    def client(service: str) -> Any:
        return boto3.client(service, config=config)

    return client
