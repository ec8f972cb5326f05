"""An embedded Pulumi engine: programs run in this process, resources live in the in-memory AWS."""

from rehearsal.engine.engine import Engine
from rehearsal.engine.state import Missing, Resource, Stack, StackFailed
from rehearsal.engine.state import resources_json as _resources_json

__all__ = ["Engine", "Missing", "Resource", "Stack", "StackFailed", "resources_json"]


def resources_json(engine: Engine) -> list[dict[str, object]]:
    """Every resource of every stack, as `build/rehearsal/resources.json` holds them; secrets are hidden."""
    return _resources_json(engine.stacks)
