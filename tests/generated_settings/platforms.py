"""Changes of a whole platform, each as its documentation asks for it: what hangs together is changed together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from catalog.names import Names
from catalog.scope import partition_of
from settings.closed_lists import zones_of
from settings.endpoint_instances import VCPUS, scales
from settings.metrics import Metric
from tests.generated_settings import texts
from tests.generated_settings.changes import (
    HOME,
    PRODUCTION,
    STAGING,
    Change,
    Settings,
    Stacks,
    at,
    of_kind,
    replaced,
    shown,
)

HOSTS = ("dev", "staging", "prod")
ACCOUNTS = {"dev": HOME, "staging": STAGING, "prod": PRODUCTION}
FOUNDATIONS = {"dev": "foundation", "staging": "foundation-staging", "prod": "foundation-prod"}
PROJECTS = ("project-screening", "project-diabetes")
Changes = st.SearchStrategy[Change]


def _made(what: str, apply: Callable[[Stacks], None]) -> Change:
    return Change(what, apply)


def region_changes() -> Changes:
    """Every stack in another region, with the partition of its ARNs."""

    def change(region: str) -> Change:
        def apply(stacks: Stacks) -> None:
            for stack, settings in stacks.items():
                moved = replaced(settings, "eu-west-1", region)
                stacks[stack] = replaced(moved, "arn:aws:", f"arn:{partition_of(region)}:") | {"region": region}
                if "network" in moved and zones_of(region):
                    zones = at(stacks[stack], "network").get("availabilityZones", 2)
                    if isinstance(zones, int):
                        at(stacks[stack], "network")["availabilityZones"] = min(zones, len(zones_of(region)))

        return _made(f"every stack in {region}", apply)

    return st.one_of(texts.regions(ordinary=True), texts.regions()).map(change)


def prefix_changes() -> Changes:
    """Another prefix and organization in every stack."""

    def change(prefix: str, organization: str) -> Change:
        def apply(stacks: Stacks) -> None:
            for settings in stacks.values():
                settings |= {"prefix": prefix, "organization": organization}

        return _made(f"every stack: prefix {prefix}, organization {organization}", apply)

    organizations = st.sampled_from(("organization", "acme", "Acme-ML_1.0", "0x", "o" * 60))
    return st.builds(change, texts.identifiers(10), organizations)


def account_changes() -> Changes:
    """Another account in the place of one, wherever it is named."""

    def change(host: str, account: str) -> Change:
        def apply(stacks: Stacks) -> None:
            for stack in stacks:
                stacks[stack] = replaced(stacks[stack], ACCOUNTS[host], account)

        return _made(f"{account} is the account of {host}", apply)

    digits = st.text("0123456789", min_size=12, max_size=12)
    return st.builds(change, st.sampled_from(HOSTS), digits | st.just("000000000012"))


def one_account() -> Changes:
    """Everything in one account."""

    def apply(stacks: Stacks) -> None:
        for host in ("staging", "prod"):
            stacks.pop(FOUNDATIONS[host], None)
            for stack in stacks:
                stacks[stack] = replaced(stacks[stack], ACCOUNTS[host], HOME)
        at(stacks, "dev")["singleAccount"] = True

    return st.just(_made("one account for everything", apply))


def stage_changes() -> Changes:
    """Only production with a reason, or only staging."""

    def only_production(stacks: Stacks) -> None:
        _drop(stacks, "staging")
        for project in of_kind(stacks, "project"):
            stacks[project] |= {"stages": ["production"], "withoutStaging": "There is no second account yet"}

    def only_staging(stacks: Stacks) -> None:
        _drop(stacks, "prod")
        for project in of_kind(stacks, "project"):
            stacks[project] |= {"stages": ["staging"]}

    def one_of_two(stacks: Stacks) -> None:
        if "project-screening" in stacks:
            stacks["project-screening"] |= {"stages": ["staging"]}
            stacks["project-screening"].get("deployments", {}).pop("production", None)
            if "prod" in stacks:
                _admits_no_more(stacks["prod"], "screening")

    made = {
        "no staging, for a reason": only_production,
        "no production": only_staging,
        "screening goes to staging alone": one_of_two,
    }
    return st.sampled_from([_made(what, apply) for what, apply in made.items()])


def _admits_no_more(workload: Settings, project: str) -> None:
    for key in ("projects", "apis"):
        if key in workload:
            workload[key] = [each for each in workload[key] if each != project]


def _drop(stacks: Stacks, workload: str) -> None:
    stacks.pop(workload, None)
    stacks.pop(FOUNDATIONS[workload], None)
    if "dev" in stacks:
        stacks["dev"]["workloads"] = [each for each in stacks["dev"]["workloads"] if each != workload]


def second_accounts() -> Changes:
    """More accounts of a stage."""

    def change(host: str, name: str, count: int) -> Change:
        def apply(stacks: Stacks) -> None:
            for number in range(count):
                if host not in stacks or "dev" not in stacks:
                    return
                stack, account = f"{name}-{number}", f"4444444444{number:02}"
                own = str(stacks[host]["account"])
                stacks[stack] = replaced(stacks[host], own, account) | {"registry": dict(stacks[host]["registry"])}
                network = {**stacks[host]["network"], "cidr": f"10.{100 + number + 10 * (host == 'prod')}.0.0/16"}
                stacks[stack] |= {"network": network, "existing": {}}
                stacks["dev"]["workloads"] = _in_order(stacks, stack, host)
                if FOUNDATIONS[host] in stacks:
                    like = replaced(stacks[FOUNDATIONS[host]], own, account)
                    at(like, "prevention").pop("serviceControlPolicy", None)
                    stacks[f"foundation-{stack}"] = like

        return _made(f"{count} more like {host}, named {name}", apply)

    names = st.sampled_from(("extra", "eu", "second", "z9"))
    return st.builds(change, st.sampled_from(("staging", "prod")), names, st.sampled_from((1, 1, 1, 2, 3)))


def _in_order(stacks: Stacks, stack: str, host: str) -> list[str]:
    listed = list(stacks["dev"]["workloads"])
    place = listed.index(host) + 1 if host in listed else len(listed)
    return [*listed[:place], stack, *listed[place:]]


def new_projects() -> Changes:
    """Further projects, each with a gate of its own."""

    def change(identifier: str, metric: Metric, description: str, like: str) -> Change:
        def apply(stacks: Stacks) -> None:
            if like not in stacks:
                return
            threshold = 0.5 if metric.direction == "higher" else 3
            changed = {
                "id": identifier,
                "description": description,
                "gate": {"metric": str(metric), "threshold": threshold},
            }
            stages = stacks[like].get("stages", ["staging", "production"])
            stacks[f"project-{identifier}"] = {**stacks[like], **changed, "administrators": []}
            for stack in of_kind(stacks, "workload"):
                if stacks[stack]["stage"] in stages:
                    stacks[stack]["projects"] = [*stacks[stack].get("projects", []), identifier]
                    if stacks[like].get("id") in stacks[stack].get("apis", ()):
                        stacks[stack]["apis"] = [*stacks[stack]["apis"], identifier]

        return _made(f"a project {identifier} by {metric}, {shown(description)}", apply)

    return st.builds(
        change, texts.identifiers(), st.sampled_from(list(Metric)), texts.descriptions(), st.sampled_from(PROJECTS)
    )


def fewer_projects() -> Changes:
    """A project less, or none."""

    def change(gone: tuple[str, ...]) -> Change:
        def apply(stacks: Stacks) -> None:
            for project in gone:
                stacks.pop(f"project-{project}", None)
                for stack in of_kind(stacks, "workload"):
                    _admits_no_more(stacks[stack], project)
                for scientist in at(stacks, "dev", "studio").get("scientists", []):
                    scientist["projects"] = [each for each in scientist.get("projects", []) if each != project]

        return _made(f"without {' and '.join(gone)}", apply)

    return st.sampled_from((("screening",), ("diabetes",), ("screening", "diabetes"))).map(change)


def renamed_stacks() -> Changes:
    """Another name of a stack, wherever it is named."""

    def change(old: str, new: str) -> Change:
        def apply(stacks: Stacks) -> None:
            if old not in stacks or new in stacks:
                return
            stacks[new] = stacks.pop(old)
            for settings in stacks.values():
                if "workloads" in settings:
                    settings["workloads"] = [new if each == old else each for each in settings["workloads"]]
                if settings.get("dataScience") == old:
                    settings["dataScience"] = new
                if settings.get("registry", {}).get("stack") == old:
                    settings["registry"] = settings["registry"] | {"stack": new}

        return _made(f"{old} is called {new}", apply)

    names = texts.identifiers(12) | st.sampled_from(("ds", "production", "lab", "a-b", "s" * 20, "stage", "live-1"))
    return st.builds(change, st.sampled_from(HOSTS), names)


def tag_changes() -> Changes:
    """Tags of every stack."""

    def change(owner: str, centre: str, data_class: str) -> Change:
        tags = {"owner": owner, "costCentre": centre, "dataClass": data_class}

        def apply(stacks: Stacks) -> None:
            for settings in stacks.values():
                settings["tags"] = dict(tags)

        return _made(f"every stack: tags {shown(tags)}", apply)

    classes = st.sampled_from(("public", "internal", "confidential", "restricted"))
    return st.builds(change, texts.tag_values(), texts.tag_values(), classes)


def size_changes() -> Changes:
    """Sizes of a project's endpoints, on instances that the foundations let through."""

    def change(project: str, stage: str, name: str, least: int, more: int, percent: int) -> Change:
        most = least + (more if scales(name) else 0)
        size = {"instanceType": name, "minInstances": least, "maxInstances": min(most, 100), "capturePercent": percent}

        def apply(stacks: Stacks) -> None:
            stages = stacks.get(project, {}).get("stages", ["staging", "production"])
            if project in stacks and stage in stages:
                at(stacks[project], "deployments")[stage] = size
            for foundation in of_kind(stacks, "foundation"):
                let = at(stacks[foundation], "prevention")
                default = ["ml.t3.medium", "ml.m5.large", "ml.m5.xlarge"]
                let["instanceTypes"] = [*dict.fromkeys([*let.get("instanceTypes", default), name])]

        return _made(f"{project}: {stage} {shown(size)}", apply)

    counts = st.sampled_from((1, 2, 100)) | st.integers(1, 100)
    return st.builds(
        change,
        st.sampled_from(PROJECTS),
        st.sampled_from(("staging", "production")),
        st.sampled_from(sorted(VCPUS)),
        counts,
        st.sampled_from((0, 1, 99)),
        st.sampled_from((0, 1, 50, 100)),
    )


def network_changes() -> Changes:
    """Another network of a stack that has one."""

    def change(host: str, network: dict[str, Any]) -> Change:
        def apply(stacks: Stacks) -> None:
            if host in stacks:
                stacks[host]["network"] = {**stacks[host]["network"], **network}

        return _made(f"{host}: network {shown(network)}", apply)

    required = ("kms", "sts", "logs")
    more = st.lists(
        st.sampled_from(
            (
                "ecr.api",
                "ecr.dkr",
                "sagemaker.api",
                "sagemaker.runtime",
                "ssm",
                "athena",
                "glue",
                "sns",
                "sqs",
                "lambda",
                "events",
            )
        ),
        unique=True,
    )
    parts = {
        "cidr": texts.cidrs(),
        "availabilityZones": st.sampled_from((2, 3, 2, 3, 4)),
        "nat": st.booleans(),
        "endpoints": more.map(lambda names: [*required, *names]),
        "flowLogRetentionDays": st.sampled_from((30, 60, 365, 3653)),
    }
    wanted = st.fixed_dictionaries({}, optional=parts).filter(bool)
    return st.builds(change, st.sampled_from(HOSTS), wanted)


def macie_changes() -> Changes:
    """Buckets that Macie reads, and their stacks that let it in."""

    def change(host: str, purposes: list[str], macie: bool) -> Change:
        def apply(stacks: Stacks) -> None:
            foundation = FOUNDATIONS[host]
            if foundation not in stacks or host not in stacks:
                return
            settings = stacks[host]
            prefix, account, region = (str(settings.get(key, "mlops")) for key in ("prefix", "account", "region"))
            own = [each for each in purposes if (each == "capture") is (host != "dev")]
            buckets = [Names(prefix, host).bucket(each, account, region) for each in own]
            settings["inspected"] = own
            stacks[foundation]["detection"] = {"macie": macie or bool(buckets), "macieBuckets": buckets}

        return _made(f"{host}: Macie reads {', '.join(purposes) or 'nothing'}", apply)

    purposes = st.lists(st.sampled_from(("capture", "data", "models", "artifacts")), unique=True, max_size=4)
    return st.builds(change, st.sampled_from(HOSTS), purposes, st.booleans())


ALL: tuple[Callable[[], Changes], ...] = (
    region_changes,
    prefix_changes,
    account_changes,
    one_account,
    stage_changes,
    second_accounts,
    new_projects,
    fewer_projects,
    renamed_stacks,
    tag_changes,
    size_changes,
    network_changes,
    macie_changes,
)
