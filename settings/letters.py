"""Characters that a reader takes for others, or does not see at all, named by their code points."""

from __future__ import annotations

import unicodedata

# Format characters (zero width, direction), separators of lines and paragraphs, spaces other than the space, and what
# has no character. Source: Unicode Standard, section 4.5, "General Category".
_UNSEEN = frozenset({"Cf", "Zl", "Zp", "Zs", "Co", "Cn"})
# Letters and marks that have no form of their own. Source: Unicode Standard, "Default_Ignorable_Code_Point".
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0") | {chr(code) for code in range(0xFE00, 0xFE10)}


def named(letter: str) -> str:
    """A character by its code point and name, such as U+043E (cyrillic small letter o)."""
    name = unicodedata.name(letter, "").lower()
    return f"U+{ord(letter):04X}" + (f" ({name})" if name else "")


def unseen(text: str) -> str | None:
    """The first character of a text that nobody sees or tells from a space."""
    return next((letter for letter in text if letter in _BLANK or _is_unseen(letter)), None)


def foreign(text: str) -> str | None:
    """The first character of a text that is not ASCII, such as a Cyrillic letter that looks like a Latin one."""
    return next((letter for letter in text if not letter.isascii()), None)


def foreign_hint(text: str) -> str:
    """What begins a message on a text that should be ASCII; nothing where it is."""
    letter = unseen(text) or foreign(text)
    if letter is None:
        return ""
    why = "which nobody sees" if unseen(letter) else "which is not ASCII"
    return f"holds {named(letter)} at place {text.index(letter) + 1}, {why}; "


def _is_unseen(letter: str) -> bool:
    return letter != " " and unicodedata.category(letter) in _UNSEEN
