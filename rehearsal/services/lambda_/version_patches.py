"""Versions, aliases, permissions and images of functions, where moto is kinder than Lambda or forgets."""

from __future__ import annotations

import copy
import json
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from rehearsal.service_model.admission import PolicyCaller, admits
from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.service_model.emulator import records
from rehearsal.service_model.patches import Patches

_EVENT_INVOKE_CONFIGS = "event-invoke-configs"
_LAMBDA = "lambda.amazonaws.com"


def patch(patches: Patches) -> None:
    """Complete moto's Lambda."""
    from moto.awslambda.models import LambdaBackend, LambdaFunction, LambdaStorage
    from moto.awslambda.policy import Policy
    from moto.awslambda.responses import LambdaResponse

    patches.wrap(LambdaStorage, "publish_version", _publish_version)
    patches.wrap(LambdaStorage, "put_alias", _put_alias)
    patches.wrap(LambdaStorage, "update_alias", _update_alias)
    patches.wrap(LambdaStorage, "del_function", _del_function)
    patches.wrap(LambdaBackend, "add_permission", _add_permission)
    patches.wrap(LambdaFunction, "_set_function_code", _set_function_code)
    patches.wrap(LambdaFunction, "update_configuration", _update_configuration)
    patches.set(Policy, "principal_formatter", _principal)
    patches.add(
        LambdaResponse,
        put_function_event_invoke_config,
        update_function_event_invoke_config,
        get_function_event_invoke_config,
        delete_function_event_invoke_config,
        list_function_event_invoke_configs,
    )


# ---- versions


@aws_behavior(
    'AWS Lambda API Reference, "PublishVersion": no new version where code and configuration have not changed',
    'AWS Lambda Developer Guide, "Manage Lambda function versions": numbers go up and are never given again',
)
def _publish_version(original: Callable[..., Any], storage: Any, name_or_arn: str, description: str = "") -> Any:
    """A published version keeps code and configuration as they were; its number is never given again."""
    del original
    function = storage.get_function_by_name_or_arn_forbid_qualifier(name_or_arn)
    versions = storage._functions[function.function_name]["versions"]
    published = function.__dict__.get("published", 0)
    if versions and published == versions[-1].version and not function.code_or_config_updated:
        return versions[-1]
    version = copy.copy(function)
    for name in ("code", "environment_vars", "image_config", "tags"):
        setattr(version, name, copy.deepcopy(getattr(function, name)))
    function.code_or_config_updated = False
    function.published = published + 1
    version.set_version(published + 1)
    version.description = description or version.description
    versions.append(version)
    storage._arns[version.function_arn] = version
    return version


def _del_function(original: Callable[..., Any], storage: Any, name_or_arn: str, qualifier: str | None = None) -> None:
    name = name_or_arn.rpartition("function:")[2]
    plain, _, inner = name.partition(":")
    asked = inner or qualifier
    if asked:
        require_unused_version(asked, storage._get_function_aliases(plain).values())
    original(storage, name_or_arn, qualifier)


@aws_behavior('AWS Lambda API Reference, "DeleteFunction": a version that an alias references cannot be deleted')
def require_unused_version(version: str, aliases: Any) -> None:
    """A version that an alias leads to, wholly or in part, cannot be deleted."""
    using = [
        alias.arn
        for alias in aliases
        if version in (alias.function_version, *((alias.routing_config or {}).get("AdditionalVersionWeights") or {}))
    ]
    if using:
        raise _error(
            "ResourceConflictException",
            f"Unable to delete version because the following aliases reference it: [{', '.join(using)}]",
            409,
        )


# ---- aliases


_ALIAS = ("name", "function_name", "function_version", "description", "routing_config")


def _put_alias(original: Callable[..., Any], storage: Any, *given: Any, **named: Any) -> Any:
    values = dict(zip(_ALIAS, given, strict=False)) | named
    _require_versions(storage, values["function_name"], values["function_version"], values.get("routing_config"))
    return original(storage, *given, **named)


def _update_alias(original: Callable[..., Any], storage: Any, *given: Any, **named: Any) -> Any:
    values = dict(zip(_ALIAS, given, strict=False)) | named
    alias = storage.get_alias(values["name"], values["function_name"])
    version = values.get("function_version") or alias.function_version
    routing = values.get("routing_config")
    _require_versions(storage, values["function_name"], version, alias.routing_config if routing is None else routing)
    found = original(storage, *given, **named)
    found.revision_id = str(uuid.uuid4())
    return found


def _require_versions(storage: Any, function: str, version: str, routing: Mapping[str, Any] | None) -> None:
    weights = (routing or {}).get("AdditionalVersionWeights") or {}
    require_weights(version, weights)
    for each in (version, *weights):
        if each != "$LATEST":
            storage.get_function_by_name_or_arn_with_qualifier(function, each)


@aws_behavior(
    'AWS Lambda Developer Guide, "Implement Lambda canary deployments using a weighted alias": two published versions',
    "AWS Lambda API Reference, AliasRoutingConfiguration",
)
def require_weights(version: str, weights: Mapping[str, float]) -> None:
    """An alias leads to one published version and at most one more, whose share lies between 0 and 1."""
    problem = ""
    if len(weights) > 1:
        problem = "Number of items in AdditionalVersionWeights cannot be greater than 1"
    elif weights and "$LATEST" in (version, *weights):
        problem = "$LATEST is not supported for an alias pointing to more than 1 version"
    elif version in weights:
        problem = (
            f"Invalid function version {version}. The function version is already included in routing configuration"
        )
    elif any(not 0 <= float(weight) <= 1 for weight in weights.values()):
        problem = "Weights must be between 0.0 and 1.0"
    if problem:
        raise _error("InvalidParameterValueException", problem, 400)


# ---- permissions


def _add_permission(
    original: Callable[..., Any], backend: Any, function_name: str, qualifier: str | None, raw: str
) -> Any:
    plain, _, inner = function_name.rpartition("function:")[2].partition(":")
    asked = inner or qualifier or ""
    function = backend.get_function(plain, asked or None)
    statement = json.loads(raw).get("StatementId")
    ending = f":function:{plain}:{asked}" if asked else f":function:{plain}"
    for each in function.policy.statements:
        if each.get("Sid") == statement and str(each.get("Resource", "")).endswith(ending):
            raise _error(
                "ResourceConflictException",
                f"The statement id ({statement}) provided already exists. Please provide a new statement id, or remove "
                "the existing statement.",
                409,
            )
    return original(backend, plain, asked or None, raw)


def _principal(_: Any, given: Any) -> Any:
    """A permission's principal as the policy shows it: a service, an account's root, or an ARN."""
    if not isinstance(given, str) or given == "*":
        return given
    if given.endswith((".amazonaws.com", ".amazon.com")):
        return {"Service": given}
    return {"AWS": f"arn:aws:iam::{given}:root" if given.isdigit() else given}


# ---- configuration


def _update_configuration(original: Callable[..., Any], function: Any, changes: Mapping[str, Any]) -> Any:
    """Changes members that moto leaves as they were."""
    from moto.awslambda.models import ImageConfig

    original(function, changes)
    if "TracingConfig" in changes:
        function.tracing_config = changes["TracingConfig"]
    if "KMSKeyArn" in changes:
        function.kms_key_arn = changes["KMSKeyArn"]
    if "ImageConfig" in changes:
        function.image_config = ImageConfig(changes["ImageConfig"])
    if "EphemeralStorage" in changes:
        function.ephemeral_storage = changes["EphemeralStorage"]["Size"]
    return function.get_configuration()


# ---- images


def _set_function_code(original: Callable[..., Any], function: Any, spec: Mapping[str, Any]) -> None:
    uri = spec.get("ImageUri")
    if uri and not spec.get("DryRun"):
        arn = f"arn:aws:lambda:{function.region}:{function.account_id}:function:{function.function_name}"
        digest = require_image(str(uri), function.account_id, function.region, arn)
        original(function, spec)
        function.code_sha_256 = digest.removeprefix("sha256:")
        return
    original(function, spec)


@aws_behavior(
    'AWS Lambda Developer Guide, "Create a Lambda function using a container image": the image is in ECR, in the '
    "function's Region, and its tag is resolved to a digest once",
    'Amazon ECR User Guide, "Using Amazon ECR images with Lambda": lambda.amazonaws.com in the repository\'s policy',
)
def require_image(uri: str, account: str, region: str, function_arn: str) -> str:
    """A function's image must be in a repository that lets Lambda pull it; gives the digest that the function keeps."""
    from moto.ecr.models import ecr_backends

    registry, _, rest = uri.partition("/")
    parts = registry.split(".")
    name, _, digest = rest.partition("@")
    tag = ""
    if not digest:
        name, _, tag = rest.partition(":")
    if len(parts) < 6 or parts[1:3] != ["dkr", "ecr"] or parts[3] != region:
        raise _error(
            "InvalidParameterValueException", f"Source image {uri} is not valid. Provide a valid source image."
        )
    repository = ecr_backends[parts[0]][region].repositories.get(name)
    images = repository.images if repository is not None else ()
    found = [each for each in images if (each.image_digest == digest if digest else tag in each.image_tags)]
    if not found or repository is None:
        raise _error(
            "InvalidParameterValueException", f"Source image {uri} does not exist. Provide a valid source image."
        )
    caller = PolicyCaller(service=_LAMBDA, account=account, context={"aws:SourceArn": function_arn})
    if parts[0] != account and not admits(repository.policy, caller, "ecr:BatchGetImage", repository.arn):
        raise _error(
            "AccessDeniedException",
            f"Lambda does not have permission to access the ECR image. Check the ECR permissions. {uri}",
            403,
        )
    return str(found[0].image_digest)


# ---- how asynchronous invocations are handled


def _configs(response: Any) -> tuple[dict[str, Any], str, str]:
    """The configurations of the function that a request names, the qualifier, and the qualified ARN."""
    from urllib.parse import unquote

    name = unquote(response.path.split("/functions/")[1].split("/")[0])
    plain, _, inner = name.rpartition("function:")[2].partition(":")
    qualifier = inner or (response.querystring.get("Qualifier") or [""])[0]
    function = response.backend.get_function(plain, qualifier or None)
    store: dict[str, Any] = records(response.backend, _EVENT_INVOKE_CONFIGS).setdefault(plain, {})
    arn = function.function_arn.split(f":function:{plain}")[0] + f":function:{plain}:{qualifier or '$LATEST'}"
    return store, qualifier or "$LATEST", arn


def put_function_event_invoke_config(response: Any) -> str:
    """Replaces the configuration of one qualifier."""
    store, qualifier, arn = _configs(response)
    given = json.loads(response.body or "{}")
    store[qualifier] = {"FunctionArn": arn, "LastModified": time.time(), "DestinationConfig": _NO_DESTINATION, **given}
    return json.dumps(store[qualifier])


def update_function_event_invoke_config(response: Any) -> str:
    """Changes the given members of a qualifier's configuration."""
    store, qualifier, _ = _configs(response)
    _require_config(store, qualifier)
    store[qualifier] = {**store[qualifier], **json.loads(response.body or "{}"), "LastModified": time.time()}
    return json.dumps(store[qualifier])


def get_function_event_invoke_config(response: Any) -> str:
    """The configuration of one qualifier."""
    store, qualifier, _ = _configs(response)
    _require_config(store, qualifier)
    return json.dumps(store[qualifier])


def delete_function_event_invoke_config(response: Any) -> Any:
    """Removes the configuration of one qualifier."""
    store, qualifier, _ = _configs(response)
    _require_config(store, qualifier)
    del store[qualifier]
    return 204, {"status": 204}, ""


def list_function_event_invoke_configs(response: Any) -> str:
    """Those of all qualifiers."""
    return json.dumps({"FunctionEventInvokeConfigs": list(_configs(response)[0].values())})


_NO_DESTINATION: dict[str, Any] = {"OnSuccess": {}, "OnFailure": {}}


def _require_config(store: Mapping[str, Any], qualifier: str) -> None:
    if qualifier not in store:
        raise _error(
            "ResourceNotFoundException", f"The function doesn't have an EventInvokeConfig for {qualifier}", 404
        )


def _error(code: str, message: str, status: int = 400) -> Exception:
    from moto.awslambda.exceptions import LambdaClientError

    error: Exception = LambdaClientError(code, message)
    error.code = status  # type: ignore[attr-defined]
    return error
