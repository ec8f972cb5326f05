"""The pages, as HTML: everything escaped, nothing loaded from anywhere, no script."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

_STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}"
    "table{border-collapse:collapse}td,th{border:1px solid #bbb;padding:.3rem .6rem;text-align:left}"
    ".risk{border-left:4px solid #b00020;padding-left:.6rem}textarea{width:100%;font:inherit}"
    "button{font:inherit;padding:.4rem 1.2rem;margin-right:1rem}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
# Nothing is loaded, framed or run; a form goes to this page alone.
HEADERS: Mapping[str, str] = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Strict-Transport-Security": "max-age=31536000",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
LONGEST_REASON = 300


def question(project: str, approver: str, report: Mapping[str, Any], form: str, ends: str) -> str:
    """What is asked, with what would change, and the form that decides."""
    parts = [
        f"<p>{_t(approver)}, may {_t(_version(report))} of project {_t(project)} go into production? "
        f"This link ends at {_t(ends)} UTC and works once.</p>",
        _model(report),
        _metrics(report.get("comparison")),
        _risks(report.get("risks")),
        _changes(report.get("accounts")),
        _form(form),
    ]
    return _page(f"Approval of {project}", "".join(parts))


def message(title: str, lines: Iterable[str]) -> str:
    """A page that says something and asks nothing."""
    return _page(title, "".join(f"<p>{_t(line)}</p>" for line in lines))


def _page(title: str, body: str) -> str:
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{_t(title)}</title>'
    return (
        f'<!doctype html><html lang="en"><head>{head}<style>{_STYLE}</style></head>'
        f"<body><h1>{_t(title)}</h1>{body}</body></html>"
    )


def _model(report: Mapping[str, Any]) -> str:
    rows = [
        ("Model package", report.get("modelPackageArn")),
        ("Code handed over by", report.get("publisher") or "not known"),
        ("Registered by", report.get("registeredBy") or "not known"),
        ("Commit", report.get("commit") or "not known"),
    ]
    cells = "".join(f"<tr><th>{_t(name)}</th><td>{_t(value)}</td></tr>" for name, value in rows)
    return f"<h2>Model</h2><table>{cells}</table>"


def _metrics(comparison: Any) -> str:
    """The candidate against production, each with the interval in which 95 of 100 such samples would lie."""
    if not isinstance(comparison, Mapping):
        return "<h2>Metrics</h2><p>No metrics were found.</p>"
    rows = []
    for name, label in (("candidate", "this version"), ("production", "in production")):
        found = comparison.get(name)
        if isinstance(found, Mapping):
            cells = (label, _figure(found.get("value")), _interval(found), found.get("rows", "?"))
            rows.append("<tr>" + "".join(f"<td>{_t(cell)}</td>" for cell in cells) + "</tr>")
        else:
            rows.append(f"<tr><td>{_t(label)}</td><td>nothing to compare with</td><td></td><td></td></tr>")
    head = f"<tr><th></th><th>{_t(comparison.get('metric'))}</th><th>95 % interval</th><th>rows</th></tr>"
    words = f"<p>{_t(comparison['words'])}</p>" if comparison.get("words") else ""
    return f"<h2>Metrics on held-out rows</h2><table>{head}{''.join(rows)}</table>{words}"


def _interval(found: Mapping[str, Any]) -> str:
    low, high = found.get("low"), found.get("high")
    return "not known" if low is None or high is None else f"{_figure(low)} to {_figure(high)}"


def _figure(value: Any) -> str:
    return f"{value:.4f}" if isinstance(value, int | float) and not isinstance(value, bool) else "not known"


def _risks(risks: Any) -> str:
    if not isinstance(risks, list) or not risks:
        return "<h2>What is lost</h2><p>Nothing: the endpoint stays, with its capacity and its alarms.</p>"
    lines = "".join(f'<li class="risk">{_t(line)}</li>' for line in risks)
    return f"<h2>What is lost</h2><ul>{lines}</ul>"


def _changes(accounts: Any) -> str:
    parts = ["<h2>What changes</h2>"]
    found = accounts if isinstance(accounts, list) else []
    for each in (one for one in found if isinstance(one, Mapping)):
        lines = [*each.get("words", ()), *each.get("cost", ())]
        items = "".join(f"<li>{_t(line)}</li>" for line in lines)
        parts.append(f"<h3>{_t(each.get('account'))} {_t(each.get('region'))}</h3><ul>{items}</ul>")
    return "".join(parts)


def _form(form: str) -> str:
    return (
        '<h2>Decide</h2><form method="post">'
        f'<input type="hidden" name="form" value="{_t(form)}">'
        f'<p><label>Why<br><textarea name="reason" rows="3" maxlength="{LONGEST_REASON}" required></textarea>'
        "</label></p>"
        '<button name="decision" value="approve">Approve</button>'
        '<button name="decision" value="reject">Reject</button></form>'
    )


def _version(report: Mapping[str, Any]) -> str:
    number = str(report.get("modelPackageArn", "")).rpartition("/")[2]
    return f"version {number}" if number else "a version"


def _t(value: Any) -> str:
    return escape("" if value is None else str(value), quote=True)
