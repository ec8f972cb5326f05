"""Files beside the stack files that look as if somebody read them, and that nobody reads.

Pulumi reads `Pulumi.yaml` and, beside it, `Pulumi.<stack>.yaml`: a stack file ends as the project file does. Source:
pulumi/pulumi, sdk/go/common/workspace/paths.go, `ProjectStackPath`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from settings.letters import foreign, foreign_hint, unseen
from settings.problems import SettingsProblem

STACK_FILE = re.compile(r"Pulumi\.[a-z][a-z0-9-]*\.yaml")
OTHERS = ("Pulumi.yaml", "PulumiPolicy.yaml", "accounts.yaml", "policy-exemptions.yaml")
# How a copy or an earlier state of a file is called by editors, file managers and Git.
_COPY = re.compile(
    r"(?i)^(copy of |kopie von )"
    r"|[ ._-]?(copy|kopie)([ _-]?\(?\d+\)?)?(?=\.ya?ml$|$)"
    r"|\s*\(\d+\)(?=\.ya?ml$|$)"
    r"|(~|\.(bak|backup|old|orig|rej|save|saved|swp|tmp|txt|disabled|\d+))+$"
)
_LOOKS = re.compile(r"(?i)p?ulumi|accounts\.ya?ml|policy-exemptions")
_ENDS = re.compile(r"(?i)\.(ya?ml|json)")


@dataclass(frozen=True)
class UnreadFile:
    """A file that nobody reads: `stack` is the one that lacks its file because of it, if there is any."""

    problem: SettingsProblem
    stack: str | None = None


def stack_paths(directory: Path) -> list[Path]:
    """Stack files by their name."""
    return sorted(path for path in directory.glob("Pulumi.*.yaml") if STACK_FILE.fullmatch(path.name))


def unread_files(directory: Path) -> list[UnreadFile]:
    """The files that look as if somebody read them."""
    names = sorted(path.name for path in directory.iterdir() if path.is_file()) if directory.is_dir() else []
    return [_unread(name, names) for name in names if not _is_read(name) and _looks_like_one(name)]


def _unread(name: str, names: Sequence[str]) -> UnreadFile:
    meant = _meant(name)
    if meant not in names and foreign("".join(letter for letter in name if not unseen(letter))):
        meant = None  # which letter the foreign one stands for is not known here
    message, stack = f"is read by nobody: {foreign_hint(name)}", None
    if meant is None:
        message += "a stack file is named Pulumi.<stack>.yaml, the stack in lower case letters, digits and hyphens"
    elif meant in names:
        message += f"{meant} beside it is, so delete this one, or move it elsewhere"
    else:
        message += f"rename it to {meant}, or delete it"
        stack = meant.removeprefix("Pulumi.").removesuffix(".yaml") if STACK_FILE.fullmatch(meant) else None
    return UnreadFile(SettingsProblem(file=name, message=message), stack)


def _is_read(name: str) -> bool:
    return name in OTHERS or bool(STACK_FILE.fullmatch(name))


def _looks_like_one(name: str) -> bool:
    plain = name.encode("ascii", "ignore").decode()
    if name.startswith(".") or not _ENDS.search(name):
        return False
    return bool(_LOOKS.search(plain)) or _meant(name) is not None


def _meant(name: str) -> str | None:
    """The file that somebody meant, or that this one is a copy of."""
    text = name.encode("ascii", "ignore").decode()
    for _ in range(3):
        text = _COPY.sub("", text).strip()
    text = re.sub(r"(?i)\.(ya?ml|json)$", ".yaml", text.lower())
    found = re.fullmatch(r"pulumi[ ._-]+([a-z0-9 ._-]+)\.yaml", text)
    if found:
        stack = re.sub(r"[ ._]+", "-", found[1]).strip("-")
        text = f"Pulumi.{stack}.yaml"
    known = {other.lower(): other for other in OTHERS}
    text = known.get(text.lower(), text)
    return text if _is_read(text) and text != name else None
