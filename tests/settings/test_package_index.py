"""Which package indexes a project may name: those that the packages' build reaches and need no sign-in."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from settings.values import PackageIndex

INDEX: TypeAdapter[str] = TypeAdapter(PackageIndex)


@pytest.mark.parametrize("address", ["https://pypi.org/simple", "https://packages.example.com/api/pypi/simple/"])
def test_an_index_on_the_internet_is_taken(address: str) -> None:
    assert INDEX.validate_python(address) == address


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("http://pypi.org/simple", "begins with https://"),
        ("https://me:secret@packages.example.com/simple", "user name or password"),
        ("https://packages.example.com/simple?token=1", "query or fragment"),
        ("https://team-111111111111.d.codeartifact.eu-west-1.amazonaws.com/pypi/a/simple", "token of AWS CodeArtifact"),
        ("https://10.0.0.7/simple", "reached from inside a network alone"),
        ("https://packages.internal/simple", "reached from inside a network alone"),
        ("https://packages/simple", "reached from inside a network alone"),
    ],
)
def test_an_index_that_the_build_cannot_use_is_refused_with_the_reason(address: str, named: str) -> None:
    with pytest.raises(ValidationError, match=named):
        INDEX.validate_python(address)
