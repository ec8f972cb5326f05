"""How a form of text becomes a type of settings: a pattern with its message, AWS's limits, what editors show."""

from __future__ import annotations

import re
from typing import Any

from pydantic import AfterValidator, Field

from settings.closed_lists import closed_list
from settings.patterns import AwsText, ascii_form, lengths_of


class NotAllowed(ValueError):
    """A value outside a closed list. `allowed` lets the report name the nearest match."""

    def __init__(self, message: str, allowed: frozenset[str] = frozenset()) -> None:
        super().__init__(message)
        self.allowed = allowed


def matching(pattern: str, what: str) -> AfterValidator:
    """Text that matches a pattern; `what` is the message where it does not."""
    form = re.compile(pattern)

    def check(value: str) -> str:
        if not form.fullmatch(value):
            raise ValueError(what)
        return value

    return AfterValidator(check)


def enumerated(name: str) -> Any:
    """Puts a closed list into the JSON schema, read when the schema is made."""

    def extend(schema: dict[str, Any]) -> None:
        schema["enum"] = sorted(closed_list(name))

    return Field(json_schema_extra=extend)


def described(pattern: str, *examples: str) -> Any:
    """A pattern and examples for the JSON schema."""
    return Field(json_schema_extra={"pattern": pattern, "examples": list(examples)})


def ec2_id(start: str) -> Any:
    """The form of an EC2 resource's id."""
    return matching(f"^{start}-([0-9a-f]{{8}}|[0-9a-f]{{17}})$", f"not an id such as {start}-0123456789abcdef0")


def aws(kind: str, what: str = "the form above alone") -> Any:
    """What AWS's models say of the text, after the platform's own form; `what` tells it where people write freely."""
    return AfterValidator(AwsText(kind, what))


def editors(kind: str) -> Any:
    """The same for editors, as far as a schema can say it."""
    least, most = lengths_of(kind)
    return Field(json_schema_extra={"pattern": ascii_form(kind), "minLength": least, "maxLength": most})
