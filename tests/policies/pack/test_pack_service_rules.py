"""What the rules say of log groups, domains, builds and image repositories."""

from __future__ import annotations

import pytest

from policies.pack.model import UNKNOWN
from policies.pack.rules import build_project, image_repository, log_group, studio_domain
from tests.policies.pack.pack_factories import at, having, not_decided, violations, without
from tests.policies.pack.resources.services import build, domain, images, logs


def test_a_log_group_with_retention_and_key_passes() -> None:
    assert violations(log_group.RULE, logs()) == []


def test_a_log_group_without_a_key_is_named() -> None:
    expected = ["the log group is not encrypted with a customer managed key"]
    assert violations(log_group.RULE, without(logs(), "kmsKeyId")) == expected


def test_a_key_of_this_update_counts_before_it_has_an_arn() -> None:
    assert violations(log_group.RULE, having(logs(), kmsKeyId=UNKNOWN)) == []


@pytest.mark.parametrize("days", [0, None])
def test_logs_kept_for_ever_are_named(days: int | None) -> None:
    expected = ["the log group keeps its events for ever"]
    assert violations(log_group.RULE, having(logs(), retentionInDays=days)) == expected


def test_a_retention_that_is_not_known_yet_is_not_decided() -> None:
    assert not_decided(log_group.RULE, having(logs(), retentionInDays=UNKNOWN)) == "retentionInDays of flow"


def test_a_domain_inside_the_vpc_passes() -> None:
    assert violations(studio_domain.RULE, domain()) == []


def test_a_domain_on_the_internet_is_named_even_by_default() -> None:
    expected = ["appNetworkAccessType is PublicInternetOnly, allowed is VpcOnly"]
    assert violations(studio_domain.RULE, having(domain(), appNetworkAccessType="PublicInternetOnly")) == expected
    assert violations(studio_domain.RULE, without(domain(), "appNetworkAccessType")) == expected


def test_a_domain_without_a_key_is_named() -> None:
    expected = ["the domain's storage is not encrypted with a customer managed key"]
    assert violations(studio_domain.RULE, without(domain(), "kmsKeyId")) == expected


def test_an_access_type_that_is_not_known_yet_is_not_decided() -> None:
    planned = having(domain(), appNetworkAccessType=UNKNOWN)
    assert not_decided(studio_domain.RULE, planned) == "appNetworkAccessType of studio"


def test_a_build_in_the_vpc_passes() -> None:
    assert violations(build_project.RULE, build()) == []


def test_a_build_without_a_key_is_named() -> None:
    expected = ["the build's artifacts are not encrypted with a customer managed key"]
    assert violations(build_project.RULE, without(build(), "encryptionKey")) == expected


def test_a_build_outside_the_vpc_is_named() -> None:
    expected = ["the build runs outside the VPC, and nobody reviewed what it runs of its source"]
    assert violations(build_project.RULE, without(build(), "vpcConfig")) == expected


def test_a_privileged_build_is_named() -> None:
    spoiled = at(build(), "environment.privilegedMode", True)
    assert violations(build_project.RULE, spoiled) == ["the build runs in privileged mode"]


def test_a_privilege_that_is_not_known_yet_is_not_decided() -> None:
    planned = at(build(), "environment.privilegedMode", UNKNOWN)
    assert not_decided(build_project.RULE, planned) == "environment.privilegedMode of build"


def test_an_immutable_scanned_encrypted_repository_passes() -> None:
    assert violations(image_repository.RULE, images()) == []


@pytest.mark.parametrize("mutability", ["MUTABLE", "IMMUTABLE_WITH_EXCLUSION"])
def test_tags_that_can_move_are_named(mutability: str) -> None:
    expected = [f"imageTagMutability is {mutability}, allowed is IMMUTABLE"]
    assert violations(image_repository.RULE, having(images(), imageTagMutability=mutability)) == expected


def test_images_that_are_not_scanned_are_named() -> None:
    spoiled = at(images(), "imageScanningConfiguration.scanOnPush", False)
    assert violations(image_repository.RULE, spoiled) == ["images are not scanned when they are pushed"]


@pytest.mark.parametrize("encryption", [[], [{"encryptionType": "AES256"}], [{"encryptionType": "KMS"}]])
def test_images_without_the_platforms_key_are_named(encryption: list[dict[str, str]]) -> None:
    expected = ["images are not encrypted with a customer managed key"]
    assert violations(image_repository.RULE, having(images(), encryptionConfigurations=encryption)) == expected


def test_a_repository_key_of_this_update_counts_before_it_has_an_arn() -> None:
    planned = at(images(), "encryptionConfigurations.0.kmsKey", UNKNOWN)
    assert violations(image_repository.RULE, planned) == []


def test_a_repository_setting_that_is_not_known_yet_is_not_decided() -> None:
    assert not_decided(image_repository.RULE, having(images(), imageTagMutability=UNKNOWN)) == (
        "imageTagMutability of model"
    )
