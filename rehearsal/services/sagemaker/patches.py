"""What moto's SageMaker lacks: user profiles, updates of domains, policies of model package groups."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.sagemaker.exceptions import ConflictException, ResourceInUseException, ResourceNotFound, ValidationError
from moto.sagemaker.models import SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse

from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.service_model.emulator import completed, parameters, pick, records
from rehearsal.service_model.patches import Patches

_DOMAIN = ("TagPropagation", "DefaultSpaceSettings", "DefaultUserSettings", "DomainSettings", "KmsKeyId")

_UPDATES = (
    "DefaultUserSettings",
    "DefaultSpaceSettings",
    "AppSecurityGroupManagement",
    "SubnetIds",
    "AppNetworkAccessType",
    "TagPropagation",
)


def patch(patches: Patches) -> None:
    """Change moto until the patches are undone."""
    patches.wrap(SageMakerResponse, "create_domain", _create_domain)
    patches.wrap(SageMakerResponse, "describe_domain", _describe_domain)
    patches.wrap(SageMakerResponse, "delete_domain", _delete_domain)
    patches.add(
        SageMakerResponse,
        update_domain,
        create_user_profile,
        describe_user_profile,
        update_user_profile,
        delete_user_profile,
        list_user_profiles,
        put_model_package_group_policy,
        get_model_package_group_policy,
        delete_model_package_group_policy,
        delete_model_package,
        delete_model_package_group,
    )
    patches.wrap(SageMakerResponse, "delete_pipeline", pipeline_that_runs_stays)
    patches.wrap(SageMakerModelBackend, "_get_resource_from_arn", _resource_of_profile)
    patches.wrap(SageMakerModelBackend, "add_tags", tag_of_a_key_is_overwritten)


@aws_behavior('Amazon SageMaker API Reference, "AddTags": "Adds or overwrites one or more tags"')
def tag_of_a_key_is_overwritten(
    original: Callable[..., Any], instance: Any, arn: str, tags: list[dict[str, str]]
) -> Any:
    """A resource has one tag of a key: another value takes the place of the one before. moto keeps both."""
    instance.delete_tags(arn, [tag["Key"] for tag in tags])
    return original(instance, arn, tags)


def _resource_of_profile(original: Callable[..., Any], instance: Any, arn: str) -> Any:
    """User profiles have tags; moto looks resources up by ARN, of kinds that it knows."""
    if ":user-profile/" not in arn:
        return original(instance, arn)
    domain, _, name = arn.partition(":user-profile/")[2].partition("/")
    return _TaggedRecord(_profile(instance, domain, name))


class _TaggedRecord:
    """A record's tags, as moto's own resources show theirs."""

    def __init__(self, record: dict[str, Any]) -> None:
        self._record = record

    @property
    def tags(self) -> list[dict[str, str]]:
        tags: list[dict[str, str]] = self._record.setdefault("Tags", [])
        return tags

    @tags.setter
    def tags(self, tags: list[dict[str, str]]) -> None:
        self._record["Tags"] = tags


def _create_domain(original: Callable[..., Any], instance: Any) -> Any:
    answer = original(instance)
    members = parameters(instance)
    identity = f"d-{members['DomainName']}"
    records(instance.sagemaker_backend, "domain")[identity] = pick(members, _DOMAIN)
    return completed(answer, {"DomainId": identity})


def _describe_domain(original: Callable[..., Any], instance: Any) -> Any:
    more = records(instance.sagemaker_backend, "domain").get(parameters(instance)["DomainId"], {})
    return completed(original(instance), more)


def _delete_domain(original: Callable[..., Any], instance: Any) -> Any:
    backend, identity = instance.sagemaker_backend, parameters(instance)["DomainId"]
    answer = original(instance)
    records(backend, "domain").pop(identity, None)
    return answer


def update_domain(instance: Any) -> ActionResult:
    """UpdateDomain: what is given replaces what was."""
    members, backend = parameters(instance), instance.sagemaker_backend
    identity = members["DomainId"]
    if identity not in backend.domains:
        raise ValidationError(message=f"Could not find domain '{identity}'.")
    domain, more = backend.domains[identity], records(backend, "domain").setdefault(identity, {})
    changed = pick(members, _UPDATES)
    if "DomainSettingsForUpdate" in members:
        changed["DomainSettings"] = {**(domain.domain_settings or {}), **members["DomainSettingsForUpdate"]}
    more.update(changed)
    for name, value in changed.items():
        attribute = "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")
        setattr(domain, attribute, value)
    return ActionResult({"DomainArn": domain.arn})


# ---- user profiles


def _profile(backend: Any, domain: str, name: str) -> dict[str, Any]:
    found = records(backend, "profile").get(f"{domain}/{name}")
    if found is None:
        raise ResourceNotFound(message=f"User Profile [{name}] does not exist in domain {domain}.")
    return found


def new_in_domain(backend: Any, kind: str, noun: str, domain: str, name: str) -> str:
    """The ARN of what is to be made in a domain: a profile or a space, as `kind` of record and `noun` of messages say.

    Raises ValidationError where the domain is missing, ResourceInUseException where it is there already.
    """
    if domain not in backend.domains:
        raise ValidationError(message=f"Could not find domain '{domain}'.")
    if f"{domain}/{name}" in records(backend, kind):
        raise ResourceInUseException(message=f"{noun} [{name}] already exists in domain {domain}.")
    path = noun.lower().replace(" ", "-")
    return f"{backend.domains[domain].arn.partition(':domain/')[0]}:{path}/{domain}/{name}"


def create_user_profile(instance: Any) -> ActionResult:
    """CreateUserProfile: ready at once."""
    members, backend = parameters(instance), instance.sagemaker_backend
    domain, name = members["DomainId"], members["UserProfileName"]
    arn = new_in_domain(backend, "profile", "User Profile", domain, name)
    profiles = records(backend, "profile")
    profiles[f"{domain}/{name}"] = {
        **members,
        "UserProfileArn": arn,
        "HomeEfsFileSystemUid": str(200000 + len(profiles)),
        "Status": "InService",
        "CreationTime": time.time(),
        "LastModifiedTime": time.time(),
    }
    return ActionResult({"UserProfileArn": arn})


def describe_user_profile(instance: Any) -> ActionResult:
    """DescribeUserProfile."""
    members = parameters(instance)
    found = _profile(instance.sagemaker_backend, members["DomainId"], members["UserProfileName"])
    return ActionResult({name: value for name, value in found.items() if name != "Tags"})


def update_user_profile(instance: Any) -> ActionResult:
    """UpdateUserProfile: settings given replace those that were."""
    members = parameters(instance)
    found = _profile(instance.sagemaker_backend, members["DomainId"], members["UserProfileName"])
    if "UserSettings" in members:
        found["UserSettings"] = {**(found.get("UserSettings") or {}), **members["UserSettings"]}
    found["LastModifiedTime"] = time.time()
    return ActionResult({"UserProfileArn": found["UserProfileArn"]})


def delete_user_profile(instance: Any) -> EmptyResult:
    """DeleteUserProfile."""
    members, backend = parameters(instance), instance.sagemaker_backend
    _profile(backend, members["DomainId"], members["UserProfileName"])
    del records(backend, "profile")[f"{members['DomainId']}/{members['UserProfileName']}"]
    return EmptyResult()


def list_user_profiles(instance: Any) -> ActionResult:
    """ListUserProfiles, of one domain or of all."""
    wanted = parameters(instance).get("DomainIdEquals")
    shown = ("DomainId", "UserProfileName", "Status", "CreationTime", "LastModifiedTime")
    found = records(instance.sagemaker_backend, "profile").values()
    return ActionResult({"UserProfiles": [pick(p, shown) for p in found if wanted in (None, p["DomainId"])]})


# ---- policies of model package groups


def put_model_package_group_policy(instance: Any) -> ActionResult:
    """PutModelPackageGroupPolicy."""
    members, backend = parameters(instance), instance.sagemaker_backend
    group = backend.describe_model_package_group(members["ModelPackageGroupName"])
    records(backend, "group-policy")[group.model_package_group_name] = {"ResourcePolicy": members["ResourcePolicy"]}
    return ActionResult({"ModelPackageGroupArn": group.arn})


def get_model_package_group_policy(instance: Any) -> ActionResult:
    """GetModelPackageGroupPolicy."""
    name = parameters(instance)["ModelPackageGroupName"]
    found = records(instance.sagemaker_backend, "group-policy").get(name)
    if found is None:
        raise ValidationError(message=f"Cannot find resource policy for model package group {name}.")
    return ActionResult(found)


def delete_model_package_group_policy(instance: Any) -> EmptyResult:
    """DeleteModelPackageGroupPolicy."""
    get_model_package_group_policy(instance)
    del records(instance.sagemaker_backend, "group-policy")[parameters(instance)["ModelPackageGroupName"]]
    return EmptyResult()


def delete_model_package(instance: Any) -> EmptyResult:
    """DeleteModelPackage, by its ARN."""
    backend, name = instance.sagemaker_backend, parameters(instance)["ModelPackageName"]
    if name not in backend.model_packages:
        raise ValidationError(message=f"ModelPackage {name} does not exist.")
    del backend.model_packages[name]
    return EmptyResult()


@aws_behavior("botocore, DeletePipeline: ConflictException", 'SageMaker API Reference, "DeletePipeline"')
def pipeline_that_runs_stays(original: Callable[..., Any], instance: Any) -> Any:
    """A pipeline with executions that run cannot be deleted."""
    name = parameters(instance)["PipelineName"]
    pipeline = instance.sagemaker_backend.pipelines.get(name)
    executions = pipeline.pipeline_executions.values() if pipeline else ()
    running = [each.arn for each in executions if each.pipeline_execution_status in ("Executing", "Stopping")]
    if running:
        raise ConflictException(f"Pipeline {name} has executions that run: {', '.join(running)}")
    return original(instance)


@aws_behavior(
    'SageMaker Developer Guide, "Delete a Model Group"', "botocore, DeleteModelPackageGroup: ConflictException"
)
def delete_model_package_group(instance: Any) -> EmptyResult:
    """A model package group that holds packages cannot be deleted."""
    backend, name = instance.sagemaker_backend, parameters(instance)["ModelPackageGroupName"]
    group = backend.describe_model_package_group(name)
    if any(package.model_package_group_name == name for package in backend.model_packages.values()):
        raise ConflictException(f"ModelPackageGroup {group.arn} contains model packages: delete them first.")
    del backend.model_package_groups[name]
    records(backend, "group-policy").pop(name, None)
    return EmptyResult()
