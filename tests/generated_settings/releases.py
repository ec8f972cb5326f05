"""Changes of how models are served, called and released: shapes, APIs, links of approvers, a chat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from tests.generated_settings import texts
from tests.generated_settings.changes import Change, Settings, Stacks, at, of_kind, shown
from tests.generated_settings.platforms import HOSTS, PROJECTS, Changes

_STAGES = ("staging", "production")
# Beside the shape: what goes with it, and what of a size it has none of.
_SHAPES: dict[str, tuple[Settings, tuple[str, ...]]] = {
    "single": ({}, ()),
    "abTest": ({"challengerPercent": 20}, ()),
    "shadow": ({"shadowPercent": 50}, ()),
    "multiModel": ({}, ("shift", "capturePercent", "api")),
    "inferencePipeline": ({}, ()),
    "serverless": (
        {"memoryMegabytes": 3072},
        ("shift", "instanceType", "minInstances", "maxInstances", "capturePercent"),
    ),
    "asynchronous": ({"invocationsPerInstance": 8}, ("shift", "minInstances", "capturePercent", "api")),
    "batchTransform": ({}, ("shift", "minInstances", "maxInstances", "capturePercent", "api")),
}


def shapes() -> Changes:
    """One stage of a project serves in another shape."""

    def change(project: str, stage: str, shape: str) -> Change:
        def apply(stacks: Stacks) -> None:
            if project not in stacks or stage not in stacks[project].get("stages", _STAGES):
                return
            size, (figures, without) = at(stacks[project], "deployments", stage), _SHAPES[shape]
            for name in without:
                size.pop(name, None)
            size["serving"] = {"shape": shape, **figures}
            if shape != "single":
                _let_in(stacks, str(stacks[project].get("id")), stage, shape)

        return Change(f"{project}: {shape} in {stage}", apply)

    return st.builds(change, st.sampled_from(PROJECTS), st.sampled_from(_STAGES), st.sampled_from(sorted(_SHAPES)))


def _serving(stacks: Stacks, identifier: str, stage: str) -> list[Settings]:
    """Workload stacks of the stage that admit the project."""
    workloads = [stacks[name] for name in of_kind(stacks, "workload")]
    return [each for each in workloads if each.get("stage") == stage and identifier in each.get("projects", ())]


def _let_in(stacks: Stacks, identifier: str, stage: str, shape: str) -> None:
    """Each account of the stage that serves the project lets the shape in, serverless by its foundation too."""
    for workload in _serving(stacks, identifier, stage):
        shapes_of = at(workload, "servingShapes")
        shapes_of[identifier] = sorted({*shapes_of.get(identifier, ()), shape})
        for foundation in of_kind(stacks, "foundation"):
            if shape == "serverless" and stacks[foundation].get("account") == workload.get("account"):
                prevention = at(stacks[foundation], "prevention")
                prevention["serverless"] = sorted({*prevention.get("serverless", ()), identifier})


def apis() -> Changes:
    """A project's API in one stage, admitted and built."""

    def change(project: str, stage: str, authentication: str, more: Settings) -> Change:
        def apply(stacks: Stacks) -> None:
            if project not in stacks or stage not in stacks[project].get("stages", _STAGES):
                return
            admit(stacks, stacks[project], stage)
            account = str(stacks.get("dev", stacks[project]).get("account"))
            partition = str(stacks.get("dev", {}).get("approvers", ["arn:aws:"])[0]).split(":")[1]
            callers: dict[str, Settings] = {
                "iam": {"callers": [f"arn:{partition}:iam::{account}:role/shop"]},
                "key": {"clients": [{"name": "shop", "quota": 1000}, {"name": "audit"}]},
                "jwt": {
                    "tokens": {
                        "issuer": "https://login.example.com/",
                        "audiences": ["screening"],
                        "keySet": "https://login.example.com/keys.json",
                    }
                },
            }
            given = {"authentication": authentication, "access": "public", **callers[authentication], **more}
            at(stacks[project], "deployments", stage)["api"] = given

        return Change(f"{project}: an API by {authentication} in {stage}, {shown(more)}", apply)

    def admit(stacks: Stacks, settings: Settings, stage: str) -> None:
        for workload in _serving(stacks, str(settings.get("id")), stage):
            workload["apis"] = sorted({*workload.get("apis", ()), settings["id"]})
        if "dev" in stacks:
            stacks["dev"]["apiFunctions"] = True

    parts: dict[str, st.SearchStrategy[Any]] = {
        "waf": st.booleans(),
        "idempotency": st.booleans(),
        "package": st.sampled_from(("image", "zip")),
        "maxRows": st.integers(1, 10_000),
        "throttle": st.fixed_dictionaries({"rate": st.integers(1, 1000), "burst": st.integers(1, 1000)}),
        "logDays": st.sampled_from((30, 365, 3653)),
    }
    return st.builds(
        change,
        st.sampled_from(PROJECTS),
        st.sampled_from(_STAGES),
        st.sampled_from(("iam", "key", "jwt")),
        st.fixed_dictionaries({}, optional=parts),
    )


def approval_links() -> Changes:
    """Approvers of a project who are sent links."""

    def change(project: str, hours: int, names: list[str]) -> Change:
        def apply(stacks: Stacks) -> None:
            if project not in stacks or "dev" not in stacks:
                return
            identifier = stacks[project].get("id")
            stacks[project]["approvalLinkHours"] = hours
            others = [each for each in stacks["dev"].get("approvalLinks", ()) if identifier not in each["projects"]]
            taken = {each["name"] for each in others}
            stacks["dev"]["approvalLinks"] = others + [
                {"name": name, "email": f"{name}@example.com", "projects": [identifier]}
                for name in names
                if name not in taken
            ]

        return Change(f"{project}: links to {shown(names)}, good for {hours} hours", apply)

    names = st.lists(texts.identifiers(12), min_size=1, max_size=3, unique=True)
    return st.builds(change, st.sampled_from(PROJECTS), st.sampled_from((1, 24, 168)), names)


def chats() -> Changes:
    """A channel that hears of one account's alarms."""

    def change(host: str, number: int) -> Change:
        def apply(stacks: Stacks) -> None:
            if host in stacks:
                at(stacks[host], "alerts")["slack"] = {"workspace": "T07EA123LEP", "channel": f"C07EZ1ABC{number}"}

        return Change(f"{host}: Slack hears of alarms", apply)

    return st.builds(change, st.sampled_from(HOSTS), st.integers(10, 99))


ALL: tuple[Callable[[], Changes], ...] = (shapes, apis, approval_links, chats)
