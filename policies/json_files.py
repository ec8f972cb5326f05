"""JSON files as people have them: PowerShell redirects into UTF-16, and editors begin UTF-8 with a byte order mark."""

from __future__ import annotations

import json
from pathlib import Path


class NotText(ValueError):
    """A file that holds no text in any encoding of JSON. The message says what to do."""


def json_text(path: Path) -> str:
    """A JSON file's text, in whichever encoding of Unicode it is, without a byte order mark.

    Raises OSError where it cannot be read and NotText where it is no text. Source: RFC 4627, section 3: the first
    bytes of JSON tell its encoding.
    """
    content = path.read_bytes()
    encoding = json.detect_encoding(content)
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise NotText(f"is not text in {encoding.removesuffix('-sig').upper()}: write it again in UTF-8") from error
