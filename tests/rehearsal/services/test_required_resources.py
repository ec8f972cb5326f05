"""Every operation of the tables is decided on every resource type that its actions name, or the list says why not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.session import Session

from policies.access.published.required_resources import named_types, required_types, unnamed_types
from rehearsal.service_model.required_action import ApiRequest
from rehearsal.service_model.unasked_resources import UNASKED
from rehearsal.services import rights_of, services

# EC2's ids by the member that holds them.
_IDS = {
    "allocation": "eipalloc-0",
    "association": "rtbassoc-0",
    "flowlog": "fl-0",
    "gateway": "igw-0",
    "group": "sg-0",
    "internetgateway": "igw-0",
    "natgateway": "nat-0",
    "networkinterface": "eni-0",
    "resource": "vpc-0",
    "routetable": "rtb-0",
    "securitygroup": "sg-0",
    "securitygrouprule": "sgr-0",
    "subnet": "subnet-0",
    "vpc": "vpc-0",
    "vpcendpoint": "vpce-0",
}
_DEPTH = 5
# Operations that act on whichever of the types the request names.
_TAGGING = re.compile(r":(Add|List|Remove|Delete|Create)?(Tag|Untag|GetTags|ListTags|AddTags)", re.IGNORECASE)


def text(service: str, member: str) -> str:
    """A value of a member: what it names has the form that AWS's own would have."""
    low = member.lower()
    part = re.fullmatch(r"(?:add|remove)?(\w+?)ids?", low)
    if low.endswith(("arn", "arns")):
        return "arn:named"
    if service == "ec2" and (low == "resources" or (part and part[1] in _IDS)):
        return _IDS[part[1]] if part else "vpc-0"
    return {"aliasname": "alias/x", "groups": "sg-0", "path": "/"}.get(low, "x")


def filled(service: str, shape: Shape, member: str = "", depth: int = 0) -> Any:
    """Every member of a request."""
    if isinstance(shape, StructureShape):
        members = shape.members.items() if depth < _DEPTH else ()
        return {name: filled(service, inner, name, depth + 1) for name, inner in members}
    if isinstance(shape, ListShape):
        return [filled(service, shape.member, member, depth + 1)]
    if isinstance(shape, MapShape):
        return {"x": filled(service, shape.value, member, depth + 1)}
    plain: dict[str, Any] = {"integer": 1, "long": 1, "float": 1.0, "double": 1.0, "boolean": True}
    return plain.get(shape.type_name, text(service, member))


def asked() -> Iterator[tuple[str, str, list[str]]]:
    """Operation, action, and the resources that a request with every member is decided on."""
    session = Session()
    for name, service in services().items():
        model = session.get_service_model(name)
        for operation in service.operations:
            if operation in model.operation_names:
                shape = model.operation_model(operation).input_shape
                given = filled(name, shape) if shape else {}
                request = ApiRequest(
                    service=name, operation=operation, account="111111111111", region="eu-west-1", parameters=given
                )
                found: dict[str, list[str]] = {}
                for right in rights_of(request) or ():
                    found.setdefault(right.action, []).append(right.resource)
                for action, resources in found.items():
                    yield f"{name}:{operation}", action, resources


ASKED = list(asked())


def unasked(action: str, resources: list[str]) -> list[str]:
    """The types that a request is not decided on. An ARN in the request may be of any one of them."""
    given = [resource for resource in resources if not resource.startswith("arn:aws") and resource != "*"]
    missing = unnamed_types(action, resources)
    if given and len(missing) <= len(given):
        return []
    if given or (_TAGGING.search(action) and len(missing) < len(named_types(action))):
        return [kind for kind in missing if kind in required_types(action)][len(given) :]
    return missing


def test_operations_are_decided_on_every_type_that_their_actions_name() -> None:
    left = {
        (operation, action, kind)
        for operation, action, resources in ASKED
        for kind in unasked(action, resources)
        if not any(line.covers(action, kind) for line in UNASKED)
    }
    assert left == set()


def test_no_required_type_is_in_the_list() -> None:
    listed = {
        (action, kind)
        for _, action, _ in ASKED
        for kind in required_types(action)
        if any(line.covers(action, kind) for line in UNASKED)
    }
    required = {(action, kind) for _, action, resources in ASKED for kind in unasked(action, resources)}
    assert not listed & required


def test_every_line_of_the_list_is_needed() -> None:
    needed = {(action, kind) for _, action, resources in ASKED for kind in unasked(action, resources)}
    for line in UNASKED:
        assert any(line.covers(action, kind) for action, kind in needed), line.reason


@pytest.mark.parametrize(
    ("action", "resource", "missing"),
    [
        (
            "cloudformation:CreateStackInstances",
            "arn:aws:cloudformation:eu-west-1:111111111111:stackset/s:1",
            ["stackset-target", "type"],
        ),
        ("ec2:CreateSubnet", "arn:aws:ec2:eu-west-1:111111111111:subnet/*", ["vpc"]),
        ("iam:CreateRole", "*", ["role"]),
    ],
)
def test_a_row_that_names_less_is_noticed(action: str, resource: str, missing: list[str]) -> None:
    assert {*missing} <= {*unasked(action, [resource])}


def test_required_types_are_those_with_an_asterisk() -> None:
    assert required_types("cloudformation:CreateStackInstances") == ("stackset",)
    assert {*named_types("cloudformation:CreateStackInstances")} == {"stackset", "stackset-target", "type"}
    assert required_types("cloudformation:CreateStackSet") == ()
