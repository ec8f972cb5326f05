"""Change sets: whoever asks what a release would change, changes nothing."""

from __future__ import annotations

from catalog.names import ProjectNames
from catalog.roles import RoleKind
from policies.access.encoding.logic import known_text
from policies.access.graph import IamRole, PolicyGraph
from policies.access.graph.purposes import roles_of_kind
from policies.access.proofs.emptiness import without_roles
from policies.access.proofs.requests import beyond, role_request
from policies.access.proofs.solver import Solver
from policies.access.proofs.theorem import ProofOutcome, Theorem

# All that it may do, in the account's own parameters and on the stacks of its StackSet.
ASKING = (
    "cloudformation:createchangeset",
    "cloudformation:deletechangeset",
    "cloudformation:describechangeset",
)
READING = ("ssm:getparameter", "ssm:getparameters")
_ANY_ROLE = "arn:aws:iam::000000000000:role/any"


def change_sets_only_ask(graph: PolicyGraph) -> ProofOutcome:
    """Of every action that its policies tell apart, a change set role does the printed ones, on its own stacks alone.

    It executes none, and makes none that would give a stack a role.
    """
    solver = Solver()
    roles = roles_of_kind(graph, RoleKind.CHANGE_SET)
    for role in roles:
        for encoded in role_request(role, ["*"]).each():
            action = known_text(encoded.request.action)
            solver.queries += 1
            if action not in (*ASKING, *READING):
                solver.refute_one(f"{role.arn} does {action}", encoded)
        for action in ASKING:
            title = f"{role.arn} does {action} on another stack than its project's"
            solver.refute(title, role_request(role, [action]), beyond(_stacks(graph, role)))
        carrying = role_request(role, [ASKING[0]], pinned={"cloudformation:RoleArn": _ANY_ROLE})
        solver.refute(f"{role.arn} gives a stack a role", carrying)
    named = [*(role.arn for role in roles), *ASKING, *READING]
    return ProofOutcome(findings=solver.findings, named=named, queries=solver.queries)


def _stacks(graph: PolicyGraph, role: IamRole) -> str:
    """The stacks of the project's StackSet in the role's account."""
    scope, stage = graph.scopes[role.stack], graph.stages.get(role.stack, role.stack)
    stack_set = ProjectNames(graph.prefix, role.project or "").stack_set(stage)
    return scope.arn("cloudformation", f"stack/StackSet-{stack_set}-{'?' * 36}/*")


THEOREMS = (
    Theorem(
        id="change-sets-only-ask",
        statement="The printed change set roles do nothing but the printed actions: they execute no change set, and "
        "ask about their own project's stacks alone.",
        prove=change_sets_only_ask,
        may_be_empty=without_roles("no stack made a change set role", RoleKind.CHANGE_SET),
    ),
)
