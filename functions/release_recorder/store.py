"""The project's records in the artifacts bucket: written once, listed, read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from functions.release_recorder.changes import BadChange, Change, folder, read_change


class Records:
    """Objects below the project's folder of records. Nothing that is there is written over."""

    def __init__(self, s3: Any, bucket: str, project: str) -> None:
        self._s3, self._bucket, self.folder = s3, bucket, folder(project)

    def put_once(self, key: str, document: Mapping[str, Any]) -> bool:
        """Write an object, if there is none of that key. False where there was one.

        Source: Amazon S3 User Guide, "How to prevent object overwrites with conditional writes". Two writers at once
        are answered 409: that is raised, and the retry finds the other's object.
        """
        try:
            self._s3.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=json.dumps(document, indent=1, sort_keys=True).encode(),
                ContentType="application/json",
                IfNoneMatch="*",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "PreconditionFailed":
                return False
            raise
        return True

    def get(self, key: str) -> Any:
        """An object's JSON, None where there is none.

        A caller who may list is told that a key is missing; the recorder may.
        """
        try:
            body = self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                return None
            raise
        return json.loads(body)

    def keys(self, below: str) -> Iterator[str]:
        """Keys below the project's folder of records."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=f"{self.folder}/{below}")
        for page in pages:
            for item in page.get("Contents", ()):
                yield str(item["Key"])

    def changes(self, stage: str, account: str = "") -> list[Change]:
        """All changes of a stage, or of one account of it. What is no change is left out: nobody else writes there."""
        found = []
        for key in self.keys(f"{stage}/{account}/" if account else f"{stage}/"):
            try:
                found.append(read_change(self.get(key)))
            except (BadChange, ValueError) as error:
                print(json.dumps({"left out": key, "why": str(error)}))
        return found
