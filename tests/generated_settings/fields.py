"""Changes of single values, drawn from the schema of the settings and from beyond it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from hypothesis import strategies as st

from settings.arns import ROLE_ARN
from settings.config import MODELS
from settings.values import EMAIL, HTTPS, StackKind
from tests.generated_settings import texts
from tests.generated_settings.changes import Change, Settings, Stacks, example, shown

Schema = dict[str, Any]
Path = tuple[str | int, ...]
# What the whole folder hangs on, which the changes of `platforms` change everywhere at once.
TOGETHER = ("kind", "account", "region", "prefix", "organization", "stage", "id", "workloads", "dataScience")


@cache
def schema_of(kind: str) -> Schema:
    """The schema of a kind of stack."""
    return MODELS[StackKind(kind)].model_json_schema(by_alias=True)


def leaves(kind: str) -> list[tuple[Path, Schema]]:
    """Every key of a kind of stack whose value is no section, with its schema."""
    whole = schema_of(kind)
    return list(_leaves(whole, whole, ()))


def _leaves(schema: Schema, whole: Schema, path: Path) -> Any:
    for key, inner in schema.get("properties", {}).items():
        found = followed(inner, whole)
        if "properties" in found:
            yield from _leaves(found, whole, (*path, key))
        elif path or key not in TOGETHER:
            yield (*path, key), found


def followed(schema: Schema, whole: Schema) -> Schema:
    """The schema itself: without a reference, and without what may be null."""
    if "anyOf" in schema:
        choices = [each for each in schema["anyOf"] if each.get("type") != "null"]
        return followed(choices[0], whole) | ({"choices": choices} if len(choices) > 1 else {})
    while "$ref" in schema:
        schema = whole["$defs"][schema["$ref"].rsplit("/", 1)[-1]]
    return schema


def within(schema: Schema, whole: Schema, account: str) -> st.SearchStrategy[Any]:
    """Values that the schema allows, at its limits too."""
    schema = followed(schema, whole)
    if "enum" in schema or "const" in schema:
        return st.sampled_from(schema.get("enum", [schema.get("const")]))
    if len(schema.get("choices", ())) > 1:
        return st.one_of([within(each, whole, account) for each in schema["choices"]])
    kind = str(schema.get("type", "string"))
    return _BY_TYPE[kind](schema, whole, account)


def _numbers(schema: Schema, _whole: Schema, _account: str) -> st.SearchStrategy[Any]:
    least, most = schema.get("minimum", 0), schema.get("maximum", 1000)
    if schema["type"] == "number":
        return st.sampled_from((0.01, 0.5, 0.999999, 1, 65, 1e-9, 1e12))
    return st.sampled_from((least, most, least + 1, most - 1)) | st.integers(least, most)


def _lists(schema: Schema, whole: Schema, account: str) -> st.SearchStrategy[Any]:
    least, most = schema.get("minItems", 0), min(schema.get("maxItems", 6), 12)
    return st.lists(within(schema["items"], whole, account), min_size=least, max_size=most, unique_by=shown)


def _sections(schema: Schema, whole: Schema, account: str) -> st.SearchStrategy[Any]:
    sections = {key: within(inner, whole, account) for key, inner in schema.get("properties", {}).items()}
    needed = {key: sections.pop(key) for key in schema.get("required", ())}
    return st.fixed_dictionaries(needed, optional=sections)


def _texts(schema: Schema, _whole: Schema, account: str) -> st.SearchStrategy[str]:
    pattern, most = schema.get("pattern", ""), schema.get("maxLength", 60)
    if pattern in _KNOWN:
        return _KNOWN[pattern].map(lambda text: text.replace("ACCOUNT", account))
    if r"\x" in pattern:
        return texts.descriptions() if most == 256 and schema.get("minLength") else texts.tag_values()
    if not pattern:
        return texts.identifiers(min(most, 20))
    ascii_ = st.from_regex(pattern, fullmatch=True, alphabet=st.characters(max_codepoint=126))
    return ascii_.filter(lambda text: "\n" not in text and len(text) <= schema.get("maxLength", 200))


# Forms of which most texts are refused for another reason than their form, with such as are not.
_KNOWN: dict[str, st.SearchStrategy[str]] = {
    ROLE_ARN: texts.role_names().map(lambda name: f"arn:aws:iam::ACCOUNT:role/{name}"),
    EMAIL: texts.identifiers().map(lambda name: f"{name}@example.com"),
    HTTPS: st.sampled_from(
        (
            *("https://pypi.org/simple", "https://pypi.example.org:8443/a/b/", "https://8.8.8.8/simple"),
            *("https://xn--bcher-kva.example.com/", f"https://pypi.org/{'a' * 4000}", "https://pypi.org/$%7B%7D'"),
        )
    ),
}
_BY_TYPE: dict[str, Callable[[Schema, Schema, str], st.SearchStrategy[Any]]] = {
    "boolean": lambda *_: st.booleans(),
    "integer": _numbers,
    "number": _numbers,
    "array": _lists,
    "object": _sections,
    "string": _texts,
}


def beyond(schema: Schema) -> st.SearchStrategy[Any]:
    """Values that the schema does not allow, or that only somebody else allows."""
    odd: tuple[Any, ...] = (None, [], {}, "", " ", True, 0, -1, 1.5, 10**18, [None], {"a": 1})
    others: list[st.SearchStrategy[Any]] = [texts.unusual(), st.sampled_from(odd)]
    if schema.get("type") in ("integer", "number"):
        edges = (schema.get("minimum", 0) - 1, schema.get("maximum", 1000) + 1, "5", "05", "1_000", 2.0)
        others.append(st.sampled_from(edges))
    if schema.get("type") == "string" or "pattern" in schema:
        longest = schema.get("maxLength", 63)
        others.append(
            st.sampled_from(("a" * (longest + 1), "A" * min(longest, 8), "-a", "a--b", "a-", "arn:aws:iam::*:role/*"))
        )
    if schema.get("type") == "boolean":
        others.append(st.sampled_from(("true", "false", "yes", 1)))
    if schema.get("type") == "array":
        others.append(texts.unusual().map(lambda text: [text]))
        others.append(st.sampled_from((["same", "same"],)))
    return st.one_of(others)


@st.composite
def field_changes(draw: st.DrawFn, *, valid: bool) -> Change:
    """One value of one stack, somewhere in its schema."""
    stacks = example()
    stack = draw(st.sampled_from(sorted(stacks)))
    kind, account = str(stacks[stack]["kind"]), str(stacks[stack]["account"])
    choices = [
        (path, schema)
        for path, schema in leaves(kind)
        if not valid or (path[0] != "existing" and _stands(stacks[stack], schema_of(kind), path))
    ]
    path, schema = draw(st.sampled_from(choices))
    value = draw(within(schema, schema_of(kind), account) if valid else beyond(schema))
    return setting(stack, path, value)


def _stands(settings: Settings, whole: Schema, path: Path) -> bool:
    """Whether the sections around a value have all they need: one that is missing would need more than the value."""
    section: Any = settings
    schema = whole
    for key in path[:-1]:
        section = section.get(key, {}) if isinstance(section, dict) else {}
        schema = followed(schema["properties"][key], whole)
        if not {*schema.get("required", ())} <= {*section}:
            return False
    return True


def setting(stack: str, path: Path, value: Any) -> Change:
    """A stack's value at a path."""

    def apply(stacks: Stacks) -> None:
        section: Settings | None = stacks.get(stack)
        for key in path[:-1]:
            section = section.setdefault(str(key), {}) if isinstance(section, dict) else None
        if isinstance(section, dict):
            section[str(path[-1])] = value

    return Change(f"{stack}: {'.'.join(map(str, path))} = {shown(value)}", apply)
