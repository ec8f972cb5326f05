"""The in-memory AWS as a whole: calls of this process and, over loopback, of its children meet one state."""

from __future__ import annotations

import io
import json
import re
import threading
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from types import TracebackType
from typing import Any

import boto3
from botocore.config import Config
from moto import mock_aws
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.request import Request
from moto.iam.access_control import PermissionResult
from moto.iam.models import iam_backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto.s3.models import FakeBucket
from moto.sts.models import sts_backends
from werkzeug.serving import make_server

from catalog.scope import partition_of
from rehearsal.aws.actors import Actor
from rehearsal.aws.answers import Answer, refusal
from rehearsal.aws.model_limits import texts_beyond_their_model
from rehearsal.aws.processes import REPOSITORY
from rehearsal.aws.recorder import Recorder, rights_asked_for
from rehearsal.aws.requests import SignedRequest, read
from rehearsal.aws.routing import NoRoute, endpoint_of
from rehearsal.clock import ServiceClock
from rehearsal.network.model import VpcAttachment
from rehearsal.network.proxy import POLL_SECONDS, NetworkProxy
from rehearsal.service_model.emulator import RecordNotFound, ServiceRecords, ServiceRefusal
from rehearsal.service_model.patches import Patches
from rehearsal.service_model.required_action import Right
from rehearsal.service_model.trust import trusted_role, trusts_service
from rehearsal.services import services

Handler = Callable[[Actor, SignedRequest, Request], Answer | None]

_JSON = {"Content-Type": "application/json"}
# The deployer among the roles below a foundation's path: names.deployer_arn.
_DEPLOYER = re.compile(r":role/[^/]+/foundation/[^/]+-deployer$")
_PREVIEWER = re.compile(r":role/[^/]+/foundation/[^/]+-previewer$")
_CONFIG = Config(retries={"total_max_attempts": 1}, parameter_validation=True)


class NotTrusted(Exception):
    """A role that is asked for does not exist, or its trust policy does not name who asks."""


class Cloud:
    """A fresh in-memory AWS while the context lasts.

    `guards` see the rights of every request first and may refuse it, by a text that says why; `handlers` come next, by
    `service:Operation`, and may answer it. `clock` is the time that services wait. `patches` last as long as the
    context: moto's services are completed by the patches of `rehearsal.services` before their first request.
    """

    def __init__(self, region: str, record: Path | None = None, clock: ServiceClock | None = None) -> None:
        self.region = region
        self.clock = clock or ServiceClock()
        self.recorder = Recorder(record)
        self.handlers: dict[str, Handler] = {}
        self.guards: list[Callable[[Actor, Sequence[Right] | None], str]] = []
        self.patches = Patches()
        self.after: list[Callable[[Actor, SignedRequest, int], None]] = []
        self._actors: dict[str, Actor] = {}
        # Role and session -> network of whoever assumed it: a child process keeps its network with the new keys.
        self._entered: dict[tuple[str, str], VpcAttachment | None] = {}
        self._clients: dict[tuple[str, str, str], Any] = {}
        self._lock = threading.Lock()
        self._completed: set[str] = set()
        self._records: dict[tuple[str, str], ServiceRecords] = {}
        self._mock = mock_aws()
        self._server: Any = None
        self.network = NetworkProxy(REPOSITORY / "build" / "package-index")

    def __enter__(self) -> Cloud:
        self._mock.start()
        # moto reads bucket policies without their conditions, so that every Deny would hold always.
        self.patches.set(FakeBucket, "get_permission", lambda *_: PermissionResult.NEUTRAL)
        self.patches.wrap(BotocoreStubber, "process_request", self._in_process)
        app = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, self._wsgi(app), threaded=True, request_handler=_QuietHandler)
        serve = partial(self._server.serve_forever, poll_interval=POLL_SECONDS)
        threading.Thread(target=serve, daemon=True, name="in-memory-aws").start()
        self.network.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.network.__exit__(kind, error, trace)
        self._server.shutdown()
        self._server.server_close()
        self.patches.undo()
        self._mock.stop()
        self.recorder.close()

    @property
    def endpoint_url(self) -> str:
        """Where child processes find this AWS."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def ports(self) -> tuple[int, int]:
        """Loopback ports of this AWS and of the way to everything else: what a child process needs of this machine."""
        return int(self._server.server_port), self.network.port

    def environment(self, actor: Actor) -> dict[str, str]:
        """Variables for a child process that acts as the actor, from the actor's network."""
        return {**actor.environment(self.endpoint_url), **self.network.access(actor.vpc).environment}

    # ---- who acts

    def owner(self, account: str, region: str | None = None) -> Actor:
        """Whoever an account belongs to, with every right in it: somebody outside the platform."""
        partition = partition_of(region or self.region)
        return self._actor(f"arn:{partition}:iam::{account}:role/owner", "pulumi", region or self.region, None)

    def external(self, role_arn: str, *, session: str) -> Actor:
        """A role of an account that is none of the platform's: whom that account lets assume it is not decided here."""
        return self._actor(role_arn, session, self.region, None)

    def deployer(self, account: str, region: str | None = None) -> Actor:
        """Whoever runs `pulumi up` in an account: the role that its foundation makes, entered by who may enter it.

        In an AWS without a foundation, some role of that purpose.
        """
        partition = partition_of(region or self.region)
        found = [role.arn for role in iam_backends[account][partition].roles.values() if _DEPLOYER.search(role.arn)]
        if not found:
            return self._actor(f"arn:{partition}:iam::{account}:role/deployer", "pulumi", region or self.region, None)
        return self.sign_in(found[0], session="pulumi", region=region)

    def previewer(self, account: str, region: str | None = None) -> Actor:
        """Whoever runs `pulumi preview` in an account for CI. Raises NotTrusted where its foundation makes none."""
        found = [role.arn for role in iam_backends[account]["aws"].roles.values() if _PREVIEWER.search(role.arn)]
        if not found:
            raise NotTrusted(f"account {account} has no previewer: name who may preview in previewer.trustedBy")
        return self.sign_in(found[0], session="pulumi", region=region)

    def sign_in(self, role_arn: str, *, session: str, region: str | None = None) -> Actor:
        """A role's actor, asked for by the first role that its trust names, such as CI's or one to sign in with.

        Raises NotTrusted where the role does not exist or its trust names no role.
        """
        stated = self._role(role_arn).assume_role_policy_document
        who, external = trusted_role(json.loads(stated) if isinstance(stated, str) else stated)
        if who is None:
            raise NotTrusted(f"{role_arn} names no role that may assume it: give one in the stack's settings")
        extra = {"ExternalId": external} if external else {}
        by = self._actor(who, "sign-in", region or self.region, None)
        return self.assume(role_arn, by=by, session=session, vpc=None, **extra)

    def assume(
        self, role_arn: str, *, by: Actor, session: str, vpc: VpcAttachment | None = None, **extra: str
    ) -> Actor:
        """A role's actor, asked for through STS by another actor. `extra` may hold ExternalId.

        A source identity goes with whoever has one (IAM User Guide, page id_credentials_temp_control-access_monitor).
        """
        self._role(role_arn)
        if by.source_identity:
            extra = {"SourceIdentity": by.source_identity, **extra}
        answer = self.client(by, "sts").assume_role(RoleArn=role_arn, RoleSessionName=session, **extra)
        return self._of(by.source_identity, self._remember(role_arn, session, by.region, vpc, answer["Credentials"]))

    def service_assume(
        self,
        role_arn: str,
        *,
        service: str,
        session: str,
        vpc: VpcAttachment | None = None,
        region: str | None = None,
        source: str = "",
        source_identity: str | None = None,
    ) -> Actor:
        """A service role's actor, as when `sagemaker.amazonaws.com` starts a job; `source` is that job's ARN.

        `source_identity` is the person for whom the service opens the session, as Studio says of its profiles.

        Raises NotTrusted where the role does not exist or its trust does not name the service.
        """
        role = self._role(role_arn)
        trust = role.assume_role_policy_document
        if not trusts_service(json.loads(trust) if isinstance(trust, str) else trust, service):
            raise NotTrusted(f"{role_arn} does not trust {service}: add the service to the role's trust policy")
        question = SignedRequest("", region or self.region, "sts", "AssumeRole", role_arn, {})
        self.recorder.add_service(service, role_arn.split(":")[4], question, source, source_identity)
        return self._of(source_identity, self._actor(role_arn, session, region or self.region, vpc))

    def adopt(self, access_key: str) -> Actor | None:
        """The actor behind an access key; keys that child processes got from STS are recognised."""
        if access_key in self._actors:
            return self._actors[access_key]
        for account in sts_backends.values():
            for backend in account.values():
                role = backend.get_assumed_role_from_access_key(access_key)
                if role is not None:
                    keys = {
                        "AccessKeyId": access_key,
                        "SecretAccessKey": role.secret_access_key,
                        "SessionToken": role.session_token,
                    }
                    vpc = self._entered.get((role.role_arn, role.session_name))
                    return self._remember(role.role_arn, role.session_name, self.region, vpc, keys)
        return None

    def client(self, actor: Actor, service: str, region: str | None = None) -> Any:
        """A boto3 client of this process that acts as the actor."""
        key = (actor.access_key, service, region or actor.region)
        with self._lock:  # a session is not to be shared by threads (boto3 guide, "session"); its clients may be
            if key not in self._clients:
                credentials = {**actor.credentials(), "region_name": region or actor.region}
                self._clients[key] = self._session.client(service, config=_CONFIG, **credentials)
            return self._clients[key]

    def in_vpc(self, actor: Actor, vpc: VpcAttachment | None) -> Actor:
        """The same role and session, with credentials of their own, inside a VPC."""
        return self._actor(actor.role_arn, actor.session, actor.region, vpc)

    @cached_property
    def _session(self) -> boto3.Session:
        return boto3.Session(aws_access_key_id="none", aws_secret_access_key="none", region_name=self.region)  # noqa: S106

    def _role(self, role_arn: str) -> Any:
        partition, account, name = role_arn.split(":")[1], role_arn.split(":")[4], role_arn.rsplit("/", 1)[-1]
        for role in iam_backends[account][partition].roles.values():
            if role.arn == role_arn:
                return role
        raise NotTrusted(f"role {name} does not exist in account {account} ({role_arn})")

    def _actor(self, role_arn: str, session: str, region: str, vpc: VpcAttachment | None) -> Actor:
        account = role_arn.split(":")[4]
        backend = sts_backends[account][role_arn.split(":")[1]]
        role = backend.assume_role(region, session, role_arn, "", 3600, "")
        keys = {
            "AccessKeyId": role.access_key_id,
            "SecretAccessKey": role.secret_access_key,
            "SessionToken": role.session_token,
        }
        return self._remember(role_arn, session, region, vpc, keys)

    def _of(self, source_identity: str | None, actor: Actor) -> Actor:
        """The actor as a person's, where one is named."""
        if source_identity:
            self._actors[actor.access_key] = actor = replace(actor, source_identity=source_identity)
        return actor

    def _remember(
        self, role_arn: str, session: str, region: str, vpc: VpcAttachment | None, keys: dict[str, str]
    ) -> Actor:
        actor = Actor(
            role_arn=role_arn,
            account=role_arn.split(":")[4],
            region=region,
            session=session,
            access_key=keys["AccessKeyId"],
            secret_key=keys["SecretAccessKey"],
            token=keys["SessionToken"],
            vpc=vpc,
        )
        self._actors[actor.access_key] = actor
        return actor

    # ---- what is asked

    def _receive(self, request: Request) -> tuple[Actor, SignedRequest, str | None] | Answer | None:
        question = read(request)
        if question is not None:
            self._complete(question.service)
        actor = self.adopt(question.access_key) if question else None
        if question is None or actor is None:
            return None
        question = self._with_tags(actor, question)
        try:
            endpoint = endpoint_of(actor, question)
        except NoRoute as error:
            self.recorder.add(actor, question, None, 400)
            return refusal("NoRoute", str(error), question.service)
        if fault := texts_beyond_their_model(question):
            self.recorder.add(actor, question, endpoint, 400)
            return refusal("ValidationException", f"{question.operation}: {fault}", question.service)
        if self.guards and (why := self.refused(actor, rights_asked_for(actor, question))):
            self.recorder.add(actor, question, endpoint, 403)
            return refusal("AccessDenied", why, question.service, 403)
        handler = self.handlers.get(f"{question.service}:{question.operation}")
        answer = handler(actor, question, request) if handler else self._emulated(actor, question)
        if answer is not None:
            self._done(actor, question, endpoint, answer[0])
            return answer
        return actor, question, endpoint

    def _with_tags(self, actor: Actor, question: SignedRequest) -> SignedRequest:
        """The request with the tags that its resource carries now: afterwards it may be gone."""
        service = services().get(question.service)
        if service is None or service.resource_tags is None:
            return question
        tags = service.resource_tags(self.records(actor.account, question.region), question.parameters)
        return replace(question, resource_tags=tags)

    def refused(self, actor: Actor, rights: Sequence[Right] | None) -> str:
        """Why a guard refuses what needs these rights (None where they are unknown); nothing where none does."""
        return next(filter(None, (guard(actor, rights) for guard in self.guards)), "")

    def _complete(self, name: str) -> None:
        """Patch moto's service before its first request."""
        service = services().get(name)
        with self._lock:
            if service is None or service.patch is None or name in self._completed:
                return
            self._completed.add(name)
            service.patch(self.patches)

    def _emulated(self, actor: Actor, question: SignedRequest) -> Answer | None:
        """The answer of a service that moto lacks; None for one that it has."""
        service = services().get(question.service)
        operation = service.emulated.get(question.operation) if service else None
        if operation is None:
            return None
        try:
            answer = operation(self.records(actor.account, question.region), question.parameters)
        except ServiceRefusal as error:
            return refusal(error.code, str(error), question.service, error.status)
        except RecordNotFound as error:
            headers = {**_JSON, "x-amzn-errortype": "ResourceNotFoundException"}
            return 404, headers, json.dumps({"message": str(error)}).encode()
        return 200, _JSON, json.dumps(answer).encode()

    def records(self, account: str, region: str) -> ServiceRecords:
        """What services that moto lacks keep in an account and region."""
        return self._records.setdefault((account, region), ServiceRecords(account, region))

    def every_record(self) -> Mapping[tuple[str, str], ServiceRecords]:
        """Those of all accounts and regions."""
        return dict(self._records)

    def _done(self, actor: Actor, question: SignedRequest, endpoint: str | None, status: int) -> None:
        self.recorder.add(actor, question, endpoint, status)
        if question.operation == "AssumeRole" and status < 400:
            given = question.parameters
            self._entered[str(given.get("RoleArn")), str(given.get("RoleSessionName"))] = actor.vpc
        for listener in self.after:
            listener(actor, question, status)

    def _in_process(self, original: Callable[..., Any], stubber: BotocoreStubber, request: Any) -> Any:
        # Objects are not copied to be read; a list of keys to delete is.
        body = b"" if ".s3." in request.url and "?delete" not in request.url else request.body
        received = self._receive(Request.from_primitives(request.method, request.url, request.headers, body))
        if received is not None and isinstance(received[0], int):
            return received
        answer = original(stubber, request)
        if received is not None and answer is not None:
            actor, question, endpoint = received
            self._done(actor, question, endpoint, int(answer[0]))
        return answer

    def _wsgi(self, app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
        def middleware(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = io.BytesIO(body)
            received = self._receive(Request({**environ, "wsgi.input": io.BytesIO(body)}))
            if received is not None and isinstance(received[0], int):
                status, headers, content = received
                start_response(f"{status} {'OK' if status < 400 else 'Refused'}", list(headers.items()))
                return [content]
            statuses: list[int] = []

            def started(status: str, *rest: Any) -> Any:
                statuses.append(int(status.split(maxsplit=1)[0]))
                return start_response(status, *rest)

            answer = app(environ, started)
            if received is not None:
                actor, question, endpoint = received
                self._done(actor, question, endpoint, statuses[0] if statuses else 500)
            return answer

        return middleware


def unique(prefix: str) -> str:
    """A name for a session that no other has."""
    return f"{prefix}-{uuid.uuid4().hex[:8]}"


class _QuietHandler(MotoRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing: the recorder has it."""
