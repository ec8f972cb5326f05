"""Changes of who does what: scientists, approvers, administrators, deployers, and how they sign in."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

from tests.generated_settings import texts
from tests.generated_settings.changes import Change, Stacks, at, of_kind, shown
from tests.generated_settings.platforms import FOUNDATIONS, HOSTS, PROJECTS, Changes

IDENTITY = "777777777777"


def _partition(stacks: Stacks) -> str:
    return str(stacks["dev"]["approvers"][0]).split(":")[1] if stacks.get("dev", {}).get("approvers") else "aws"


def _roles(stacks: Stacks, names: list[str], account: str) -> list[str]:
    return [f"arn:{_partition(stacks)}:iam::{account}:role/{name}" for name in names]


def _names(most: int) -> st.SearchStrategy[list[str]]:
    return st.lists(
        texts.role_names(), min_size=1, max_size=most, unique_by=lambda name: name.rpartition("/")[2].lower()
    )


def scientists() -> Changes:
    """Other scientists: none, few, many, with as many projects as there are."""

    def change(named: list[str], with_projects: bool) -> Change:
        def apply(stacks: Stacks) -> None:
            projects = [str(stacks[each]["id"]) for each in of_kind(stacks, "project")] if with_projects else []
            if "dev" in stacks:
                at(stacks["dev"], "studio")["scientists"] = [{"name": each, "projects": projects} for each in named]

        return Change(f"dev: scientists {shown(named)}, {'all' if with_projects else 'no'} projects each", apply)

    names = st.lists(texts.identifiers(), max_size=8, unique=True)
    return st.builds(change, names, st.booleans())


def sign_ins() -> Changes:
    """Other roles that people sign in with, of the account or of one for identities."""

    def change(place: tuple[str, tuple[str, ...]], names: list[str], elsewhere: bool) -> Change:
        stack, path = place

        def apply(stacks: Stacks) -> None:
            if stack not in stacks:
                return
            account = IDENTITY if elsewhere else str(stacks[stack]["account"])
            section = at(stacks[stack], *path[:-1])
            section[path[-1]] = _roles(stacks, names, account)
            if elsewhere:
                for foundation in of_kind(stacks, "foundation"):
                    stacks[foundation]["identityAccounts"] = [IDENTITY]

        where = f" of {IDENTITY}" if elsewhere else ""
        return Change(f"{stack}: {'.'.join(path)} = roles {shown(names)}{where}", apply)

    places: list[tuple[str, tuple[str, ...]]] = [
        ("dev", ("approvers",)),
        *((each, ("administrators",)) for each in PROJECTS),
    ]
    for foundation in FOUNDATIONS.values():
        places += [(foundation, ("deployer", "trustedBy")), (foundation, ("people", "auditors"))]
        places.append((foundation, ("people", "administrators")))
    return st.builds(change, st.sampled_from(places), _names(6), st.sampled_from((False, False, True)))


def nobody() -> Changes:
    """No administrators, no auditors, no team administrators."""

    def apply(stacks: Stacks) -> None:
        for stack in of_kind(stacks, "foundation"):
            stacks[stack]["people"] = {}
        for stack in of_kind(stacks, "project"):
            stacks[stack]["administrators"] = []

    return st.just(Change("nobody administers or audits", apply))


def deployers() -> Changes:
    """How providers sign in."""

    def change(host: str, external: str | None) -> Change:
        def apply(stacks: Stacks) -> None:
            if host not in stacks or FOUNDATIONS[host] not in stacks:
                return
            settings, foundation = stacks[host], stacks[FOUNDATIONS[host]]
            prefix, account = settings.get("prefix", "mlops"), settings["account"]
            own = f"arn:{_partition(stacks)}:iam::{account}:role/{prefix}/foundation/{prefix}-deployer"
            for stack in [host, *(of_kind(stacks, "project") if host == "dev" else [])]:
                stacks[stack]["credentials"] = {"roleArn": own} | ({"externalId": external} if external else {})
            if external:
                at(foundation, "deployer")["externalId"] = external

        return Change(f"{host} signs in with its deployer, external id {shown(external)}", apply)

    ids = st.none() | st.text("abcXYZ012_+=,.@:/-", min_size=2, max_size=40) | st.just("e" * 1224)
    return st.builds(change, st.sampled_from(HOSTS), ids)


def alerts() -> Changes:
    """Addresses of alarms."""

    def change(host: str, count: int) -> Change:
        def apply(stacks: Stacks) -> None:
            for stack in (host, FOUNDATIONS[host]):
                if stack in stacks:
                    stacks[stack]["alerts"] = {"emails": [f"on.call+{each}@ml.example.com" for each in range(count)]}

        return Change(f"{host}: {count} addresses of alarms", apply)

    return st.builds(change, st.sampled_from(HOSTS), st.sampled_from((0, 1, 5, 20)))


ALL: tuple[Callable[[], Changes], ...] = (scientists, sign_ins, sign_ins, nobody, deployers, alerts)
