"""What the environment of a Lambda function holds."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import boto3
from botocore.loaders import JSONFileLoader
from cryptography.hazmat.primitives.asymmetric import rsa

if TYPE_CHECKING:  # it is not there where the functions of an API are tried
    from rehearsal.aws.cloud import Cloud


@contextmanager
def credentials(cloud: Cloud, account: str) -> Iterator[None]:
    """Credentials of an account and its Region, as Lambda gives them by the environment."""
    actor = cloud.deployer(account)
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION")
    given = {name: value for name, value in actor.environment("").items() if name in names}
    with patch.dict(os.environ, given):
        yield


@contextmanager
def remembered_models() -> Iterator[None]:
    """botocore's models and the key of moto's topics, made once, and no machine images:
    an AWS for each trial would make them for each.

    Not S3's: botocore changes the model that it has loaded (`remove_bucket_from_url_paths_from_model`).
    """
    own = partial(JSONFileLoader.load_file, JSONFileLoader())
    remembered = cache(own)

    def load(_: JSONFileLoader, path: str) -> object:
        changed = f"{os.sep}s3{os.sep}" in path and path.endswith("service-2")
        return own(path) if changed else remembered(path)

    key = cache(rsa.generate_private_key)
    with (
        patch.dict(os.environ, {"MOTO_EC2_LOAD_DEFAULT_AMIS": "false"}),
        patch.object(JSONFileLoader, "load_file", load),
        patch.object(rsa, "generate_private_key", key),
    ):
        yield


Asked = tuple[tuple[Any, ...], Mapping[str, Any]]


@dataclass
class RememberedClients:
    """Clients that the function makes by `boto3.client`: those of `make` at once, others when it asks for them.

    To make a client costs more than most calls do. A client holds nothing of one invocation but the pace at which it
    attempts calls again, which costs no time in a trial anyway.
    """

    asked: list[Asked] = field(default_factory=list)
    _clients: dict[str, Any] = field(default_factory=dict)

    def make(self, asked: list[Asked]) -> None:
        """Make what another copy of this process asked for."""
        for args, given in asked:
            boto3.client(*args, **given)

    def client(self, original: Any, *args: Any, **given: Any) -> Any:
        """Stands for boto3.client."""
        options = getattr(given.get("config"), "_user_provided_options", None)
        key = repr((args, {**given, "config": options}))
        if key not in self._clients:
            self.asked.append((args, given))
            self._clients[key] = original(*args, **given)
        return self._clients[key]


@contextmanager
def remembered_clients() -> Iterator[RememberedClients]:
    """Clients of one account's function, made once."""
    clients = RememberedClients()
    with patch.object(boto3, "client", partial(clients.client, boto3.client)):
        yield clients
