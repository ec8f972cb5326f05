"""Every place where a text of the settings reaches AWS stands in the table of what AWS's models say of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel, Shape

from rehearsal.aws.requests import SignedRequest
from settings.aws_patterns import USES
from settings.patterns import AwsText
from tests.stacks.conftest import Platform, platform_in
from tests.stacks.layouts import Layout

# A text that nothing else has, by its sort.
MARKS = {
    "tag-value": "Owners of Nothing Else",
    "description": "Described like Nothing Else",
    "external-id": "external-like-nothing-else",
    "role-arn": "arn:aws:iam::111111111111:role/teams/approver-like-nothing-else",
}
LIMITS = ("min", "max", "pattern")
# Kinds of documents and messages that carry an ARN among much else: their size is the documents' own to check.
DOCUMENTS = ("Policy", "policy", "Document")
MOST_TAGS = 50


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Platform, list[SignedRequest]]]:
    """The data science account's stacks with marked texts, and every request that brought them up."""
    folder = tmp_path_factory.mktemp("marked")
    layout = Layout(folder)
    for stack, settings in layout.stacks().items():
        layout.change(stack, tags={**settings["tags"], "owner": MARKS["tag-value"]})
    layout.change("dev", approvers=[MARKS["role-arn"]])
    layout.change("project-screening", description=MARKS["description"])
    deployer = layout.stacks()["foundation"]["deployer"]
    layout.change("foundation", deployer={**deployer, "externalId": MARKS["external-id"]})
    requests: list[SignedRequest] = []
    for platform in platform_in(folder):
        platform.world.cloud.after.append(lambda _, request, __: requests.append(request))
        platform.up(
            "foundation", "foundation-staging", "foundation-prod", "staging", "prod", "dev", "project-screening"
        )
        yield platform, requests


def texts(value: Any, shape: Shape | None) -> Iterator[tuple[str, Shape]]:
    """Texts within a request's parameters, each with its shape."""
    if shape is None:
        return
    if shape.type_name == "structure" and isinstance(value, dict):
        for name, inner in value.items():
            yield from texts(inner, shape.members.get(name))
    elif shape.type_name == "list" and isinstance(value, list):
        for inner in value:
            yield from texts(inner, shape.member)
    elif shape.type_name == "map" and isinstance(value, dict):
        for name, inner in value.items():
            yield name, shape.key
            yield from texts(inner, shape.value)
    elif shape.type_name == "string" and isinstance(value, str):
        yield value, shape


def limited_shapes(requests: list[SignedRequest]) -> dict[str, set[str]]:
    """For each sort of text, the shapes that it was put into and that have limits."""
    models: dict[str, ServiceModel] = {}
    found: dict[str, set[str]] = defaultdict(set)
    for request in requests:
        if request.service not in models:
            models[request.service] = ServiceModel(Loader().load_service_model(request.service, "service-2"))
        model = models[request.service]
        if request.operation not in model.operation_names:
            continue
        for text, shape in texts(dict(request.parameters), model.operation_model(request.operation).input_shape):
            has_limits = any(limit in shape.metadata for limit in LIMITS)
            for sort, mark in MARKS.items():
                if mark in text and has_limits and (text == mark or not shape.name.endswith(DOCUMENTS)):
                    found[sort].add(f"{request.service}.{shape.name}")
    return found


@pytest.mark.slow
def test_every_shape_that_a_text_is_put_into_is_in_the_table(
    marked: tuple[Platform, list[SignedRequest]],
) -> None:
    found = limited_shapes(marked[1])
    assert found.keys() == MARKS.keys()
    missing = {sort: sorted(shapes - {*USES[sort]}) for sort, shapes in found.items()}
    assert {sort: shapes for sort, shapes in missing.items() if shapes} == {}


@pytest.mark.slow
def test_every_tag_has_a_key_that_all_services_take_and_nothing_has_too_many(
    marked: tuple[Platform, list[SignedRequest]],
) -> None:
    platform, _ = marked
    keys = set()
    for recorded in platform.recorder.requests:
        for right in recorded.rights or ():
            given = right.context.get("aws:TagKeys", ())
            assert len(given) <= MOST_TAGS
            keys |= {given} if isinstance(given, str) else {*given}
    assert {"owner", "cost-centre", "platform", "purpose", "project"} <= keys
    for key in keys:
        assert AwsText("tag-key", "")(key) == key
        assert not key.lower().startswith("aws:")


def test_the_walk_finds_a_shape_that_the_table_lacks() -> None:
    model = ServiceModel(Loader().load_service_model("lambda", "service-2"))
    shape = model.operation_model("CreateFunction").input_shape
    assert dict(texts({"Description": "a text"}, shape))["a text"].name == "Description"
