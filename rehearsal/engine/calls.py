"""One API call about one resource: its parameters, checked, and the answer of the in-memory AWS."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError
from botocore.model import Shape

from rehearsal.aws.actors import Actor
from rehearsal.aws.cloud import Cloud
from rehearsal.aws.requests import SignedRequest
from rehearsal.engine.naming import match, normal, noun
from rehearsal.engine.new_roles import NewRoles
from rehearsal.engine.request_parameters import Members, UnknownProperty, convert, place
from rehearsal.engine.state import Resource
from rehearsal.engine.strict import check, operation
from rehearsal.service_model.resource_type import ApiCall, ResourceType, filled, with_defaults
from rehearsal.services import module_path

_GONE = re.compile(r"NotFound|NoSuch|DoesNotExist|NonExistent|^404$|UnknownResource", re.IGNORECASE)
_GONE_MESSAGE = re.compile(
    # The last is GuardDuty's word for a detector that is gone.
    r"does not exist|could not find|not found|no such|cannot find|unable to find|not owned by the current account",
    re.IGNORECASE,
)
_SNAKE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class Refused(Exception):
    """AWS, or the check before it, refused a call about a resource. `code` is AWS's."""

    def __init__(self, resource: Resource, name: str, code: str, message: str) -> None:
        super().__init__(f"{resource.urn}\n  {name} in account {resource.account}: {code}: {message}")
        self.code = code
        self.message = message

    @property
    def means_gone(self) -> bool:
        """Whether it means that the resource is not there."""
        return bool(_GONE.search(self.code) or _GONE_MESSAGE.search(self.message))


class DeployerClients:
    """Sends calls as the account's deployer, or as its owner for the stacks in `owned`; credentials are made once."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._actors: dict[tuple[str, str, bool], Actor] = {}
        self._methods: dict[tuple[str, str, bool, str, str], Any] = {}
        # Foundations: what makes the deployer cannot be made by it.
        self.owned: set[str] = set()
        self._new_roles = NewRoles()

    def actor(self, account: str, region: str, *, owner: bool = False) -> Actor:
        """Whoever deploys in an account, or whoever owns it."""
        key = (account, region, owner)
        if key not in self._actors:
            self._actors[key] = (self._cloud.owner if owner else self._cloud.deployer)(account, region)
        return self._actors[key]

    def send(self, resource: Resource, service: str, name: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """AWS's answer, after the provider's own retries. Raises Refused."""
        check = self._new_roles.new_role_is_not_assumable(f"{service}:{name}", parameters)
        if check is not None and not check.retried:
            raise Refused(resource, f"{service}:{name}", check.code, check.message)
        if check is not None:
            self._new_roles.wait()
        owner = resource.stack in self.owned
        key = (resource.account, resource.region, owner, service, name)
        try:
            if key not in self._methods:
                actor = self.actor(resource.account, resource.region, owner=owner)
                client = self._cloud.client(actor, service, resource.region)
                self._methods[key] = getattr(client, method_of(client, name))
            answer: dict[str, Any] = self._methods[key](**parameters)
        except ClientError as error:
            details = error.response.get("Error", {})
            code, message = str(details.get("Code", "")), str(details.get("Message", ""))
            raise Refused(resource, f"{service}:{name}", code, message) from None
        except ParamValidationError as error:
            raise Refused(resource, f"{service}:{name}", "InvalidParameter", str(error)) from None
        except NotImplementedError as error:
            raise Refused(
                resource, f"{service}:{name}", "NotInMemory", f"{error}: add it to `patch` in {module_path(service)}"
            ) from None
        answer.pop("ResponseMetadata", None)
        self._new_roles.see(f"{service}:{name}", answer)
        failed = answer.get("Unsuccessful") or answer.get("FailedEntries")
        if failed:  # EC2 and EventBridge answer 200 and say in the body what they did not do
            raise Refused(resource, f"{service}:{name}", "Unsuccessful", str(failed))
        return answer

    def record(self, resource: Resource, service: str, name: str, parameters: Mapping[str, Any]) -> None:
        """Record a call that the provider makes and that something else answers here, so that it is decided too."""
        actor = self.actor(resource.account, resource.region, owner=resource.stack in self.owned)
        question = SignedRequest("", resource.region, service, name, "*", parameters)
        self._cloud.recorder.add(actor, question, None, 200)


class PreviewerClients(DeployerClients):
    """Sends calls as the role that previews of CI act with, whichever stack they are of."""

    def actor(self, account: str, region: str, *, owner: bool = False) -> Actor:
        """Whoever previews in an account, foundations too."""
        key = (account, region, owner)
        if key not in self._actors:
            self._actors[key] = self._cloud.previewer(account, region)
        return self._actors[key]


def method_of(client: Any, name: str) -> str:
    """The client's method for an operation."""
    mapping: Mapping[str, str] = client.meta.method_to_api_mapping
    return next(method for method, api in mapping.items() if api == name)


def carries(resource_type: ResourceType, call: ApiCall, name: str) -> bool:
    """Whether a call carries a property."""
    if call.properties is not None:
        return name in call.properties
    if name in resource_type.not_sent or any(name in (other.properties or ()) for other in resource_type.after_create):
        return False
    if call.transform or name in call.list_members:
        return True
    target = call.members.get(name)
    if target is not None:
        return target != "-"
    shape = operation(resource_type.service, call.operation).input_shape
    return shape is not None and match(name, shape.members, noun(call.operation)) is not None


def parameters(
    resource_type: ResourceType, call: ApiCall, resource: Resource, values: Mapping[str, Any]
) -> dict[str, Any]:
    """A call's parameters from a resource's properties. Raises Refused, naming the member and what is allowed."""
    shape = operation(resource_type.service, call.operation).input_shape
    if shape is None:
        return {}
    name = f"{resource_type.service}:{call.operation}"
    resource_values = resource.values()
    shaped = with_defaults(values, call.defaults)
    shaped = dict(call.transform(shaped, resource_values)) if call.transform else shaped
    try:
        placed = place(shape, shaped, Members(call.members, noun(call.operation)))
    except UnknownProperty as error:
        raise Refused(resource, name, "UnknownProperty", _unknown_property(resource_type, error)) from None
    for path, constant in call.parameters.items():
        _fill(placed, shape, path.split("."), filled(constant, resource_values))
    _complete(placed, shape, resource, resource_values, (noun(resource_type.create.operation),))
    problems = [str(problem) for problem in check(shape, placed)]
    if problems:
        raise Refused(resource, name, "InvalidParameter", "; ".join(problems))
    return placed


def _unknown_property(resource_type: ResourceType, error: UnknownProperty) -> str:
    module = module_path(resource_type.service)
    return (
        f"property {error}. Nothing of what a program says is dropped: say in {module} which member takes it "
        f"(`members` of a call of {resource_type.type}), or why it is not sent (`not_sent`)"
    )


def _fill(into: dict[str, Any], shape: Shape, path: list[str], value: Any) -> None:
    if value is None:
        return
    first, *rest = path
    if shape.type_name == "map":
        into.setdefault(first, convert(shape.value, value, Members({}), first))
    elif not rest:
        into.setdefault(first, convert(shape.members[first], value, Members({}), first))
    elif shape.members[first].type_name == "list":
        _fill(into.setdefault(first, [{}])[0], shape.members[first].member, rest, value)
    else:
        _fill(into.setdefault(first, {}), shape.members[first], rest, value)


def _complete(
    placed: dict[str, Any], shape: Shape, resource: Resource, resource_values: Mapping[str, Any], nouns: tuple[str, ...]
) -> None:
    """Fill required members that are left: a property of that name, or the resource's own id, name or ARN."""
    for member in shape.required_members:
        if member in placed:
            continue
        value = next((resource_values[key] for key in resource_values if normal(key) == normal(member)), None)
        plain = normal(member)
        if value is None and plain in {normal(f"{about}{kind}") for about in nouns for kind in ("Id", "Name")}:
            value = resource_values.get("name") if plain.endswith("name") and "name" in resource_values else resource.id
        if value is None and plain in {"arn", "resourcearn", *(normal(f"{about}Arn") for about in nouns)}:
            value = resource_values.get("arn")
        if value is not None and not isinstance(value, (list, dict)):
            placed[member] = value
