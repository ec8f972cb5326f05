"""Texts as people write them into stack files: ordinary ones, those at the limits, and those beyond."""

from __future__ import annotations

import string

from hypothesis import strategies as st

from settings.closed_lists import closed_list

LOWER = string.ascii_lowercase
# Letters that look like others, cannot be seen, are made of two, or that some service of AWS does not take.
UNUSUAL = (
    *(
        "é",
        "ß",
        "ü",
        "ñ",
        "Ø",
        "中",
        "\u0430",
        "\u0435",
        "\u0501",
        "\ufb01",
        "\u0130",
        "\u0131",
        "\u0301",
        "\u200b",
        "\u200d",
        "\u202e",
        "\u00ad",
    ),
    *("\u00a0", "\u2028", "\ufeff", "\u0000", "\u0007", "\u001b", "\t", "\n", "\r\n", "😀", "🇩🇪", "\ud7ff", "…", "—"),
    *("“", "'", '"', "\\", "`", "$", "${", "{{", "%", "&", "<", ">", "*", "?", "#", ";", "|", "~", "^", "!", ",", "("),
)
# As they are told apart by people, not by lists: each is some service's or language's own word.
WORDS = (
    "null",
    "true",
    "no",
    "0",
    "-1",
    "1e3",
    "0x1f",
    "NaN",
    "~",
    "None",
    "default",
    "any",
    "self",
    "all",
    "aws",
    "*",
)


def identifiers(longest: int = 20) -> st.SearchStrategy[str]:
    """Lower case identifiers, often as short or as long as they may be."""
    parts = st.text(LOWER + string.digits, min_size=1, max_size=longest)
    ordinary = st.lists(parts, min_size=1, max_size=3).map("-".join).map(lambda text: ("a" + text)[:longest])
    longest_ones = st.text(LOWER + string.digits, min_size=longest - 1, max_size=longest - 1).map(
        lambda text: "z" + text
    )
    shortest = st.text(LOWER, min_size=2, max_size=2)
    words = st.sampled_from(("fraud", "churn", "risk-2", "nlp", "prod", "staging", "model", "team-a", "x1", "data"))
    usable = st.one_of(words, ordinary, longest_ones, shortest)
    return usable.map(lambda text: text.rstrip("-")).filter(lambda text: len(text) >= 2)


def tag_values() -> st.SearchStrategy[str]:
    """Values of tags: letters of any script, digits, spaces and the few signs that tags have."""
    letters = st.characters(categories=["Lu", "Ll", "Lo", "Nd"], include_characters=" _.:/=+-@", max_codepoint=0x2FFF)
    ascii_ = st.text(string.ascii_letters + string.digits + " _.:/=+-@", min_size=1, max_size=256)
    return st.one_of(
        st.sampled_from(("ml-platform", "4711", "Team A", "a@b.example", "x" * 256, "a", "Überwachung", "0012", "1e5")),
        ascii_,
        st.text(letters, min_size=1, max_size=60),
    )


def descriptions() -> st.SearchStrategy[str]:
    """Descriptions of a project, within Latin-1 and beyond it."""
    latin = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_categories=["Cc"]), min_size=1)
    latin = latin.map(lambda text: text[:256])
    return st.one_of(st.sampled_from(("Tells good from bad", "x", "d" * 256, "Prüft Verträge: ja/nein?")), latin)


def unusual() -> st.SearchStrategy[str]:
    """Texts that hold a letter which somebody refuses."""
    around = st.text(string.ascii_lowercase, max_size=6)
    return st.tuples(around, st.sampled_from(UNUSUAL), around).map("".join) | st.sampled_from(WORDS)


def regions(*, ordinary: bool = False) -> st.SearchStrategy[str]:
    """Regions of AWS: of its largest partition, or of all."""
    known = sorted(closed_list("regions"))
    if ordinary:
        known = [
            name
            for name in known
            if name.split("-")[0] not in ("cn", "eusc") and "-iso" not in name and "gov" not in name
        ]
    return st.sampled_from(known)


def role_names() -> st.SearchStrategy[str]:
    """The part of a role's ARN behind `role/`: a name, with a path or without, as long as IAM allows."""
    letters = string.ascii_letters + string.digits + "_+=,.@-"
    name = st.one_of(
        st.text(letters, min_size=1, max_size=64),
        st.sampled_from(("r" * 64, "a", "sign-in", "CI.Deploy@main")),
    )
    path = st.lists(st.text(letters, min_size=1, max_size=60), max_size=4).map(
        lambda parts: "".join(f"{p}/" for p in parts)
    )
    digits = st.text("0123456789abcdef", min_size=16, max_size=16)
    sso = digits.map(lambda text: f"aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_MlAccess_{text}")
    home = digits.map(lambda text: f"aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ml_{text}")
    return st.one_of(st.builds(str.__add__, path, name), name, sso, home)


def cidrs() -> st.SearchStrategy[str]:
    """Ranges of a VPC within RFC 1918, of the sizes that a VPC of the platform may have."""
    sizes = st.integers(16, 22)

    def of(size: int, first: int, second: int, third: int) -> str:
        step = 1 << (24 - size) if size > 16 else 256
        low = (third // step) * step % 256 if size > 16 else 0
        return f"{first}.{second}.{low}.0/{size}"

    ten = st.builds(of, sizes, st.just(10), st.integers(0, 255), st.integers(0, 255))
    middle = st.builds(of, sizes, st.just(172), st.integers(16, 31), st.integers(0, 255))
    home = st.builds(of, sizes, st.just(192), st.just(168), st.integers(0, 255))
    return st.one_of(ten, middle, home)
