"""Capabilities on objects in buckets; reading and writing need the bucket's key as well."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.names import CHECKS
from policies.access.authorization import RequestContext
from policies.access.graph import PolicyGraph, PolicyResource
from policies.access.graph.policy_documents import s3_encryption_context
from policies.access.matrix.capabilities import Area, Capability, Origin, Query, Requests, other_project
from policies.access.matrix.subjects import MatrixSubject
from policies.documents.project_people import PUBLISHER_TAG
from policies.documents.project_scope import PINNED_IMAGE

# Purpose of a bucket -> what is asked about there, and its object's key.
_OBJECTS: dict[str, Sequence[tuple[str, str]]] = {
    "data": [("own project", "{own}/train.csv"), ("other project", "{other}/train.csv"), ("shared", "shared/file.csv")],
    "models": [
        ("own project", "{own}/run/model.tar.gz"),
        ("other project", "{other}/run/model.tar.gz"),
        ("own checks", f"{{own}}/{CHECKS}/run/checks.json"),
    ],
    "artifacts": [
        ("own code", "{own}/source/model-build.zip"),
        ("own deploy code", "{own}/source/model-deploy.zip"),
        ("other code", "{other}/source/model-build.zip"),
        ("own records", "{own}/releases/production/111111111111/1.json"),
        ("what own releases deliver", "{own}/releases/rendered/1/template.json"),
        ("other records", "{other}/releases/production/111111111111/1.json"),
        ("which image is used", PINNED_IMAGE),
    ],
    "capture": [("own project", "{own}/capture.jsonl"), ("other project", "{other}/capture.jsonl")],
}
# Code is handed over under the name that Studio gave the session, with it as a tag.
_NAME = "somebody"
_UNDER_A_NAME: RequestContext = {"aws:SourceIdentity": _NAME, f"s3:RequestObjectTag/{PUBLISHER_TAG}": _NAME}
# Verb -> action on the object, and action on the key.
_VERBS = {
    "read": ("s3:GetObject", "kms:Decrypt"),
    "read old": ("s3:GetObjectVersion", "kms:Decrypt"),
    "write": ("s3:PutObject", "kms:GenerateDataKey"),
    "delete": ("s3:DeleteObject", None),
    "delete old": ("s3:DeleteObjectVersion", None),
}


def bucket_capabilities(bucket: PolicyResource) -> list[Capability]:
    """Reading, writing and deleting objects of a bucket, and their old versions."""
    return [
        Capability(
            area=Area.BUCKET,
            verb=verb,
            target=target,
            purpose=bucket.purpose,
            stack=bucket.stack,
            query=_object(bucket, action, key_action, object_key),
        )
        for target, object_key in _OBJECTS.get(bucket.purpose, [("anything", "file")])
        for verb, (action, key_action) in _VERBS.items()
    ]


def _object(bucket: PolicyResource, action: str, key_action: str | None, pattern: str) -> Query:
    def query(graph: PolicyGraph, subject: MatrixSubject, origin: Origin) -> Requests:
        if "{own}" in pattern and subject.project is None:
            return None
        object_key = pattern.format(own=subject.project, other=other_project(graph, subject))
        endpoint = origin.endpoint(graph, subject, "s3")
        context = _UNDER_A_NAME if action == "s3:PutObject" else {}
        requests = [subject.request(graph, action, f"{bucket.arn}/{object_key}", endpoint=endpoint, context=context)]
        if key_action and bucket.key_arn:
            context = s3_encryption_context(bucket)
            requests.append(subject.request(graph, key_action, bucket.key_arn, context=context))
        return requests

    return query
