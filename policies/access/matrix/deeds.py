"""What the matrix asks about: deeds, each of one question or several that must all be allowed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from policies.access.authorization import AuthorizationRequest
from policies.access.graph import PolicyGraph, PolicyResource
from policies.access.graph.asking import through_s3
from policies.access.graph.purposes import purpose
from policies.access.matrix.subjects import Subject

ANOTHER = "another"


@dataclass(frozen=True, kw_only=True)
class Where:
    """From where a subject asks: `inside` its account's own VPC, through its endpoints, or from anywhere else."""

    inside: bool

    def endpoint(self, graph: PolicyGraph, subject: Subject, service: str) -> str | None:
        """The endpoint that a request to a service passes, if any."""
        if not self.inside or subject.account is None:
            return None
        gate = graph.endpoint(subject.account, service)
        return gate.id if gate else None


Asked = Callable[[PolicyGraph, Subject, Where], "list[AuthorizationRequest] | None"]


@dataclass(frozen=True, kw_only=True)
class Deed:
    """A column. `ask` gives the questions that must all be allowed; None where the deed makes no sense for somebody."""

    section: str
    column: str
    ask: Asked


def other(graph: PolicyGraph, subject: Subject) -> str:
    """A project that is not the subject's."""
    return next((project for project in graph.projects if project != subject.project), ANOTHER)


def deeds(graph: PolicyGraph) -> list[Deed]:
    """All columns, section by section."""
    from policies.access.matrix.delivery import delivery, endpoints, registry
    from policies.access.matrix.keys import keys
    from policies.access.matrix.rights import rights

    return [
        *(deed for bucket in graph.kind("bucket") for deed in bucket_deeds(bucket)),
        # By name: their ids are drawn anew with every account.
        *(
            deed
            for key in sorted(graph.kind("key"), key=lambda each: (each.stack, purpose(each)))
            for deed in keys(key)
        ),
        *registry(graph),
        *endpoints(graph),
        *delivery(graph),
        *rights(graph),
    ]


# ---- objects

_OBJECTS: dict[str, Sequence[tuple[str, str]]] = {
    "data": [("own project", "{own}/train.csv"), ("other project", "{other}/train.csv"), ("shared", "shared/file.csv")],
    "models": [("own project", "{own}/run/model.tar.gz"), ("other project", "{other}/run/model.tar.gz")],
    "artifacts": [
        ("own code", "{own}/source/model-build.zip"),
        ("own deploy code", "{own}/source/model-deploy.zip"),
        ("other code", "{other}/source/model-build.zip"),
    ],
    "capture": [("own project", "{own}/capture.jsonl"), ("other project", "{other}/capture.jsonl")],
}
_VERBS = {
    "read": ("s3:GetObject", "kms:Decrypt"),
    "read old": ("s3:GetObjectVersion", "kms:Decrypt"),
    "write": ("s3:PutObject", "kms:GenerateDataKey"),
    "delete": ("s3:DeleteObject", None),
    "delete old": ("s3:DeleteObjectVersion", None),
}


def bucket_deeds(bucket: PolicyResource) -> list[Deed]:
    """Reading, writing and deleting in a bucket; reading and writing need its key as well."""
    section = f"Bucket {purpose(bucket)}, {bucket.stack}"
    return [
        Deed(section=section, column=f"{verb}: {what}", ask=_object(bucket, action, on_key, key))
        for what, key in _OBJECTS.get(purpose(bucket), [("anything", "file")])
        for verb, (action, on_key) in _VERBS.items()
    ]


def _object(bucket: PolicyResource, action: str, on_key: str | None, pattern: str) -> Asked:
    def ask(graph: PolicyGraph, subject: Subject, where: Where) -> list[AuthorizationRequest] | None:
        if "{own}" in pattern and subject.project is None:
            return None
        name = pattern.format(own=subject.project, other=other(graph, subject))
        gate = where.endpoint(graph, subject, "s3")
        asked = [subject.ask(graph, action, f"{bucket.arn}/{name}", endpoint=gate)]
        if on_key and bucket.key_arn:
            asked.append(subject.ask(graph, on_key, bucket.key_arn, context=through_s3(bucket)))
        return asked

    return ask
