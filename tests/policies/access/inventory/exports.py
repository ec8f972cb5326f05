"""Writes exports as `pulumi stack export` does: a stack, its providers, resources with inputs and outputs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:8hYx:Zm9v"}
# What stands for a value that a preview does not know.
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


@dataclass
class Export:
    """One stack of a program, resource by resource."""

    project: str
    stack: str
    account: str
    region: str = "eu-central-1"
    resources: list[dict[str, Any]] = field(default_factory=list)
    pending: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        root = f"{self.project}-{self.stack}"
        self._add("pulumi:pulumi:Stack", root, {}, {}, custom=False)
        self.provider("default_7_8_0")

    def provider(self, name: str, **inputs: Any) -> str:
        """An AWS provider, of which those that follow are made; its reference."""
        made = self._add("pulumi:providers:aws", name, {"region": self.region, "version": "7.8.0", **inputs}, {})
        self._reference = f"{made['urn']}::{made['id']}"
        return self._reference

    def urn(self, token: str, name: str) -> str:
        """The URN of a resource."""
        return f"urn:pulumi:{self.stack}::{self.project}::{token}::{name}"

    def _add(
        self, token: str, name: str, inputs: Mapping[str, Any], outputs: Mapping[str, Any], *, custom: bool = True
    ) -> dict[str, Any]:
        made = {
            "urn": self.urn(token, name),
            "custom": custom,
            "type": token,
            "inputs": {**inputs, "__defaults": []} if custom else dict(inputs),
            "outputs": {**inputs, **outputs},
            "created": "2026-03-01T10:00:00Z",
            "modified": "2026-03-01T10:00:00Z",
        }
        if custom:
            made["id"] = str(outputs.get("id") or outputs.get("name") or name)
        if token.startswith("aws:"):
            made["provider"] = self._reference
        if token != "pulumi:pulumi:Stack" and self.resources:
            made["parent"] = self.resources[0]["urn"]
        self.resources.append(made)
        return made

    def add(self, token: str, name: str, inputs: Mapping[str, Any], **outputs: Any) -> dict[str, Any]:
        """A resource with its inputs and what AWS answered."""
        return self._add(token, name, inputs, outputs)

    def component(self, token: str, name: str) -> dict[str, Any]:
        """A component, which is in no cloud."""
        return self._add(token, name, {}, {}, custom=False)

    # ---- resources of most estates

    def arn(self, service: str, rest: str) -> str:
        """A Regional ARN."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{rest}"

    def role(self, name: str, trust: object, **inputs: Any) -> str:
        """A role; its ARN."""
        arn = f"arn:aws:iam::{self.account}:role/{name}"
        policy = trust if isinstance(trust, str) or trust is SECRET else json.dumps(trust)
        self.add("aws:iam/role:Role", name, {"name": name, "assumeRolePolicy": policy, **inputs}, arn=arn, id=name)
        return arn

    def user(self, name: str, **inputs: Any) -> str:
        """A user; its ARN."""
        arn = f"arn:aws:iam::{self.account}:user/{name}"
        self.add("aws:iam/user:User", name, {"name": name, **inputs}, arn=arn, id=name)
        return arn

    def inline(self, owner: str, name: str, statements: Sequence[Mapping[str, Any]], of: str = "role") -> None:
        """An inline policy of a role, user or group."""
        kind = of.capitalize()
        inputs = {of: owner, "name": name, "policy": json.dumps(policy(*statements))}
        self.add(f"aws:iam/{of}Policy:{kind}Policy", f"{owner}-{name}", inputs, id=f"{owner}:{name}")

    def attach(self, owner: str, arn: str, of: str = "role") -> None:
        """A managed policy on a role, user or group."""
        kind = of.capitalize()
        token = f"aws:iam/{of}PolicyAttachment:{kind}PolicyAttachment"
        self.add(token, f"{owner}-{arn.rpartition('/')[2]}", {of: owner, "policyArn": arn})

    def bucket(self, name: str, key: str | None = None, statements: Sequence[Mapping[str, Any]] = ()) -> str:
        """A bucket with its encryption and its policy; its ARN."""
        arn = f"arn:aws:s3:::{name}"
        # S3 gives the owner's list with each bucket.
        grants = [{"id": "79a59df900b949e5", "permissions": ["FULL_CONTROL"], "type": "CanonicalUser", "uri": ""}]
        self.add("aws:s3/bucketV2:BucketV2", name, {"bucket": name}, arn=arn, id=name, grants=grants)
        if key:
            rules = [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": key}}]
            token = "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2"
            self.add(token, name, {"bucket": name, "rules": rules}, id=name)
        if statements:
            inputs = {"bucket": name, "policy": json.dumps(policy(*statements))}
            self.add("aws:s3/bucketPolicy:BucketPolicy", name, inputs, id=name)
        return arn

    def key(self, number: int, alias: str, statements: Sequence[Mapping[str, Any]] = ()) -> str:
        """A key with its alias; its ARN. Without statements it has the policy that KMS gives."""
        identifier = key_id(self.account, number)
        arn = self.arn("kms", f"key/{identifier}")
        text = json.dumps(policy(*(statements or [account_decides(self.account)])))
        self.add("aws:kms/key:Key", alias, {"policy": text}, arn=arn, keyId=identifier, id=identifier)
        self.add("aws:kms/alias:Alias", alias, {"name": f"alias/{alias}", "targetKeyId": identifier})
        return arn

    def function(self, name: str, role: str) -> str:
        """A Lambda function; its ARN."""
        arn = self.arn("lambda", f"function:{name}")
        self.add("aws:lambda/function:Function", name, {"name": name, "role": role}, arn=arn, id=name)
        return arn

    def remove(self, *names: str) -> None:
        """Take resources away, by the ends of their URNs."""
        self.resources = [one for one in self.resources if not one["urn"].endswith(tuple(f"::{n}" for n in names))]

    # ---- files

    def text(self) -> str:
        """The export."""
        manifest = {"time": "2026-03-01T10:00:00Z", "magic": "0", "version": "v3.190.0"}
        deployment = {
            "manifest": manifest,
            "secrets_providers": {"type": "passphrase", "state": {"salt": "v1:x"}},
            "resources": self.resources,
            "pending_operations": self.pending,
            "metadata": {},
        }
        return json.dumps({"version": 3, "deployment": deployment}, indent=2)

    def write(self, folder: Path) -> Path:
        """The export in a file."""
        path = folder / f"{self.project}-{self.stack}.json"
        path.write_text(self.text(), encoding="utf-8")
        return path


def key_id(account: str, number: int) -> str:
    """The id of a key of an account."""
    return f"1234abcd-12ab-34cd-{number:04d}-{account}"


def policy(*statements: Mapping[str, Any]) -> dict[str, Any]:
    """A policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(actions: str | list[str], resources: str | list[str], **more: Any) -> dict[str, Any]:
    """A statement of an identity policy."""
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def service_trust(service: str, account: str) -> dict[str, Any]:
    """A trust that lets a service assume the role for its own account."""
    condition = {"StringEquals": {"aws:SourceAccount": account}}
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return policy({**statement, "Condition": condition})


def account_trust(arn: str) -> dict[str, Any]:
    """A trust that lets an ARN assume the role."""
    return policy({"Effect": "Allow", "Principal": {"AWS": arn}, "Action": "sts:AssumeRole"})


def account_decides(account: str) -> dict[str, Any]:
    """The statement that leaves a key to its account's policies."""
    principal = {"AWS": f"arn:aws:iam::{account}:root"}
    return {"Sid": "Account", "Effect": "Allow", "Principal": principal, "Action": "kms:*", "Resource": "*"}


def only_tls(name: str) -> dict[str, Any]:
    """The statement by which a bucket refuses plain connections."""
    arns = [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]
    statement = {"Sid": "Tls", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": arns}
    return {**statement, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}


def under_key(name: str, key: str) -> list[dict[str, Any]]:
    """Statements by which a bucket takes objects under its key alone, over TLS."""
    base = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{name}/*"}
    encryption = "s3:x-amz-server-side-encryption"
    return [
        {**base, "Sid": "Encrypted", "Condition": {"StringNotEqualsIfExists": {encryption: "aws:kms"}}},
        {**base, "Sid": "Key", "Condition": {"StringNotEqualsIfExists": {f"{encryption}-aws-kms-key-id": key}}},
        {**base, "Sid": "Named", "Condition": {"Null": {f"{encryption}-aws-kms-key-id": "true"}}},
        {**base, "Sid": "Own", "Condition": {"Null": {f"{encryption}-customer-algorithm": "false"}}},
        only_tls(name),
    ]


def write_inventory(folder: Path, content: Mapping[str, Any]) -> Path:
    """An inventory in a file."""
    path = folder / "inventory.yaml"
    path.write_text(yaml.safe_dump(dict(content)), encoding="utf-8")
    return path
