"""Changes of what an account has, what its owner controls, and what files hold beside the settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from tests.generated_settings import texts
from tests.generated_settings.changes import FILE, Change, Stacks, at, of_kind, shown
from tests.generated_settings.platforms import FOUNDATIONS, HOSTS, PROJECTS, Changes

_NUMBER = {"dev": "0a", "staging": "0b", "prod": "0c"}
_PURPOSES = {"dev": ("workloads", "endpoints", "studio"), "staging": ("workloads", "endpoints"), "prod": ("workloads",)}
_KEYS = {
    "dev": ("data", "models", "volumes", "studio", "operations"),
    "staging": ("volumes", "capture", "operations"),
    "prod": ("volumes", "capture", "operations"),
}


def existing_networks() -> Changes:
    """A VPC that is there already, with groups and endpoints or without."""

    def change(host: str, subnets: int, groups: int, endpoints: list[str]) -> Change:
        def apply(stacks: Stacks) -> None:
            if host not in stacks:
                return
            number = _NUMBER[host]
            purposes = _PURPOSES[host][:groups]
            network: dict[str, Any] = {
                "vpc": f"vpc-{number}{'0' * 15}",
                "subnets": [f"subnet-{number}{zone}{'0' * 14}" for zone in range(1, subnets + 1)],
                "routeTables": [f"rtb-{number}{'0' * 15}"],
            }
            if purposes:
                ids = enumerate(purposes)
                network["securityGroups"] = {purpose: f"sg-{number}f{index}{'0' * 13}" for index, purpose in ids}
            existing = at(stacks[host], "existing")
            existing["network"] = network
            if endpoints:
                existing["endpoints"] = {name: f"vpce-{number}{at_}{'0' * 14}" for at_, name in enumerate(endpoints)}

        return Change(f"{host}: a VPC of {subnets} subnets, {groups} groups, endpoints {shown(endpoints)}", apply)

    services = st.lists(
        st.sampled_from(("s3", "kms", "sts", "logs", "ecr.api", "sagemaker.api")), unique=True, max_size=5
    )
    return st.builds(change, st.sampled_from(HOSTS), st.integers(1, 5), st.integers(0, 3), services)


def existing_keys() -> Changes:
    """Keys that are there already, and buckets that are encrypted with them."""

    def change(host: str, keys: list[str], multi: bool, buckets: list[str]) -> Change:
        def apply(stacks: Stacks) -> None:
            if host not in stacks:
                return
            settings = stacks[host]
            partition = str(stacks.get("dev", settings).get("approvers", ["arn:aws:"])[0]).split(":")[1]
            of = f"arn:{partition}:kms:{settings['region']}:{settings['account']}:key/"
            own = [each for each in keys if each in _KEYS[host]]
            identifiers = (
                f"mrk-{place:032x}" if multi else f"00000000-0000-0000-0000-{place:012x}" for place in range(20)
            )
            start = {"dev": 0, "staging": 6, "prod": 12}[host]
            ids = list(identifiers)[start:]
            at(settings, "existing")["keys"] = {name: of + ids[place] for place, name in enumerate(own)}
            named = {each: f"acme-{each}-{settings['region']}" for each in buckets if each in own}
            if host == "dev" and named:
                _bring_buckets(stacks, named)

        return Change(
            f"{host}: keys {shown(keys)}{' of several regions' if multi else ''}, buckets {shown(buckets)}", apply
        )

    names = st.lists(st.sampled_from(("data", "models", "volumes", "studio", "operations", "capture")), unique=True)
    buckets = st.lists(st.sampled_from(("data", "models")), unique=True)
    return st.builds(change, st.sampled_from(HOSTS), names, st.booleans(), buckets)


def _bring_buckets(stacks: Stacks, named: dict[str, str]) -> None:
    at(stacks["dev"], "existing")["buckets"] = named
    if "foundation" in stacks:
        at(stacks["foundation"], "deployer")["existingBuckets"] = list(named.values())
    for stack in of_kind(stacks, "workload"):
        if "models" in named:
            at(stacks[stack], "registry")["modelsBucket"] = named["models"]


def controls() -> Changes:
    """Switches of what an account's owner detects and corrects."""

    def change(host: str, detection: dict[str, bool], correction: dict[str, bool]) -> Change:
        def apply(stacks: Stacks) -> None:
            if FOUNDATIONS[host] in stacks:
                stacks[FOUNDATIONS[host]] |= {"detection": dict(detection), "correction": dict(correction)}

        return Change(f"{FOUNDATIONS[host]}: detection {shown(detection)}, correction {shown(correction)}", apply)

    switches = ("trail", "accessAnalyzer", "configRules", "guardDuty", "securityHub", "macie")
    detection = st.fixed_dictionaries({}, optional={each: st.booleans() for each in switches})
    corrections: tuple[dict[str, bool], ...] = (
        {},
        {"enabled": False},
        {"onlyReport": True},
        {"deleteEndpoints": True},
        {"enabled": True},
    )
    return st.builds(change, st.sampled_from(HOSTS), detection, st.sampled_from(corrections))


def organization_policies() -> Changes:
    """The prevention's rules as a service control policy, with owners."""

    def change(targets: list[str], owners: list[str]) -> Change:
        def apply(stacks: Stacks) -> None:
            if "foundation" in stacks:
                at(stacks["foundation"], "prevention").update(
                    owners=[f"arn:aws:iam::111111111111:role/{each}" for each in owners], serviceControlPolicy=targets
                )

        return Change(f"foundation: service control policy at {shown(targets)}, owners {shown(owners)}", apply)

    targets = st.lists(
        st.sampled_from(("r-ab12", "ou-ab12-11111111", "ou-ab12-22222222", "222222222222", "333333333333")),
        min_size=1,
        max_size=5,
        unique=True,
    )
    owners = st.lists(
        texts.role_names(), min_size=1, max_size=4, unique_by=lambda name: name.rpartition("/")[2].lower()
    )
    return st.builds(change, targets, owners)


def paths_of_units() -> Changes:
    """Paths of the units that hold every account."""

    def change(paths: list[str]) -> Change:
        def apply(stacks: Stacks) -> None:
            if "dev" in stacks:
                stacks["dev"]["awsOrganization"] = {"paths": paths}

        return Change(f"dev: paths of units {shown(paths)}", apply)

    unit = st.text("abcdefgh0123456789", min_size=8, max_size=32).map(lambda text: f"ou-ab12-{text}/")
    path = st.lists(unit, min_size=1, max_size=4).map(lambda units: f"o-a1b2c3d4e5/r-ab12/{''.join(units)}")
    return st.lists(path, min_size=1, max_size=10, unique=True).map(change)


def removals() -> Changes:
    """What may be deleted with a stack, what is protected, and a boundary that somebody else makes."""

    def change(stack: str, protect: bool, delete: list[str]) -> Change:
        def apply(stacks: Stacks) -> None:
            for name, settings in stacks.items():
                settings["protect"] = protect
                if name == stack:
                    own = ("data", "models", "studio") if stack == "dev" else ("models",)
                    settings["removal"] = {"delete": [each for each in delete if each in own]}

        return Change(f"every stack: protect {protect}; {stack}: removal {shown(delete)}", apply)

    deleted = st.lists(st.sampled_from(("data", "models", "studio")), unique=True)
    return st.builds(change, st.sampled_from(("dev", *PROJECTS)), st.booleans(), deleted)


def images() -> Changes:
    """The container image of the models, and Studio."""

    def change(image: dict[str, str], studio: dict[str, Any]) -> Change:
        def apply(stacks: Stacks) -> None:
            if "dev" in stacks:
                stacks["dev"]["modelImage"] = image
                at(stacks["dev"], "studio").update(studio)

        return Change(f"dev: image {shown(image)}, studio {shown(studio)}", apply)

    parts = {
        "repository": texts.identifiers(),
        "version": st.sampled_from(("1.0.0", "latest", "v" * 128, "_x", "2026-01-01")),
        "digest": st.text("0123456789abcdef", min_size=64, max_size=64).map(lambda text: f"sha256:{text}"),
    }
    studio = {
        "auth": st.sampled_from(("IAM", "SSO")),
        "idleMinutes": st.sampled_from((60, 61, 120, 525_600)),
        "spaceGigabytes": st.sampled_from((5, 20, 16_384)),
        "instanceTypes": st.sampled_from((["ml.t3.medium"], ["ml.m5.large", "ml.m5.xlarge"], ["ml.m5.2xlarge"])),
    }
    return st.builds(change, st.fixed_dictionaries({}, optional=parts), st.fixed_dictionaries({}, optional=studio))


def written_by_cli() -> Changes:
    """What the CLI writes into files: secrets' providers, booleans and numbers as texts."""

    def change(beside: dict[str, str], as_texts: bool) -> Change:
        def apply(stacks: Stacks) -> None:
            for settings in stacks.values():
                settings |= {FILE + key: value for key, value in beside.items()}
                if as_texts and isinstance(settings.get("protect"), bool):
                    settings["protect"] = str(settings["protect"]).lower()

        return Change(f"files hold {shown(beside)}{', protect as text' if as_texts else ''}", apply)

    ways: tuple[dict[str, str], ...] = (
        {"encryptionsalt": "v1:7m0rX1gB2Xk=:v1:kq3nZ3c0m3p2uJ5k:8nqB3hV6m5v2wN9p0xJ4tQ=="},
        {"secretsprovider": "awskms://alias/pulumi?region=eu-west-1", "encryptedkey": "AQICAHhT"},
        {},
    )
    return st.builds(change, st.sampled_from(ways), st.booleans())


ALL: tuple[Callable[[], Changes], ...] = (
    existing_networks,
    existing_keys,
    controls,
    organization_policies,
    paths_of_units,
    removals,
    images,
    written_by_cli,
)
