"""What an account's owner makes, and how everything else stands inside it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from policies.access.authorization import AuthorizationRequest, Document
from policies.access.evaluator import decide
from policies.documents.account import AccountScope
from policies.documents.boundaries import platform_boundary
from tests.stacks.built import EVERYTHING, ROLE, ROLE_POLICY, listed, roles, statements
from tests.stacks.conftest import Platform

FOUNDATIONS = {
    "foundation": "111111111111",
    "foundation-staging": "222222222222",
    "foundation-prod": "333333333333",
}


def test_every_role_of_the_platform_carries_its_accounts_boundary(standing: Platform) -> None:
    found = dict(roles(standing))
    deployers = {arn for arn in found if ":role/mlops/foundation/" in arn and arn.endswith("-deployer")}
    assert len(deployers) == 3
    for arn, inputs in found.items():
        name = "mlops-deployer-boundary" if arn in deployers else "mlops-boundary"
        assert inputs["permissionsBoundary"] == f"arn:aws:iam::{arn.split(':')[4]}:policy/mlops/foundation/{name}", arn


def test_owners_bring_foundations_up_and_deployers_all_the_rest(standing: Platform) -> None:
    for stack, account in FOUNDATIONS.items():
        made = [line for line in standing.recorder.requests if line.phase == f"up {stack}"]
        assert {line.role for line in made} == {f"arn:aws:iam::{account}:role/owner"}
    rest = [
        line
        for line in standing.recorder.requests
        if line.phase.startswith("up ") and line.phase.removeprefix("up ") not in FOUNDATIONS and line.writes
    ]
    actors = {line.role for line in rest if line.session == "pulumi"}
    assert actors == {
        f"arn:aws:iam::{account}:role/mlops/foundation/mlops-deployer" for account in FOUNDATIONS.values()
    }
    assert not any(line.role.endswith(("role/owner", "role/deployer")) for line in rest)


def test_the_deployer_is_entered_through_sts_by_the_role_that_its_trust_names(standing: Platform) -> None:
    entered = [
        (line.role, line.resource)
        for line in standing.recorder.requests
        if line.operation == "AssumeRole" and line.resource.endswith("mlops-deployer")
    ]
    for account in FOUNDATIONS.values():
        deployer = f"arn:aws:iam::{account}:role/mlops/foundation/mlops-deployer"
        assert (f"arn:aws:iam::{account}:role/ci", deployer) in entered


def test_no_roles_own_policy_gives_what_its_boundary_leaves_out(standing: Platform) -> None:
    """A right that the boundary lacks would only show when somebody needs it.

    Denials of prevention depend on what is asked for; they are left out here and decided in the rehearsal.
    """
    for stack in standing.world.engine.stacks:
        inputs = {role.outputs["name"]: role for role in standing.resources(stack, ROLE).values()}
        for policy in standing.resources(stack, ROLE_POLICY).values():
            role = inputs[policy.inputs["role"]]
            account = role.outputs["arn"].split(":")[4]
            boundary = json.loads(platform_boundary(AccountScope(partition="aws", account=account, prefix="mlops")))
            for sid, statement in statements(policy.inputs["policy"]).items():
                if statement["Effect"] == "Allow":
                    outside = list(left_out(role.outputs["arn"], statement, boundary))
                    assert outside == [], f"{role.urn} {sid}"


def left_out(role: str, statement: Mapping[str, Any], boundary: Document) -> Iterator[tuple[str, str]]:
    """Actions and resources of a statement that the boundary alone would refuse."""
    account = role.split(":")[4]
    given = {key: value for keys in statement.get("Condition", {}).values() for key, value in keys.items()}
    told = [key for key in ("iam:PassedToService", "iam:AWSServiceName") if key in given]
    contexts = [dict(zip(told, values, strict=True)) for values in product(*(listed(given[key]) for key in told))]
    for action in listed(statement["Action"]):
        trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": "*"}
        key = {**trust, "Resource": "*"}
        own = {"sts": trust, "kms": key}.get(action.partition(":")[0])
        for resource, context in product(listed(statement["Resource"]), contexts):
            question = AuthorizationRequest(
                id="asked",
                principal=role,
                account=account,
                action=action.replace("*", "Anything"),
                resource=resource.replace("*", "anything"),
                owner=account,
                identity=[EVERYTHING],
                resource_policy={"Version": "2012-10-17", "Statement": [own]} if own else None,
                boundary=boundary,
                context=context,
            )
            if not decide(question).allowed:
                yield action, resource
