"""Every mutation, in the order in which they are shown."""

from __future__ import annotations

from tests.policies.access.mutations import (
    data_access,
    declared,
    delivery,
    duties,
    keys,
    perimeter,
    premises,
    previews,
    resources,
    roles,
)
from tests.policies.access.mutations.mutation import Mutation

MUTATIONS: tuple[Mutation, ...] = (
    *perimeter.MUTATIONS,
    *keys.MUTATIONS,
    *data_access.MUTATIONS,
    *roles.MUTATIONS,
    *duties.MUTATIONS,
    *previews.MUTATIONS,
    *premises.MUTATIONS,
    *delivery.MUTATIONS,
    *resources.MUTATIONS,
    *declared.MUTATIONS,
)
