"""The inventory: a small YAML or JSON file that says what an estate's buckets, keys and roles are for.

Exports say what was built and not what for. What the inventory does not name is nobody's and nothing's: a role without
a mark is unknown, and unknown roles may do nothing that a theorem reserves.
"""

from __future__ import annotations

import reprlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel

from catalog.nearest import nearest
from policies.pack.exemptions import repeated_keys

# Purposes that the theorems tell apart; data and models are what they protect.
PURPOSES = ("data", "models", "artifacts", "capture", "code", "state", "trail")

Text = Annotated[str, StringConstraints(min_length=1, max_length=2048, pattern=r"^[^\s*?]+$")]
Account = Annotated[str, StringConstraints(pattern=r"^\d{12}$")]
# AWS Organizations API Reference, "EffectivePolicy"; IAM User Guide, "aws:PrincipalOrgPaths".
OrganizationPath = Annotated[
    str, StringConstraints(pattern=r"^o-[a-z0-9]{10,32}/(r-[a-z0-9]{4,32}/(ou-[a-z0-9-]+/)*)?$")
]


def _once(values: list[str]) -> list[str]:
    repeated = sorted({value for value in values if values.count(value) > 1})
    if repeated:
        raise ValueError(f"names {', '.join(repeated)} twice: name it once")
    return values


Names = Annotated[list[Text], AfterValidator(_once)]
Accounts = Annotated[list[Account], AfterValidator(_once)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, alias_generator=to_camel)


class Storage(_Entry):
    """Buckets and keys of one purpose, and the roles and users that may read and write what they hold."""

    buckets: Names = Field(default=[], description="Names or ARNs of buckets.")
    keys: Names = Field(default=[], description="ARNs, ids or aliases of KMS keys.")
    readers: Names = Field(default=[], description="Roles and users, by name or ARN, that read the buckets' objects.")
    writers: Names = Field(default=[], description="Roles and users, by name or ARN, that write the buckets' objects.")


class Roles(_Entry):
    """Roles and users by what they are for, each by its name or ARN. Whoever stands in no list is unknown."""

    deployers: Names = Field(default=[], description="Whoever brings stacks up, or administers an account.")
    approvers: Names = Field(default=[], description="Whoever lets models into production.")
    scientists: Names = Field(default=[], description="Whoever works with data and builds models.")
    jobs: Names = Field(default=[], description="What trains models and processes data.")
    models: Names = Field(default=[], description="What serves models.")


class Trusted(_Entry):
    """Who is outside the exports and may have access; nothing is said of what they do with it."""

    accounts: Accounts = Field(default=[], description="Ids of accounts whose callers may have access.")
    organization_paths: list[OrganizationPath] = Field(
        default=[], description="Paths of AWS Organizations below which every account is the estate's own."
    )
    identity_providers: Names = Field(
        default=[], description="ARNs of the OIDC and SAML providers that people sign in by."
    )


class Delegation(_Entry):
    """One role that may come to act as another, which the theorem of escalation would name otherwise."""

    role: Text = Field(description="Name or ARN of the role or user that acts.")
    acts_as: Text = Field(description="Name or ARN of the role that it may come to act as.")
    because: Annotated[str, StringConstraints(min_length=10)] = Field(description="Why that is right.")


class Inventory(_Entry):
    """What the inventory says. Only data, models or keys must be named; the rest is optional."""

    accounts: Accounts = Field(default=[], description="Accounts of the estate; without it, those of the exports.")
    data: Storage = Field(default=Storage(), description="Data.")
    models: Storage = Field(default=Storage(), description="Models.")
    artifacts: Storage = Field(default=Storage(), description="What pipelines hand from step to step.")
    capture: Storage = Field(default=Storage(), description="What endpoints were asked and answered.")
    code: Storage = Field(default=Storage(), description="Code that functions and jobs run.")
    state: Storage = Field(default=Storage(), description="Pulumi's state.")
    trail: Storage = Field(default=Storage(), description="What CloudTrail writes.")
    roles: Roles = Field(default=Roles(), description="Roles by kind.")
    trusted: Trusted = Field(default=Trusted(), description="Who is outside and may have access.")
    endpoints: dict[Literal["s3", "kms"], Names] = Field(
        default={}, description="Ids of VPC endpoints that the exports do not hold, by service."
    )
    delegations: list[Delegation] = Field(default=[], description="Who may come to act as whom, and why.")
    theorems: Names = Field(default=[], description="Theorems that must hold; without it, all that can speak of it.")

    def storage(self) -> Mapping[str, Storage]:
        """Buckets and keys by purpose."""
        return {purpose: getattr(self, purpose) for purpose in PURPOSES}


# What somebody wrote, of which a message shows the beginning.
_SHORT = reprlib.Repr()
_SHORT.maxstring = 200


class BadInventory(ValueError):
    """An inventory that cannot be read, or does not fit the exports. The message has a line for each problem."""


def read_inventory(path: Path) -> Inventory:
    """Read an inventory. Raises BadInventory with everything that is wrong: what, where, and what is allowed."""
    try:
        repeated = repeated_keys(path)
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInventory(
            f"{path}: {error.strerror}; write the file that docs/tasks/inventory.md describes"
        ) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        position = f" at line {mark.line + 1}" if mark else ""
        raise BadInventory(f"{path}: it cannot be read as YAML or JSON{position}; correct it there") from error
    if repeated:
        raise BadInventory("\n".join(repeated))
    if not isinstance(content, dict):
        raise BadInventory(
            f"{path}: it must hold a mapping with keys such as {', '.join(PURPOSES[:2])}; see docs/tasks/inventory.md"
        )
    try:
        inventory = Inventory.model_validate(content)
    except ValidationError as error:
        raise BadInventory("\n".join(f"{path}: {_problem(each)}" for each in error.errors())) from error
    if not any(storage.buckets or storage.keys for storage in inventory.storage().values()):
        raise BadInventory(
            f"{path}: names no bucket and no key: say at least under data or models what is to be protected"
        )
    return inventory


def _problem(error: Any) -> str:
    """One problem of pydantic's in a sentence: where, what, what is allowed."""
    where = _path(error["loc"])
    kind, given = error["type"], error.get("input")
    if kind == "extra_forbidden":
        name, known = str(error["loc"][-1]), _known(error["loc"][:-1])
        close = nearest(name, known)
        meant = f": did you mean {close}?" if close else ""
        return f"{where} is no key here{meant}; allowed are {', '.join(known)}"
    if kind == "missing":
        return f"{where} is missing; add it"
    if kind in ("list_type", "dict_type", "model_type", "string_type"):
        wanted = {"list_type": "a list", "string_type": "a text in quotation marks"}.get(kind, "a mapping")
        return f"{where} is {_SHORT.repr(given)}; it must be {wanted}"
    if kind == "string_pattern_mismatch":
        return f"{where} is {_SHORT.repr(given)}; it must be like {error['ctx']['pattern']}, without wildcards"
    return f"{where}: {error['msg'].removeprefix('Value error, ')}"


def _path(location: Sequence[Any]) -> str:
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _known(location: Sequence[Any]) -> list[str]:
    """The keys that are allowed at a place."""
    if location[:1] == ("endpoints",):
        return ["s3", "kms"]
    parts: dict[str, type[BaseModel]] = {"roles": Roles, "trusted": Trusted, "delegations": Delegation}
    model = parts.get(str(location[0]), Storage) if location else Inventory
    return sorted(map(to_camel, model.model_fields))


def schema() -> dict[str, Any]:
    """The JSON schema of an inventory."""
    return Inventory.model_json_schema(by_alias=True)
