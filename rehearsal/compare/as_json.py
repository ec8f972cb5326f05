"""A comparison for programs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rehearsal.compare.cost import Total
from rehearsal.compare.page import Comparison
from rehearsal.compare.resources import Change
from rehearsal.compare.rights import CellChange, TheoremState


def as_json(comparison: Comparison) -> dict[str, Any]:
    """Everything that the page says, nothing shortened; dollars are texts, null where no price is known."""
    rights, cost = comparison.rights, comparison.cost
    return {
        "before": comparison.before,
        "after": comparison.after,
        "notes": list(comparison.notes),
        "resources": [_resource(change) for change in comparison.resources],
        "resourcesWithSecrets": comparison.hidden,
        "rights": {
            "wider": [_cell(each) for each in rights.wider],
            "narrower": [_cell(each) for each in rights.narrower],
            "trust": [
                {"role": each.caller.principal, "come": list(each.come), "go": list(each.go)} for each in rights.trust
            ],
            "theorems": [
                {
                    "id": each.id,
                    "statement": each.statement,
                    "before": _theorem(each.before),
                    "after": _theorem(each.after),
                }
                for each in rights.theorems
            ],
            "absencesBroken": list(rights.absences_broken),
            "absencesMended": list(rights.absences_mended),
            "callersCome": sorted(rights.callers_come),
            "callersGone": sorted(rights.callers_gone),
        },
        "cost": {
            "changes": [
                {
                    "stack": each.item.stack,
                    "region": each.item.region,
                    "thing": each.item.thing,
                    "before": each.before,
                    "after": each.after,
                    "dollarsAMonth": _dollars(each.dollars),
                }
                for each in cost.changes
            ],
            "before": _total(cost.before),
            "after": _total(cost.after),
            "endpointsCounted": cost.endpoints,
            "billedByUse": list(cost.by_use),
            "billedByUseNew": list(cost.by_use_comes),
            "unjudgedTypes": list(cost.unjudged),
        },
    }


def _resource(change: Change) -> dict[str, Any]:
    resource = change.resource
    return {
        "what": change.kind.name.lower(),
        "stack": resource.stack,
        "account": resource.account,
        "urn": resource.urn,
        "type": resource.type,
        "name": resource.name,
        "properties": [{"path": each.path, "before": each.before, "after": each.after} for each in change.differences],
        "replacedBecauseOf": list(change.because),
        "holds": list(change.along_with),
        "refused": change.refused,
    }


def _cell(change: CellChange) -> dict[str, Any]:
    return {
        "caller": change.caller.principal,
        "account": change.caller.account,
        "section": change.section,
        "column": change.column,
        "before": change.before.value or "-",
        "after": change.after.value or "-",
        "otherwiseAsked": change.otherwise_asked,
    }


def _theorem(state: TheoremState | None) -> dict[str, Any] | None:
    if state is None:
        return None
    return {"verdict": state.verdict, "findings": list(state.findings), "named": list(state.named)}


def _total(total: Total) -> dict[str, Any]:
    unpriced = [{"thing": thing, "region": region, "count": n} for (thing, region), n in total.unpriced.items()]
    return {"dollarsAMonth": _dollars(total.dollars), "noPriceKnown": unpriced}


def _dollars(dollars: Decimal | None) -> str | None:
    return None if dollars is None else f"{dollars:.2f}"
