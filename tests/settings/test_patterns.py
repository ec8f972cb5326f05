"""Texts of a stack file: AWS's own models say what each may hold, and none is left without."""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AfterValidator, BaseModel, TypeAdapter, ValidationError

from settings import aws_patterns, organization_values
from settings import values as types
from settings.accounts import Accounts
from settings.check import check
from settings.config import MODELS
from settings.patterns import AwsText, ascii_form, lengths_of, limits_of, matcher
from tests.settings.folder import Folder

# Texts that no model of AWS's limits, each with the reason why that is right.
REVIEWED = {
    "Credentials.profile": "a section of a file on this machine; AWS never sees it",
    "StackSettings.organization": "Pulumi's own, in the names of stack references",
    "StackSettings.region": "a closed list, of botocore's models",
    "Registry.region": "a closed list, of botocore's models",
    "StudioSettings.instance_types": "a closed list, of botocore's models",
    "DeploymentSettings.instance_type": "a closed list, of botocore's models",
    "Prevention.instance_types": "a closed list, of botocore's models",
    "DataScienceNetwork.cidr": "ranges and sizes of the VPC User Guide; tests/settings/test_addresses.py",
    "DataScienceNetwork.availability_zones": "ids of zones, which EC2 has no pattern for; the region's list is asked",
    "DataScienceNetwork.endpoints": "a closed list, or a whole name; the region's list is asked",
    "DataScienceNetwork.unlimited_endpoints": "some of endpoints",
    "Accounts.addresses": "ranges and sizes of the VPC User Guide; tests/settings/test_addresses.py",
    "Alerts.emails": "SNS has no pattern for an endpoint, and delivers nothing until the address has confirmed",
    "LinkedApprover.email": "as those of Alerts.emails",
    "AwsOrganization.paths": "stands in conditions alone, which compare it; the form of its ids is botocore's",
    "ExistingVpc.route_tables": "EC2 has no pattern; looked up before anything is made",
    "WorkloadExisting.endpoints": "EC2 has no pattern; looked up before anything is made",
    "DataScienceExisting.endpoints": "EC2 has no pattern; looked up before anything is made",
    "ProjectSettings.package_index": "the value of a build's variable, of which CodeBuild's model says nothing",
    "ApiDomain.certificate": "API Gateway has no pattern; looked up when the domain name is made",
    "ApiDomain.name": "a host's name, of RFC 1123; tests/settings/test_api.py",
    "ApiSettings.vpc_endpoints": "EC2 has no pattern; looked up when the API is made",
    "ApiTokens.audiences": "values of variables of a function; AWS compares nothing with them",
    "ApiTokens.issuer": "the value of a function's variable; AWS compares nothing with it",
    "ApiTokens.key_set": "the value of a function's variable; AWS compares nothing with it",
    "StageAccounts.template": "becomes a stack file, which is checked as one",
    "StageAccounts.foundation": "becomes a stack file, which is checked as one",
}


def sections(section: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """The section and all below it."""
    yield section
    for annotation in get_type_hints(section).values():
        for part in _classes(annotation):
            yield from sections(part)


def _classes(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _classes(part)


def texts(annotation: Any, checked: bool = False) -> Iterator[bool]:
    """For each text within an annotation, whether it is checked against AWS's models, or a choice of a few."""
    if get_origin(annotation) is Annotated:
        inner, *metadata = get_args(annotation)
        found = any(isinstance(each, AfterValidator) and isinstance(each.func, AwsText) for each in metadata)
        yield from texts(inner, checked or found)
    elif get_origin(annotation) is Literal or (isinstance(annotation, type) and issubclass(annotation, Enum)):
        return
    elif annotation is str or annotation is Any:
        yield checked
    elif get_origin(annotation) in (Union, UnionType, tuple, dict):
        for part in get_args(annotation):
            yield from texts(part, checked)


ROOTS: tuple[type[BaseModel], ...] = (*MODELS.values(), Accounts)
SECTIONS = {section.__name__: section for root in ROOTS for section in sections(root)}


def unchecked() -> set[str]:
    """Texts without a model, each by the section that first has it."""
    found = set()
    for section in SECTIONS.values():
        hints = get_type_hints(section, include_extras=True)
        for name in section.model_fields:
            owner = next(each for each in reversed(section.__mro__) if name in getattr(each, "__annotations__", {}))
            if not all(texts(hints[name])):
                found.add(f"{owner.__name__}.{name}")
    return found


def test_every_text_of_the_settings_has_a_model_of_awss_or_a_reviewed_reason() -> None:
    assert unchecked() == REVIEWED.keys()


def test_a_new_text_without_either_is_found() -> None:
    assert list(texts(Annotated[tuple[str, ...], types.Distinct])) == [False]
    assert list(texts(dict[types.Identifier, types.RoleArn | None])) == [True, True]


def test_the_table_is_what_the_models_say() -> None:
    assert json.loads(aws_patterns.TABLE.read_text()) == aws_patterns.table(), "run: python -m settings patterns"


def test_every_sort_of_the_table_is_some_fields_or_a_tags_key() -> None:
    used = {
        metadata.func.kind
        for value in (vars(types) | vars(organization_values)).values()
        if get_origin(value) is Annotated
        for metadata in get_args(value)[1:]
        if isinstance(metadata, AfterValidator) and isinstance(metadata.func, AwsText)
    }
    assert used | {"tag-key"} == aws_patterns.USES.keys()


# ---- what is refused, and what passes at its limit


def quoted(text: str) -> str:
    """The text in YAML; JSON's escapes of half characters are not read."""
    return json.dumps(text, ensure_ascii=False)


def tags(folder: Folder, owner: str) -> list[str]:
    folder.change("dev", "owner: ml-platform", f"owner: {quoted(owner)}")
    return [str(problem) for problem in check(folder.path)]


def test_a_tag_with_a_character_that_iam_refuses_is_refused_and_the_character_named(folder: Folder) -> None:
    [message] = tags(folder, "ML Team <ml@example.com> & co")
    assert "Pulumi.dev.yaml:7  tags.owner = 'ML Team <ml@example.com> & co'" in message
    assert "holds '<', which AWS refuses (iam.tagValueType" in message
    assert "letters, digits, spaces and _ . : / = + - @" in message


@pytest.mark.parametrize("letter", [*"<>&;,!?*%$#'()[]{}|^~`\\\"", "\t", "\u00a7", "\u20ac", "\U0001f600"])
def test_each_character_outside_the_pattern_is_named(folder: Folder, letter: str) -> None:
    [message] = tags(folder, f"ml{letter}")
    assert "which AWS refuses" in message


@pytest.mark.parametrize(
    "owner", ["ML Team: a+b=c/d-e_f.g@h", "Équipe données", "機械学習", "Größe 4711", "x" * 255, "٣"]
)
def test_a_tag_with_letters_and_digits_of_any_script_passes(folder: Folder, owner: str) -> None:
    assert tags(folder, owner) == []


@pytest.mark.parametrize(
    ("owner", "part"),
    [("x" * 256, "codebuild.ValueInput of AWS's models allows 255"), ("", "at least 1"), ("AWS:x", "reserved")],
)
def test_a_tag_beyond_its_limits_is_refused(folder: Folder, owner: str, part: str) -> None:
    assert part in tags(folder, owner)[0]


@given(st.text(max_size=140))
def test_a_tag_that_passes_satisfies_every_model_that_it_is_sent_to(text: str) -> None:
    holds = all(
        each.min <= len(text) <= (each.max or len(text)) and (each.pattern is None or matcher(each.pattern)(text))
        for each in limits_of("tag-value")
    )
    try:
        TypeAdapter(types.TagValue).validate_python(text)
    except ValidationError:
        assert not holds or text.lower().startswith("aws:")
    else:
        assert holds


@pytest.mark.parametrize(
    ("given_text", "part"),
    [
        ("Tells \xe4pfel & birnes from \xab others \xbb (100 %)", None),
        ("Tells \U0001f600 from others", "holds '\U0001f600', which AWS refuses (iam.roleDescriptionType"),
        ("Fraud \U0001f3e6 finder", "no emoji"),
        ("Tells \u2603 from others", "allowed are letters of Western Europe (Latin-1)"),
        ("\u0416", "which AWS refuses (iam.roleDescriptionType"),
        ("x" * 256, None),
        ("x" * 257, "at most 256"),
        ("two\nlines", "holds '\\n', which AWS refuses (sagemaker.EntityDescription"),
        ("a\u0007bell", "which AWS refuses"),
        ("", "at least 1"),
    ],
)
def test_a_description_holds_what_sagemaker_and_iam_take(folder: Folder, given_text: str, part: str | None) -> None:
    folder.change("project-screening", "Tells malignant from benign samples", quoted(given_text))
    found = [str(problem) for problem in check(folder.path)]
    assert (found == []) if part is None else (part in found[0])


@pytest.mark.parametrize(
    ("external", "part"),
    [("ab", None), ("x" * 1224, None), ("x" * 1225, "allows 1224"), ("x", "at least 2"), ("a b", "holds ' '")],
)
def test_an_external_id_is_one_that_sts_takes(folder: Folder, external: str, part: str | None) -> None:
    role = "arn:aws:iam::333333333333:role/mlops/foundation/mlops-deployer"
    line = f"  mlops-platform:credentials: {{roleArn: '{role}', externalId: '{external}'}}\n"
    folder.change("prod", "  mlops-platform:stage", f"{line}  mlops-platform:stage")
    folder.change("foundation-prod", "    trustedBy", f"    externalId: '{external}'\n    trustedBy")
    found = [str(problem) for problem in check(folder.path)]
    assert (found == []) if part is None else (part in found[0])


# ---- forms of our own are narrower than AWS's

FORMS = {
    "name-part": types.IDENTIFIER[:-1].replace("*", "{0,4}") + "$",
    "organization-target": organization_values.ORGANIZATION_TARGET,
    "organizational-unit": organization_values.ORGANIZATIONAL_UNIT,
    "bucket-name": types.BUCKET_NAME,
    "session-name": types.SESSION_NAME,
    "image-tag": types.IMAGE_TAG,
    "image-digest": types.DIGEST,
    "key-arn": types.KEY_ARN.replace("-]+$", "-]{1,64}$").replace("-]+:", "-]{1,20}:").replace("a-z-]*", "a-z-]{0,8}"),
    "slack-workspace": types.WORKSPACE,
    "slack-channel": types.CHANNEL,
    "account-id": r"^[0-9]{12}$",
    "vpc-id": r"^vpc-[0-9a-f]{8,17}$",
    "subnet-id": r"^subnet-[0-9a-f]{8,17}$",
    "security-group-id": r"^sg-[0-9a-f]{8,17}$",
}


@pytest.mark.parametrize("kind", sorted(FORMS))
@given(data=st.data())
def test_what_has_our_form_is_never_refused_by_awss_models(kind: str, data: st.DataObject) -> None:
    text = data.draw(st.from_regex(FORMS[kind], fullmatch=True).filter(lambda drawn: not drawn.endswith("\n")))
    # A project's id, the longest of the parts of names, has 20 characters.
    if lengths_of(kind)[0] <= len(text) and (kind != "name-part" or len(text) <= 20):
        assert AwsText(kind, "")(text) == text


def test_every_sort_of_a_form_of_its_own_is_tried() -> None:
    free = {"tag-key", "tag-value", "description", "external-id", "role-arn"}
    assert FORMS.keys() | free == aws_patterns.USES.keys()


@given(st.sampled_from(["tag-value", "external-id"]), st.text(st.characters(max_codepoint=127), max_size=20))
def test_editors_refuse_the_same_ascii_characters(kind: str, text: str) -> None:
    everything = all(matcher(each.pattern)(text) for each in limits_of(kind) if each.pattern and text)
    assert matcher(ascii_form(kind))(text) == everything
