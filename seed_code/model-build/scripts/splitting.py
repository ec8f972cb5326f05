"""Splitting rows into train, validation and test. Nothing is fitted before this."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SPLITS = ("train", "validation", "test")
HELD_OUT_SHARE = 0.15  # of validation, and of test

Rows = NDArray[np.int64]


def split_rows(strata: NDArray[np.int64] | None, count: int, seed: int) -> dict[str, Rows]:
    """Row numbers of each split, ascending, disjoint and complete; 70/15/15.

    strata: class of each row, shape (count,), or None. Each class with at least three rows is in every split.
    """
    generator = np.random.default_rng(seed)
    groups = (
        [np.arange(count)] if strata is None else [np.flatnonzero(strata == c) for c in np.unique(strata)]
    )
    parts: dict[str, list[Rows]] = {name: [] for name in SPLITS}
    for group in groups:
        shuffled = generator.permutation(group)
        held = max(1, round(len(group) * HELD_OUT_SHARE))
        cut = len(group) - 2 * held
        for name, part in zip(SPLITS, np.split(shuffled, [cut, cut + held]), strict=True):
            parts[name].append(part)
    return {name: np.sort(np.concatenate(found)) for name, found in parts.items()}
