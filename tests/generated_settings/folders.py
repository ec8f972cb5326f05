"""Whole folders of stack files: the example with several changes at once, most of them right."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.generated_settings.changes import Change
from tests.generated_settings.fields import field_changes
from tests.generated_settings.people import ALL as OF_PEOPLE
from tests.generated_settings.platforms import ALL as OF_PLATFORMS
from tests.generated_settings.releases import ALL as OF_RELEASES
from tests.generated_settings.things import ALL as OF_THINGS


def sound_changes() -> st.SearchStrategy[Change]:
    """Changes that hang together; the check may still refuse them for what another one did."""
    return st.one_of([make() for make in (*OF_PLATFORMS, *OF_PEOPLE, *OF_THINGS, *OF_RELEASES)])


def folders() -> st.SearchStrategy[list[Change]]:
    """What is changed in one folder: two to nine changes; in some folders single values, of the schema or beyond it."""
    sound = st.lists(sound_changes(), min_size=2, max_size=9)
    fields = st.lists(field_changes(valid=True), min_size=1, max_size=2)
    beyond = st.lists(field_changes(valid=False), min_size=1, max_size=2)
    mixed = st.tuples(st.lists(sound_changes(), min_size=1, max_size=3), fields)
    wrong = st.tuples(st.lists(sound_changes(), max_size=2), beyond)
    # One of seven is wrong on purpose, so that the check has something to refuse.
    both = st.one_of(mixed, wrong).map(lambda parts: [*parts[0], *parts[1]])
    return st.one_of(sound, sound, sound, sound, sound, mixed.map(lambda parts: [*parts[0], *parts[1]]), both)
