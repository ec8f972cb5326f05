"""One run of a stack's program: which step each registration is, and what is left to delete afterwards."""

from __future__ import annotations

import copy
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from rehearsal.engine.changes import changed_names, keep_ignored, named, tagged
from rehearsal.engine.deletion import deletion_order, refuse_protected
from rehearsal.engine.invokes import invoke
from rehearsal.engine.provider import Provider
from rehearsal.engine.state import Resource, Stack, StackFailed
from rehearsal.engine.urns import ROOT_TYPE, provider_urn, urn_of
from rehearsal.engine.values import Plain
from rehearsal.services import module_path, name_property

Listener = Callable[[str, Resource], None]

_PROVIDER = "pulumi:providers:"
_REFERENCE = "pulumi:pulumi:StackReference"


class Deployment:
    """The steps of one `up`. State is written as each step ends, so that a failure leaves what was done."""

    def __init__(
        self,
        stack: Stack,
        project: str,
        stacks: Mapping[str, Stack],
        provider: Provider,
        config: Mapping[str, str],
        listener: Listener | None,
    ) -> None:
        self.stack = stack
        self._project = project
        self._stacks = stacks
        self._provider = provider
        self._no_default = json.loads(config.get("pulumi:disable-default-providers", "[]"))
        self._listener = listener
        self._seen: set[str] = set()

    # ---- what the program asks for

    def register(
        self,
        *,
        type_: str,
        name: str,
        parent: str,
        custom: bool,
        provider: str,
        plain: Plain,
        options: dict[str, Any],
    ) -> Resource:
        """The resource as it is after its step. Raises Refused, StackFailed."""
        new = Resource(
            stack=self.stack.name,
            account="",
            region="",
            urn=urn_of(self.stack.name, self._project, parent, type_, name),
            type=type_,
            name=name,
            parent=parent,
            custom=custom,
            inputs=plain.values,
            options=options,
            provider=provider,
            secrets=plain.secrets | set(options.get("additionalSecretOutputs", [])),
        )
        self._once(new)
        old = self._old(new)
        if type_ == _REFERENCE:
            return self._reference(new, str(plain.values.get("name", name)))
        if not new.managed:
            return self._record(new, old)
        self._locate(new)
        return self._step(new, old)

    def read(self, *, type_: str, name: str, parent: str, provider: str, id_: str, plain: Plain) -> Resource:
        """A resource that exists outside this stack. Raises StackFailed where it does not."""
        new = Resource(
            stack=self.stack.name,
            account="",
            region="",
            urn=urn_of(self.stack.name, self._project, parent, type_, name),
            type=type_,
            name=name,
            parent=parent,
            custom=True,
            id=id_,
            provider=provider,
            options={"external": True},
        )
        self._once(new)
        if type_ == _REFERENCE:
            return self._reference(new, id_)
        self._locate(new)
        new.outputs = dict(plain.values)
        found = self._provider.read(new)
        if found is None:
            raise StackFailed(f"{new.urn}\n  there is no {type_} with id {id_!r} in account {new.account}")
        new.outputs = found
        return self._keep("read", new)

    def outputs(self, urn: str, plain: Plain) -> None:
        """Outputs that a component, or the stack, registers."""
        resource = self.stack.resources.get(urn)
        if resource is None:
            return
        resource.outputs, resource.secrets = plain.values, plain.secrets
        if resource.type == ROOT_TYPE:
            self.stack.outputs, self.stack.secret_outputs = plain.values, plain.secrets

    def invoke(self, token: str, arguments: Mapping[str, Any], provider: str) -> dict[str, Any]:
        """The answer of one of the provider's functions."""
        query = Resource(self.stack.name, "", "", f"{token} in stack {self.stack.name}", token, "", "", True)
        query.provider = provider
        self._locate(query)
        return invoke(self._provider.caller, query, arguments)

    def finish(self) -> None:
        """After the program: delete what replacements left and what it no longer registers, dependents first."""
        unseen = {urn: r for urn, r in self.stack.resources.items() if urn not in self._seen}
        refuse_protected(unseen.values())
        for resource in deletion_order(unseen, self.stack.replaced):
            self.delete(resource)

    def delete(self, resource: Resource) -> None:
        """Delete one resource and forget it; `retainOnDelete` only forgets."""
        if self._is_managed(resource) and not resource.options.get("retainOnDelete"):
            self._provider.delete(resource)
        if self.stack.resources.get(resource.urn) is resource:
            del self.stack.resources[resource.urn]
        self.stack.replaced = [other for other in self.stack.replaced if other is not resource]
        self._tell("delete", resource)

    # ---- steps

    def _step(self, new: Resource, old: Resource | None) -> Resource:
        name = name_property(new.type)
        if name is None:
            raise StackFailed(
                f"{new.urn}\n  the rehearsal has no resource type {new.type}: "
                f"add it in {module_path(_service_of(new.type))}"
            )
        new.generation = old.generation if old else 0
        if old is not None:
            new.inputs = keep_ignored(new.inputs, old.inputs, new.options.get("ignoreChanges", []))
        given = name in new.inputs
        new.inputs = tagged(named(new, old, name), new.type, self._default_tags(new))
        if old is None:
            return self._create(new, "create")
        if old.options.get("unfinished"):
            self.delete(old)
            return self._create(new, "replace")
        changed = changed_names(old.inputs, new.inputs)
        moved = (old.account, old.region) != (new.account, new.region)
        if not changed and not moved:
            return self._same(new, old)
        forced = {path.split(".")[0].split("[")[0] for path in new.options.get("replaceOnChanges", [])}
        if moved or forced & {*changed, "*"} or self._provider.plan(old, changed) == "replace":
            return self._replace(new, old, given)
        return self._update(new, old, changed)

    def _create(self, new: Resource, event: str) -> Resource:
        try:
            self._provider.create(new)
        except Exception:
            if new.id:
                new.options = {**new.options, "unfinished": True}
                self.stack.resources[new.urn] = new
            raise
        return self._keep(event, new)

    def _same(self, new: Resource, old: Resource) -> Resource:
        new.id, new.outputs = old.id, old.outputs
        new.secrets |= old.secrets & set(old.outputs)
        return self._keep("same", new)

    def _update(self, new: Resource, old: Resource, changed: list[str]) -> Resource:
        updated = replace(old, options=new.options, provider=new.provider, parent=new.parent, secrets=new.secrets)
        updated.inputs, updated.outputs = copy.copy(old.inputs), copy.copy(old.outputs)
        self._provider.update(updated, new.inputs, changed)
        return self._keep("update", updated)

    def _replace(self, new: Resource, old: Resource, given: bool) -> Resource:
        """Create, then delete the old one at the end; the other way round where both would have one name."""
        name = name_property(new.type) or ""
        new.generation = old.generation + 1
        same_name = given and new.inputs.get(name) == old.inputs.get(name)
        first = old.options.get("deleteBeforeReplace") or new.options.get("deleteBeforeReplace") or same_name
        if name and not given:
            new.inputs = {key: value for key, value in new.inputs.items() if key != name}
            new.inputs = tagged(named(new, None, name), new.type, self._default_tags(new))
        if first:
            if old.options.get("protect"):
                refuse_protected([old])
            self._delete_with_dependents(old)
            return self._create(new, "replace")
        refuse_protected([old])
        made = self._create(new, "replace")
        if made.id != old.id or (made.account, made.region) != (old.account, old.region):
            self.stack.replaced.append(old)
        return made

    def _delete_with_dependents(self, old: Resource) -> None:
        """Delete first whatever could not stay while the resource is replaced; the program makes it again."""
        for other in list(self.stack.resources.values()):
            through = [name for name, urns in other.options.get("propertyDependencies", {}).items() if old.urn in urns]
            gone = other.urn not in self.stack.resources or not through or not self._is_managed(other)
            if not gone and self._provider.plan(other, through) == "replace":
                refuse_protected([other])
                self._delete_with_dependents(other)
        self.delete(old)

    def _record(self, new: Resource, old: Resource | None) -> Resource:
        """Components, the stack itself and providers: nothing in AWS stands behind them."""
        if new.custom:
            new.id = old.id if old else str(uuid.uuid5(uuid.NAMESPACE_URL, new.urn))
            new.outputs = dict(new.inputs)
        elif old is not None:
            new.outputs = old.outputs
        changed = old is None or old.inputs != new.inputs
        return self._keep("create" if old is None else "update" if changed else "same", new)

    def _reference(self, new: Resource, target: str) -> Resource:
        name = target.rsplit("/", 1)[-1]
        stack = self._stacks.get(name)
        if stack is None:
            up = ", ".join(other for other in self._stacks if other != self.stack.name) or "none"
            raise StackFailed(
                f"{new.urn}\n  stack {name!r} is not up, and this stack needs its outputs: bring up {name} "
                f"first (up: {up})"
            )
        new.id = target
        new.inputs = {"name": target}
        new.outputs = {
            "name": target,
            "outputs": stack.outputs,
            "secretOutputNames": sorted(stack.secret_outputs),
        }
        if stack.secret_outputs:
            new.secrets |= {"outputs"}
        return self._keep("read", new)

    # ---- parts

    def _once(self, new: Resource) -> None:
        if new.urn in self._seen:
            raise StackFailed(f"Duplicate resource URN '{new.urn}'; try giving it a unique name")
        self._seen.add(new.urn)

    def _old(self, new: Resource) -> Resource | None:
        """The resource as it was; one known under an alias takes the new URN, and who needs it is told."""
        if new.urn in self.stack.resources:
            return self.stack.resources[new.urn]
        for alias in new.options.get("aliases", []):
            if alias in self.stack.resources and alias not in self._seen:
                self.stack.resources = {
                    (new.urn if urn == alias else urn): resource for urn, resource in self.stack.resources.items()
                }
                old = self.stack.resources[new.urn]
                old.urn, old.name = new.urn, new.name
                return old
        return None

    def _locate(self, new: Resource) -> None:
        """Account and region, from the provider that the program names."""
        package = new.type.split(":", 1)[0]
        provider = self.stack.resources.get(provider_urn(new.provider))
        if provider is None:
            if package in self._no_default or "*" in self._no_default:
                raise StackFailed(
                    f"Default provider for '{package}' disabled. '{new.urn}' must use an explicit provider."
                )
            raise StackFailed(
                f"{new.urn}\n  has no explicit provider, and the rehearsal knows no ambient account: pass "
                f"opts=ResourceOptions(provider=…) or let a parent hand one on"
            )
        accounts = json.loads(provider.inputs.get("allowedAccountIds", "[]"))
        if len(accounts) != 1:
            raise StackFailed(f"{provider.urn}\n  allowedAccountIds must name one account, has {accounts}")
        new.account = str(accounts[0])
        new.region = str(new.inputs.get("region") or provider.inputs.get("region") or "")
        if not new.region:
            raise StackFailed(f"{provider.urn}\n  has no region")

    def _default_tags(self, new: Resource) -> dict[str, str]:
        provider = self.stack.resources[provider_urn(new.provider)]
        raw = provider.inputs.get("defaultTags")
        tags = json.loads(raw) if isinstance(raw, str) else raw or {}
        return dict(tags.get("tags") or {})

    def _is_managed(self, resource: Resource) -> bool:
        return resource.managed and not resource.options.get("external")

    def _keep(self, event: str, resource: Resource) -> Resource:
        self.stack.resources[resource.urn] = resource
        self._tell(event, resource)
        return resource

    def _tell(self, event: str, resource: Resource) -> None:
        if self._listener is not None:
            self._listener(event, resource)


def _service_of(type_: str) -> str:
    """The service in a type token, such as `sns` in `aws:sns/topic:Topic`."""
    return type_.split(":")[1].split("/", maxsplit=1)[0]
