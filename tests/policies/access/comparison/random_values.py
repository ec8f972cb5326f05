"""Small draws that every generator of requests uses: texts that fit a pattern, values that meet a condition."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, TypeVar

Drawn = TypeVar("Drawn")
_FILLERS = ("x", "diabetes", "a/b", "Model", "", "x:y", "7")
_ANY_ACTION = ("s3:GetObject", "kms:Decrypt", "sts:AssumeRole")
_NAMES = ("", "x", "Object", "Topics")
_VARIABLE = re.compile(r"\$\{([^}]*)\}")


def chance(random: Random, share: float) -> bool:
    """True in this share of calls."""
    return random.random() < share


def listed(found: Any) -> list[Any]:
    """One or several, as a list."""
    return found if isinstance(found, list) else [found]


def one_or_list(random: Random, found: Sequence[Drawn]) -> Drawn | list[Drawn]:
    """A single value sometimes without its brackets, as policies may write it."""
    return found[0] if len(found) == 1 and chance(random, 0.6) else list(found)


def fitting(random: Random, pattern: str, context: Mapping[str, Any], fillers: Sequence[str] = _FILLERS) -> str:
    """A text that `pattern` accepts, when its variables have values in `context`; `fillers` stand for a `*`."""
    by_name = {key.lower(): values for key, values in context.items()}

    def value(found: re.Match[str]) -> str:
        name, _, default = found[1].partition(",")
        known = by_name.get(name.strip().lower())
        if isinstance(known, str):
            return known
        return default.strip().strip("'") or (name if name in {"*", "?", "$"} else random.choice(_FILLERS))

    filled = _VARIABLE.sub(value, pattern)
    return "".join(
        random.choice(fillers) if character == "*" else random.choice("xA7") if character == "?" else character
        for character in filled
    )


def fitting_action(random: Random, pattern: str) -> str:
    """One action that `pattern` accepts."""
    service, _, name = pattern.partition(":")
    return f"{service}:{fitting(random, name, {}, _NAMES) or 'x'}" if name else random.choice(_ANY_ACTION)


def near(random: Random, text: str) -> str:
    """`text` with one small change: of case, of length, of a character."""
    change = random.randrange(5)
    position = random.randrange(len(text) + 1)
    if change == 0:
        return text.swapcase()
    if change == 1:
        return text[:position] + random.choice("x/:*?") + text[position:]
    if change == 2 and text:
        return text[:-1]
    if change == 3:
        return text + random.choice(("/x", "x", ":y"))
    return text.replace("1", "2", 1) if "1" in text else text[:position] + text[position + 1 :]


def meeting(random: Random, operator: str, values: Sequence[Any], context: Mapping[str, Any]) -> str | list[str] | None:
    """A value that probably meets the condition; None to leave the key out."""
    plain = operator.rsplit(":", maxsplit=1)[-1].removesuffix("IfExists")
    wanted = str(random.choice(values))
    if operator.endswith("IfExists") and chance(random, 0.3):
        return None
    if plain == "Null":
        return None if wanted.lower() == "true" else "present"
    if "Not" in plain:
        found: str | None = None if chance(random, 0.4) else other(random, wanted)
    else:
        found = _matching(random, plain, wanted, context)
    if ":" in operator and found is not None and chance(random, 0.5):
        return [found, _matching(random, plain, str(random.choice(values)), context)]
    return found


def _matching(random: Random, plain: str, wanted: str, context: Mapping[str, Any]) -> str:
    if plain in {"ArnLike", "ArnEquals"}:
        return fitting(random, wanted, context, ("x", "x:y"))
    if plain == "StringLike":
        return fitting(random, wanted, context)
    if plain == "StringEqualsIgnoreCase":
        return wanted.swapcase()
    if plain.startswith(("Numeric", "Date")) and not plain.endswith("Equals"):
        return other(random, wanted)
    if plain == "IpAddress":
        return wanted.split("/", maxsplit=1)[0]
    return wanted if "${" not in wanted else fitting(random, wanted, context)


def other(random: Random, text: str) -> str:
    """Another value of the same type."""
    if re.fullmatch(r"-?\d+(\.\d+)?", text):
        return str(int(float(text)) + random.choice((-1, 1, 5)))
    if re.match(r"\d{4}-", text):
        return random.choice(("2024-06-30T12:00:00Z", "2026-01-01T00:00:00Z", "2031-12-31T23:59:59Z"))
    if re.match(r"\d+\.\d+\.\d+", text) or re.match(r"[0-9a-f]+:[0-9a-f:]+", text):
        return random.choice(("10.0.0.1", "10.0.1.77", "192.0.2.1", "2001:db8::1", "2001:db8:1::5"))
    if text in {"true", "false"}:
        return "false" if text == "true" else "true"
    return near(random, text)


def encoded(text: str) -> str:
    """Base 64, as binary keys are written."""
    return base64.b64encode(text.encode()).decode()
