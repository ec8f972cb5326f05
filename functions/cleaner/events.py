"""What a step needs to be told, checked before anything is asked of AWS: a step that is told half removes too much."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

_SHOWN = 80
# A tag's value, and longer than any name here (Tagging AWS Resources User Guide, "Tag naming limits and requirements").
_LONGEST = 256


class UnusableEvent(ValueError):
    """An event that names no step, or not what its step needs. Nothing was removed."""


def _text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and value.isprintable() and len(value) <= _LONGEST


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(_text(each) for each in value)


def _names(value: object) -> bool:
    """At least one: whoever names none of what runs would have it run on."""
    return _texts(value) and bool(value)


def _named_or_none(value: object) -> bool:
    return isinstance(value, Mapping) and all(_text(each) for each in value.values())


def _named(value: object) -> bool:
    """An object of texts. Empty tags would be those of everything."""
    return _named_or_none(value) and bool(value)


def _choice(value: object) -> bool:
    return isinstance(value, bool)


_FORMS: Mapping[str, tuple[Callable[[object], bool], str]] = {
    "text": (_text, f"a text of at most {_LONGEST} characters"),
    "texts": (_texts, "a list of texts"),
    "names": (_names, "a list of at least one text"),
    "named": (_named, "an object of texts with at least one member"),
    "buckets": (_named_or_none, "an object of texts"),
    "choice": (_choice, "true or false"),
}
_PROJECT = {
    "stack": "text",
    "group": "text",
    "codePipelines": "names",
    "builds": "names",
    "pipeline": "text",
    "deleteModels": "choice",
}
# Members by step: the events of components/release_cleaner.py and components/account_cleaner.py.
MEMBERS: Mapping[str, Mapping[str, str]] = {
    "stopProject": _PROJECT,
    "forgetProject": _PROJECT,
    "removeStackSet": {"stackSet": "text", "retainStacksIn": "texts"},
    "clearAccount": {
        "stack": "text",
        "domain": "text",
        "tags": "named",
        # Of an account whose buckets all were there before, none is to be emptied.
        "buckets": "buckets",
        "groups": "text",
        "delete": "texts",
    },
    "clearNetwork": {"vpc": "text", "tags": "named", "delete": "texts"},
}


def action_of(event: object) -> str:
    """What happens to the caller's resource: `tf.action`. Raises UnusableEvent."""
    told = event.get("tf") if isinstance(event, Mapping) else None
    action = told.get("action") if isinstance(told, Mapping) else None
    if action not in ("create", "update", "delete"):
        raise UnusableEvent(
            f"tf.action is {_shown(action)}; allowed: create, update, delete, as pulumi_aws lambda.Invocation sends "
            'them with lifecycle_scope="CRUD". Nothing was removed'
        )
    return str(action)


def step_of(event: Mapping[str, Any]) -> str:
    """The step that the event names, which has all that it needs. Raises UnusableEvent."""
    step = event.get("step")
    if not isinstance(step, str) or step not in MEMBERS:
        raise UnusableEvent(f"step is {_shown(step)}; allowed: {', '.join(MEMBERS)}. Nothing was removed")
    for name, form in MEMBERS[step].items():
        fits, described = _FORMS[form]
        if not fits(event.get(name)):
            raise UnusableEvent(f"{step}: {name} is {_shown(event.get(name))}, not {described}. Nothing was removed")
    return step


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
