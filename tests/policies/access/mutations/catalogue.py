"""Every mutation, in the order in which they are shown."""

from __future__ import annotations

from tests.policies.access.mutations import (
    attached,
    callers,
    data_access,
    declared,
    delivery,
    duties,
    joined,
    keys,
    perimeter,
    premises,
    previews,
    resources,
    roles,
    taking_over,
)
from tests.policies.access.mutations.mutation import Mutation

MUTATIONS: tuple[Mutation, ...] = (
    *perimeter.MUTATIONS,
    *keys.MUTATIONS,
    *data_access.MUTATIONS,
    *roles.MUTATIONS,
    *duties.MUTATIONS,
    *callers.MUTATIONS,
    *previews.MUTATIONS,
    *premises.MUTATIONS,
    *delivery.MUTATIONS,
    *resources.MUTATIONS,
    *joined.MUTATIONS,
    *taking_over.MUTATIONS,
    *declared.MUTATIONS,
    *attached.MUTATIONS,
)
