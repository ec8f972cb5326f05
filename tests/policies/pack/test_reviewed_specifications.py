"""The specifications that the pack lets out of the VPC are those of the program, to the letter."""

from __future__ import annotations

import hashlib

from components.builds.api_functions import api_functions_specification
from components.builds.model_image import model_image_specification
from components.builds.packages import packages_specification
from policies.pack.reviewed_specifications import REVIEWED
from stacks.image_build import FUNCTIONS_SOURCE, SOURCE


def own() -> dict[str, str]:
    """The program's own specifications: what each is of, and the sha256 of its text."""
    texts = {
        "packages": packages_specification(),
        "model image": model_image_specification(),
        "functions of APIs": api_functions_specification(),
    }
    return {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}


def test_the_reviewed_specifications_are_those_of_the_program() -> None:
    assert set(REVIEWED) == set(own().values()), (
        "a specification has changed: read what it runs of its source, then write its digest into "
        f"policies/pack/reviewed_specifications.py: {own()}"
    )


def test_docker_is_for_the_source_that_the_deployer_writes() -> None:
    assert [each.location_end for each in REVIEWED.values() if each.privileged] == [
        f"/{SOURCE}",
        f"/{FUNCTIONS_SOURCE}",
    ]


if __name__ == "__main__":
    print(*(f"{digest}  {name}" for name, digest in own().items()), sep="\n")
