"""What the environment of a Lambda function holds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from unittest.mock import patch

from botocore.loaders import JSONFileLoader
from cryptography.hazmat.primitives.asymmetric import rsa

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
