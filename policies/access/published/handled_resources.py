"""What a handler's action is asked on: the ARNs of a resource and of what it names, with the keys that follow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from catalog.scope import Scope
from policies.access.authorization import AuthorizationRequest, RequestContext
from policies.access.graph import IamRole, PolicyGraph
from policies.documents.actions import acts_on

_TAGGING = re.compile(r":(Add|Create|Tag|Put).*Tag|:Tag(Resource|Role)?$|:AddTagsToResource$", re.IGNORECASE)
_MAKING = re.compile(r":(Allocate|Authorize|Create|Put|Register)", re.IGNORECASE)
# Service in a type's name -> its name in kms:ViaService and as a principal, where that is not the same in lower case.
_SERVICES = {"ApplicationAutoScaling": "application-autoscaling"}
# Types whose roles are handed to another principal than their service's.
_PASSED_TO = {"AWS::EC2::FlowLog": "vpc-flow-logs"}


@dataclass(frozen=True, kw_only=True)
class HandledResources:
    """The resources of one type that one role makes, changes and removes.

    - `arns`: their own; `named`: of what they name, such as a role, a key or a VPC. `tags`: ARN -> tags of any of them.
    - `conditions`: action -> condition keys of its own, `resources`: action -> ARNs where no ARN above is meant.
    """

    type_name: str
    role: IamRole
    scope: Scope
    arns: Sequence[str]
    named: Sequence[str] = ()
    tags: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    conditions: Mapping[str, RequestContext] = field(default_factory=dict)
    resources: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def requests(self, graph: PolicyGraph, handler: str, action: str) -> list[AuthorizationRequest]:
        """The authorization requests of one action of a handler, without repetitions."""
        found: dict[object, AuthorizationRequest] = {}
        for arn in self._asked_on(action):
            for context in self._contexts(handler, action, arn):
                request = graph.authorization_request(self.role.arn, action, arn, context=context)
                found.setdefault((arn, str(sorted(context.items()))), request)
        return list(found.values())

    def _asked_on(self, action: str) -> Sequence[str]:
        if action in self.resources:
            return self.resources[action]
        patterns = acts_on(action)
        if not patterns:  # an action that knows no resource, or is not in the reference
            return ["*"]
        return self.known(action) or [self._unnamed(patterns[0])]

    def known(self, action: str) -> list[str]:
        """The ARNs among these that an action acts on.

        What makes a resource also names others, such as a subnet its VPC; everything else is about the resource alone.
        """
        if action in self.resources:
            return list(self.resources[action])
        patterns = acts_on(action) or ()
        own, named = (
            [arn for arn in arns if any(_is_of(arn, pattern) for pattern in patterns)]
            for arns in (self.arns, self.named)
        )
        return list(dict.fromkeys([*own, *named] if not own or _MAKING.search(action) else own))

    def _unnamed(self, pattern: str) -> str:
        """An ARN of a kind that none of the resources is or names: in the account, called after the platform alone."""
        parts = pattern.split(":", 5)
        if len(parts) < 6:
            return pattern
        partition, region, account = self.scope.partition, self.scope.region, self.scope.account
        filled = [
            text.replace("*", value) for text, value in zip(parts[1:5], (partition, "", region, account), strict=True)
        ]
        return ":".join(["arn", *filled, parts[5].replace("*", f"{self.scope.prefix}-unnamed")])

    def _contexts(self, handler: str, action: str, arn: str) -> Iterator[RequestContext]:
        own, tags = arn in self.arns, self.tags.get(arn, {})
        request: RequestContext = {
            **{f"aws:RequestTag/{key}": value for key, value in self._own_tags().items()},
            **({"aws:TagKeys": tuple(self._own_tags())} if self._own_tags() else {}),
        }
        present: RequestContext = {f"aws:ResourceTag/{key}": value for key, value in tags.items()}
        base: RequestContext = {**self._service_keys(action), **self.conditions.get(action, {})}
        new = handler == "create" and own
        if _TAGGING.search(action):
            yield {**base, **request, **({} if new else present)}
        elif new and _MAKING.search(action):
            yield {**base, **request}
        else:
            yield {**base, **present, **(request if handler == "create" else {})}

    def _own_tags(self) -> Mapping[str, str]:
        return next((self.tags[arn] for arn in self.arns if self.tags.get(arn)), {})

    def _service_keys(self, action: str) -> RequestContext:
        service = self.type_name.split("::")[1]
        principal = _SERVICES.get(service, service.lower())
        if action == "iam:PassRole":
            return {"iam:PassedToService": f"{_PASSED_TO.get(self.type_name, principal)}.amazonaws.com"}
        if action.startswith("kms:") and service != "KMS":
            return {
                "kms:ViaService": f"{principal}.{self.scope.region}.amazonaws.com",
                "kms:GrantIsForAWSResource": "true",
                "kms:CallerAccount": self.scope.account,
            }
        return {}


def _is_of(arn: str, pattern: str) -> bool:
    """Whether an ARN is one of a pattern, part by part: a `*` does not reach from one part into the next."""
    parts = zip(arn.split(":", 5), pattern.split(":", 5), strict=False)
    return arn.count(":") >= 5 and all(fnmatchcase(part, wanted) for part, wanted in parts)
