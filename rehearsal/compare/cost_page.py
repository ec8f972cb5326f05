"""What a change costs, in words."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from catalog.prices import HOURS, PRICES
from rehearsal.compare.blocks import Block, Item, Line, number
from rehearsal.compare.cost import Cost, CostChange, Total

NO_PRICE = "no price known"


def cost_sentence(cost: Cost) -> str:
    """The gist."""
    by_use = sorted({text.split(":")[0] for text in cost.by_use_comes})
    new = f"; new, and billed by use: {', '.join(by_use)}" if by_use else ""
    if not cost.changes:
        return f"Cost: nothing changes of what is paid whether it is used or not{new}"
    known = [each.dollars for each in cost.changes if each.dollars is not None]
    parts = [f"{_signed(sum(known, Decimal(0)))} a month"] if known else []
    unknown = len(cost.changes) - len(known)
    parts += [f"{NO_PRICE} for {unknown} of {number(len(cost.changes), 'change')}"] if unknown else []
    return f"Cost: {', '.join(parts)}, whatever is used{new}"


def cost_blocks(cost: Cost) -> Iterator[Block]:
    """Each change, the sums, and what is not counted."""
    if not cost.changes:
        yield Line("What is paid whether it is used or not stays as it is.")
    yield from (Item(_change(each)) for each in cost.changes)
    yield Line(f"All together before: {_total(cost.before)}. After: {_total(cost.after)}.")
    if not cost.endpoints:
        yield Line(
            "Instances of endpoints are not counted: deploy pipelines start them, and these files do not say which. "
            "`make compare` counts them from the settings."
        )
    else:
        yield Line(
            "Endpoints are counted with the fewest instances that the settings give them, once models are there."
        )
    if cost.by_use_comes:
        yield Line("New, and billed by use, so not counted:")
        yield from (Item(text) for text in cost.by_use_comes)
    yield Line(f"Billed by use, so not counted: {'; '.join(cost.by_use) or 'nothing'}. Jobs that train models too.")
    if cost.unjudged:
        yield Line(f"Nobody has looked at what these cost: {', '.join(cost.unjudged)} (rehearsal/compare/billing.py).")
    read = max(price.read for price in PRICES)
    yield Line(
        f"Prices are AWS's on-demand ones in US dollars without taxes, free tiers and discounts, a month of {HOURS} "
        f"hours, read on {read}: catalog/prices.py names each one's page."
    )


def _change(change: CostChange) -> str:
    item = change.item
    known = NO_PRICE if change.dollars is None else f"{_signed(change.dollars)} a month"
    return f"{item.stack}, {item.region}: {item.thing}: {change.before} → {change.after}: {known}"


def _total(total: Total) -> str:
    lacking = ", ".join(f"{count} {thing} in {region}" for (thing, region), count in total.unpriced.items())
    return f"${total.dollars:,.2f}" + (f" and what has {NO_PRICE} ({lacking})" if lacking else "")


def _signed(dollars: Decimal) -> str:
    return f"{'-' if dollars < 0 else '+'}${abs(dollars):,.2f}"
