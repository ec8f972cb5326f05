"""`aws.lambda_.Invocation`: a function called when the resource is made, changed and removed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from rehearsal.engine.calls import DeployerClients, Refused
from rehearsal.engine.state import Resource
from rehearsal.engine.steps import whole_life

# resource, function name, payload → the function's answer. Raises RuntimeError with the function's own error.
Invoke = Callable[[Resource, str, bytes], bytes]


class Invocations:
    """Calls functions as the real provider does. With the CRUD scope the input gains a key that says what happens.

    Source: terraform-provider-aws, `aws_lambda_invocation`: `{"tf": {"action": "create", "prev_input": null}}`.
    Without `run` a function is only looked up: the rehearsal of stacks alone has nothing that runs code, and the
    result stays unset.
    """

    def __init__(self, caller: DeployerClients) -> None:
        self._caller = caller
        self.run: Invoke | None = None

    def create(self, resource: Resource) -> None:
        """Call for the first time."""
        self._call(resource, "create", None)
        resource.id = f"{resource.inputs['functionName']}_{resource.inputs.get('qualifier', '$LATEST')}"

    def update(self, resource: Resource, inputs: Mapping[str, Any]) -> None:
        """Call with the new input and the one before."""
        before, resource.inputs = resource.inputs.get("input"), dict(inputs)
        self._call(resource, "update", before)

    def delete(self, resource: Resource) -> None:
        """Call once more, where the resource's whole life is to be told."""
        if _whole_life(resource):
            self._call(resource, "delete", resource.inputs.get("input"))

    def exists(self, resource: Resource) -> bool:
        """Whether the function is still there to be called."""
        try:
            self._caller.send(resource, "lambda", "GetFunction", {"FunctionName": resource.inputs["functionName"]})
        except Refused as refused:
            if refused.means_gone:
                return False
            raise
        return True

    def _call(self, resource: Resource, action: str, before: Any) -> None:
        payload = json.loads(resource.inputs["input"])
        if _whole_life(resource):
            event = {"action": action, "prev_input": json.loads(before) if before else None}
            payload = {**payload, resource.inputs.get("terraformKey", "tf"): event}
        name = str(resource.inputs["functionName"])
        if not self.exists(resource):
            raise Refused(resource, "lambda:Invoke", "ResourceNotFoundException", f"there is no function {name}")
        given = {"FunctionName": name, "Qualifier": resource.inputs.get("qualifier", "$LATEST")}
        self._caller.record(resource, "lambda", "Invoke", given)
        try:
            result = self.run(resource, name, json.dumps(payload).encode()).decode() if self.run else None
        except RuntimeError as error:
            raise Refused(resource, "lambda:Invoke", "Unhandled", str(error)) from None
        resource.outputs = {**resource.inputs, **({"result": result} if result is not None else {})}


def _whole_life(resource: Resource) -> bool:
    return whole_life(resource.inputs)
