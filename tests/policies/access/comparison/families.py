"""The families of questions that a comparison takes turns with."""

from __future__ import annotations

from tests.policies.access.comparison.compare import Family
from tests.policies.access.comparison.near_platform import platform_question
from tests.policies.access.comparison.random_documents import (
    condition_question,
    guarded_question,
    layer_question,
    principal_question,
)

FAMILIES: dict[str, Family] = {
    "conditions": condition_question,
    "guarded": guarded_question,
    "layers": layer_question,
    "platform": platform_question,
    "principals": principal_question,
}
