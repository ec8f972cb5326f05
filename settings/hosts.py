"""Names of hosts in a stack file: those of e-mail addresses and of package indexes."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

# RFC 1123, "Requirements for Internet Hosts", 2.1; RFC 1035, 2.3.4.
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_LONGEST_HOST = 253
# IANA, "Special-Use Domain Names"; ICANN reserves internal, and no registry has the others.
RESERVED = ("example", "internal", "invalid", "local", "localhost", "onion", "test", "home.arpa", "corp", "home", "lan")
# RFC 5321, "Simple Mail Transfer Protocol", 4.5.3.1; the whole: RFC 3696, erratum 1690.
_LONGEST_LOCAL, _LONGEST_ADDRESS = 64, 254
# RFC 5322, "Internet Message Format", 3.2.3: atoms and dots between them. Quoted forms are not taken.
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")


def host_fault(host: str) -> str | None:
    """Why a text is no full name of a host on the internet, such as pypi.org; None where it is one."""
    lower = host.lower()
    if lower.endswith("."):
        return f"{host} ends with a dot: drop it"
    if len(host) > _LONGEST_HOST:
        return f"its host has {len(host)} characters, and a host's name has at most {_LONGEST_HOST}"
    wrong = next((label for label in lower.split(".") if not _LABEL.fullmatch(label)), None)
    if wrong is not None:
        return (
            f"{host!r} is no host: parts have 1 to 63 letters, digits and hyphens, none first or last; names in other "
            "scripts are written in their xn-- form"
        )
    if lower.rpartition(".")[2].isdigit() and not _is_ipv4(lower):
        return f"{host} is no IPv4 address, which has four numbers from 0 to 255"
    return None


def is_reserved(host: str) -> bool:
    """Whether no registry has a name's last part, so that it is reached from inside a network alone."""
    lower = host.lower()
    return "." not in lower or lower.endswith(tuple(f".{name}" for name in RESERVED))


def _is_ipv4(host: str) -> bool:
    try:
        return str(ipaddress.IPv4Address(host)) == host
    except ValueError:
        return False


def email_fault(address: str) -> str | None:
    """Why a text is no e-mail address that SNS may write to, such as ml-platform@example.com; None where it is one."""
    example = "not an e-mail address such as ml-platform@example.com"
    local, at, host = address.rpartition("@")
    if not at or "@" in local:
        return f"{example}: it has one @"
    if len(address) > _LONGEST_ADDRESS or len(local) > _LONGEST_LOCAL:
        return f"{example}: at most {_LONGEST_LOCAL} characters before the @, {_LONGEST_ADDRESS} in all"
    if not _LOCAL.fullmatch(local):
        return f"{example}: before the @ stand letters, digits and !#$%&'*+/=?^_`{{|}}~-, with single dots between them"
    if "." not in host or host.rpartition(".")[2].isdigit():
        return f"{example}: behind the @ stands the full name of a host"
    fault = host_fault(host)
    return f"{example}: {fault}" if fault else None


def index_fault(address: str) -> str | None:
    """Why a build outside the VPC does not reach a package index without signing in; None where it may."""
    if not address.isascii():
        return "holds a character that is not ASCII: write hosts in their xn-- form, and other characters with %"
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "is no address: a host, and behind it at most a colon and a port from 1 to 65535"
    if port == 0 or parts.netloc.endswith(":"):
        return "has a port that no server has: drop it, or give one from 1 to 65535"
    return _form_of_index(parts) or _where_index_is(host)


def _form_of_index(parts: SplitResult) -> str | None:
    if "@" in parts.netloc:
        return "holds a user name or password, which everybody who sees the stack would read"
    if parts.query or parts.fragment:
        return "has a query or fragment, which an index's pages cannot be asked with"
    return None


def _where_index_is(host: str) -> str | None:
    if host.endswith((".amazonaws.com", ".amazonaws.com.cn")):
        return (
            f"{host} asks for a token of AWS CodeArtifact, which the packages' build does not fetch: give an index "
            "that answers without signing in"
        )
    try:
        private = not ipaddress.ip_address(host).is_global
    except ValueError:
        if host and (fault := host_fault(host)):
            return fault
        private = is_reserved(host)
    if private:
        return (
            f"{host or 'it'} is reached from inside a network alone; wheels are fetched outside the VPC: give an index "
            "on the internet"
        )
    return None
