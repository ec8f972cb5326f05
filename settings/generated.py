"""A stack file's text, made from a template of `accounts.yaml`."""

from __future__ import annotations

from typing import Any

import yaml

from settings.accounts import AccountsFile
from settings.config import PROVIDERS
from settings.document import plain
from settings.project_file import NAMESPACE
from settings.values import DeploymentStage, StackKind

HEAD = """# yaml-language-server: $schema=docs/generated/settings.schema.json
# Written by `python -m settings resolve` from accounts.yaml, once: it may be changed here.
"""


class _Dumper(yaml.SafeDumper):
    """Quotes text that the Pulumi CLI would read as something else; PyYAML knows only YAML 1.1's own rules."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        """Indent lists below their key."""
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = None if isinstance(plain(value), str) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def workload_values(file: AccountsFile, stage: DeploymentStage, account: str, cidr: str) -> dict[str, Any]:
    """Settings of an account's workload stack."""
    template: dict[str, Any] = filled(file.settings.by_stage()[stage].template, account)
    network = template.pop("network", {})
    head = {"kind": str(StackKind.WORKLOAD), "stage": str(stage), "account": account}
    addresses = {"cidr": cidr, **network} if isinstance(network, dict) else network
    return {**head, **template, "network": addresses}


def filled(value: Any, account: str) -> Any:
    """The value with the account's id where it says {account}."""
    if isinstance(value, str):
        return value.replace("{account}", account)
    if isinstance(value, list):
        return [filled(item, account) for item in value]
    return {key: filled(item, account) for key, item in value.items()} if isinstance(value, dict) else value


def stack_file(values: dict[str, Any]) -> str:
    """The text of a stack file with these settings."""
    config = {PROVIDERS: ["aws"]} | {NAMESPACE + key: value for key, value in values.items()}
    body = yaml.dump({"config": config}, Dumper=_Dumper, sort_keys=False, width=120, allow_unicode=True)
    return HEAD + body
