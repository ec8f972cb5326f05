"""What pipelines, builds and functions take in: repository, artifact store, image, code and the events that start them.

Each is the platform's own by its exact name. A bucket, image, layer or provider that no stack made is everybody's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from catalog.names import ProjectNames
from catalog.roles import ROLES, RoleKind
from policies.access.graph import IamRole, PolicyGraph, PolicyResource
from policies.access.graph.declared import BUILD, FUNCTION, PIPELINE, RULE, TARGET, DeclaredResource
from policies.access.graph.pipelines import Action, stages
from policies.access.graph.purposes import resources_with_purpose
from policies.access.proofs.declared_problems import Readers, as_findings, declared_problems
from policies.access.proofs.theorem import ProofOutcome, Theorem
from policies.documents.project_scope import MODEL_BUILD, MODEL_DEPLOY

# Pipeline, by what it is for -> the repository that it runs.
_REPOSITORIES = {"build": MODEL_BUILD, "deploy": MODEL_DEPLOY, "rollback": MODEL_DEPLOY}
_SOURCE_KEYS = {"PollForSourceChanges", "S3Bucket", "S3ObjectKey"}
# The name belongs to AWS. Source: AWS CodeBuild User Guide, "Docker images provided by CodeBuild".
_CURATED_IMAGE = re.compile(r"aws/codebuild/[a-z0-9][a-z0-9._/-]*:[A-Za-z0-9._-]+")
_REPOSITORY = re.compile(r"(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/([^:@]+)")
_TEST_OF_STAGING = "deploy-test"
# Files of the repositories that a build follows, by the build's name; others follow a text that somebody reviewed,
# which the policy pack looks at.
_SPECIFICATIONS = {
    "build": "buildspec.yml",
    "deploy": "buildspec-render.yml",
    "deploy-changes": "buildspec-changes.yml",
    "deploy-compare": "buildspec-compare.yml",
    _TEST_OF_STAGING: "buildspec-test.yml",
    "deploy-verify": "buildspec-verify.yml",
}
# What builds are told by variables. Any other could change which programs run: PATH, PYTHONPATH, an index of packages.
_VARIABLES = frozenset(
    (
        *("BASE", "CODE", "MLOPS_PARAMETERS", "PACKAGE_INDEX", "PIN", "RELEASES"),
        *("REPOSITORY_URL", "VERSION", "WHEELHOUSE"),
    )
)
# Docker's official images, as AWS hands them out. Source: Amazon ECR Public User Guide, "Docker official images".
_OFFICIAL_IMAGES = "public.ecr.aws/docker/library/"
_OF_PIPELINES = frozenset(
    ("APPROVAL", "CHANGES_URI", "MODEL_PACKAGE_ARN", "PIPELINE", "PIPELINE_EXECUTION", "STAGE", "STEP")
)
# Properties of a build by which something else comes in, or its results go out.
_MORE_SOURCES = ("fileSystemLocations", "secondaryArtifacts", "secondarySourceVersion", "secondarySources")
# Of a function: code from elsewhere, and what makes its runtime load something else than its code.
_MORE_CODE = ("environment.variables", "fileSystemConfig", "imageConfig", "layers", "s3Bucket")
_MODEL_EVENT = "SageMaker Model Package State Change"


@dataclass(frozen=True)
class _Inputs:
    """Everything that is read of a graph, and what is found against it."""

    graph: PolicyGraph

    @cached_property
    def _roles(self) -> Mapping[str, IamRole]:
        return self.graph.roles

    def artifacts(self, account: str) -> PolicyResource | None:
        """The bucket of artifacts of an account."""
        found = [one for one in resources_with_purpose(self.graph, "bucket", "artifacts") if one.account == account]
        return found[0] if len(found) == 1 else None

    # ---- pipelines

    def pipeline(self, pipeline: DeclaredResource) -> Iterator[str]:
        bucket = self.artifacts(pipeline.account)
        if bucket is None:
            yield "its account has no one bucket of artifacts that a stack made"
            return
        yield from _store(pipeline, bucket)
        names = ProjectNames(self.graph.prefix, pipeline.project)
        purposes = {names.code_pipeline(purpose): key for purpose, key in _REPOSITORIES.items()}
        repository = purposes.get(pipeline.name)
        for action in (action for stage in stages(pipeline) for action in stage.actions):
            if action.category == "Source":
                yield from _source(action, bucket, f"{pipeline.project}/source/{repository}.zip")
            for name in sorted(set(action.variables() or ()) - _OF_PIPELINES):
                yield f"action {action.name} gives its build the variable {name}, which nobody read"
        yield from self._runs_as(pipeline, "roleArn", "codepipeline")

    def _runs_as(self, resource: DeclaredResource, prop: str, service: str) -> Iterator[str]:
        """A role of its own project, of a kind that the service is meant to assume."""
        role = self._roles.get(resource.text(prop))
        if role is None or ROLES[role.kind].assumed_by != service or (role.project or "") != resource.project:
            yield f"it runs as {resource.text(prop) or 'nobody'}, which is no role of its project for {service}"

    # ---- builds

    def build(self, build: DeclaredResource) -> Iterator[str]:
        yield from self._image(build)
        yield from self._source_of(build)
        for prop in _MORE_SOURCES:
            if build.is_set(prop):
                yield f"its {prop} bring in, or out, what nobody read"
        if build.text("projectVisibility") not in ("", "PRIVATE"):
            yield "its logs and artifacts are public"
        cache = build.text("cache.type")
        if cache not in ("", "LOCAL", "NO_CACHE"):
            yield f"its cache is of type {cache}: whoever writes there decides what it runs"
        yield from self._variables(build)
        yield from self._runs_as(build, "serviceRole", "codebuild")

    def _image(self, build: DeclaredResource) -> Iterator[str]:
        image = build.text("environment.image")
        curated = _CURATED_IMAGE.fullmatch(image) and build.text("environment.imagePullCredentialsType") == "CODEBUILD"
        address, _, digest = image.partition("@sha256:")
        if not curated and not (digest and self._repository(address)):
            yield f"its image {image or 'of which nobody knows'} is neither AWS's nor of a repository here, by digest"

    def _source_of(self, build: DeclaredResource) -> Iterator[str]:
        kind, bucket = build.text("source.type"), self.artifacts(build.account)
        location, specification = build.text("source.location"), build.text("source.buildspec")
        if kind == "S3" and not (bucket and location.startswith(f"{bucket.name}/_image/source/")):
            yield f"its source {location or 'that nobody knows'} is none of the platform's own"
        if kind not in ("CODEPIPELINE", "S3"):
            yield f"its source comes from {kind or 'somewhere that nobody knows'}"
        if build.text("artifacts.type") not in ("CODEPIPELINE", "NO_ARTIFACTS"):
            yield f"its results go to {build.text('artifacts.location') or 'somewhere that nobody knows'}"
        if specification.endswith((".yml", ".yaml")) or not specification.lstrip().startswith("{"):
            purpose = build.name.removeprefix(ProjectNames(self.graph.prefix, build.project).name(""))
            if specification != _SPECIFICATIONS.get(purpose):
                yield f"it follows {specification or 'whichever specification its source has'}, not its own"

    def _variables(self, build: DeclaredResource) -> Iterator[str]:
        for variable in build.items("environment.environmentVariables"):
            name, value = str(variable.get("name")), variable.get("value")
            if name not in _VARIABLES or not isinstance(value, str):
                yield f"its variable {name} is one that nobody read"
            elif not self._is_own(build, name, value):
                yield f"its variable {name} leads to {value}, which is not its own"

    def _is_own(self, build: DeclaredResource, name: str, value: str) -> bool:
        """What a variable says of a bucket is below the build's own prefix in the platform's; images are as listed."""
        if value.startswith("s3://"):
            code = {f"s3://{bucket.name}" for bucket in resources_with_purpose(self.graph, "bucket", "code")}
            bucket = self.artifacts(build.account)
            below = f"s3://{bucket.name}/{build.project or '_image'}/" if bucket else None
            return bool(below and value.startswith(below)) or (not build.project and value in code)
        known = {
            "BASE": value.startswith(_OFFICIAL_IMAGES),
            "MLOPS_PARAMETERS": bool(build.project) and value.endswith(f"/projects/{build.project}"),
            "PACKAGE_INDEX": value.startswith("https://"),
            "REPOSITORY_URL": self._repository(value) is not None,
            "VERSION": True,
        }
        return known.get(name, False)

    def _repository(self, address: str) -> PolicyResource | None:
        """The repository at an address, if a stack made it."""
        match = _REPOSITORY.fullmatch(address)
        if match is None:
            return None
        account, region, name = match.groups()
        return self.graph.policy_resources.get(
            self.graph.scope.arn("ecr", f"repository/{name}", region=region, account=account)
        )

    # ---- functions

    def function(self, function: DeclaredResource) -> Iterator[str]:
        for prop in _MORE_CODE:
            if function.is_set(prop):
                yield f"its {prop} bring in code that no stack here made"
        if function.text("packageType") not in ("", "Zip") or function.is_set("imageUri"):
            yield f"it runs the image {function.text('imageUri') or 'that nobody knows'}, which no stack here made"
        if not function.text("handler").startswith("functions."):
            yield f"it runs {function.text('handler') or 'something that nobody knows'}, no handler of the platform"

    # ---- events

    def target(self, target: DeclaredResource) -> Iterator[str]:
        """What starts a project's pipelines, or writes its releases down, hears exactly its own events, and whole."""
        if ":codepipeline:" in target.text("arn"):
            yield f"it starts {target.text('arn')} without the function that looks at the event"
        role = self._role_of_function(target.text("arn"))
        expected = _EVENTS.get(role.kind) if role else None
        if role is None or expected is None:
            return
        for prop in ("input", "inputPath", "inputTransformer"):
            if target.is_set(prop):
                yield f"it hands its function something else than the event: {prop}"
        rule = self._rules.get((target.account, target.text("rule").rsplit("/", 1)[-1]))
        patterns = expected(self, role)
        if rule is None or target.text("eventBusName") not in ("", "default") or rule.is_set("scheduleExpression"):
            yield f"the rule {target.text('rule')} that calls {role.name} is none of the account's own bus"
        elif (pattern := _json(rule.text("eventPattern"))) not in patterns:
            yield f"the rule {rule.name} that calls {role.name} hears other events than its project's: {pattern}"

    @cached_property
    def _rules(self) -> Mapping[tuple[str, str], DeclaredResource]:
        return {
            (rule.account, rule.name): rule
            for rule in self.graph.declared_of(RULE)
            if rule.text("eventBusName") in ("", "default")
        }

    @cached_property
    def _by_function(self) -> Mapping[str, str]:
        return {one.arn: one.text("role") for one in self.graph.declared_of(FUNCTION)}

    def _role_of_function(self, arn: str) -> IamRole | None:
        whole = ":".join(arn.split(":")[:7])
        return self._roles.get(self._by_function.get(whole, ""))


def _store(pipeline: DeclaredResource, bucket: PolicyResource) -> Iterator[str]:
    stores = pipeline.items("artifactStores")
    if len(stores) != 1:
        yield f"it has {len(stores)} artifact stores, not the one of its account"
    for store in stores:
        key = store.get("encryptionKey")
        if (store.get("location"), store.get("type")) != (bucket.name, "S3"):
            yield f"its artifacts go to {store.get('location')}, not to {bucket.name}"
        if not isinstance(key, Mapping) or key.get("id") != bucket.key_arn:
            yield "its artifacts have another key than their bucket"


def _source(action: Action, bucket: PolicyResource, key: str) -> Iterator[str]:
    configuration = action.configuration
    if (action.owner, action.provider) != ("AWS", "S3"):
        yield f"action {action.name} takes code from {action.owner} {action.provider}, which is not the platform's"
    if (configuration.get("S3Bucket"), configuration.get("S3ObjectKey")) != (bucket.name, key):
        place = f"{configuration.get('S3Bucket')}/{configuration.get('S3ObjectKey')}"
        yield f"action {action.name} takes code from {place}, not from {bucket.name}/{key}"
    if str(configuration.get("PollForSourceChanges")).lower() != "false":
        yield f"action {action.name} starts the pipeline at each change of its object"
    if more := sorted(set(configuration) - _SOURCE_KEYS):
        yield f"action {action.name} is configured by {', '.join(more)}, which nobody read"


def _starting(inputs: _Inputs, role: IamRole) -> list[object]:
    """Events at which a project's pipelines start: its code was handed over, its model approved or taken back."""
    names, bucket = ProjectNames(inputs.graph.prefix, role.project or ""), inputs.artifacts(role.account)
    updated = "UpdatedModelPackageFields"
    approved = {
        "ModelPackageGroupName": [names.group()],
        "ModelApprovalStatus": ["Approved"],
        "$or": [{updated: ["ModelApprovalStatus"]}, {updated: [{"exists": False}]}],
    }
    code = {
        "bucket": {"name": [bucket.name if bucket else ""]},
        "object": {"key": [f"{role.project}/source/{MODEL_BUILD}.zip"]},
    }
    return [
        {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": code},
        {"source": ["aws.sagemaker"], "detail-type": [_MODEL_EVENT], "detail": approved},
        {"source": [names.release_events()], "detail-type": ["Served model rejected"]},
    ]


def _recorded(inputs: _Inputs, role: IamRole) -> list[object]:
    """Events that the release recorder writes down: deliveries that ended, and what was decided on models."""
    names = ProjectNames(inputs.graph.prefix, role.project or "")
    ended = {
        "pipeline": [names.code_pipeline(purpose) for purpose in ("deploy", "rollback")],
        "state": ["SUCCEEDED", "FAILED", "CANCELED", "ABANDONED"],
        "type": {"category": ["Deploy"], "provider": ["CloudFormationStackSet"]},
    }
    decided = {"ModelPackageGroupName": [names.group()]}
    delivered = "CodePipeline Action Execution State Change"
    return [
        {"source": ["aws.codepipeline"], "detail-type": [delivered], "detail": ended},
        {"source": ["aws.sagemaker"], "detail-type": [_MODEL_EVENT], "detail": decided},
    ]


# Kind of a function's role -> the patterns that its rules may have.
_EVENTS: Mapping[RoleKind, Callable[[_Inputs, IamRole], list[object]]] = {
    RoleKind.PIPELINE_STARTER: _starting,
    RoleKind.RELEASE_RECORDER: _recorded,
}


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def own_inputs(graph: PolicyGraph) -> ProofOutcome:
    """Everything that comes into a pipeline, a build or a function is the platform's own."""
    inputs = _Inputs(graph)
    readers: Readers = {
        PIPELINE: inputs.pipeline,
        BUILD: inputs.build,
        FUNCTION: inputs.function,
        TARGET: inputs.target,
    }
    named = [
        f"{build.name} fetches packages from {variable.get('value')}"
        for build in graph.declared_of(BUILD)
        for variable in build.items("environment.environmentVariables")
        if variable.get("name") == "PACKAGE_INDEX"
    ]
    found, looked_at = declared_problems(graph, readers)
    return ProofOutcome(findings=as_findings(found), named=named, queries=looked_at)


THEOREMS = (
    Theorem(
        id="own-inputs",
        statement="Code, artifacts, images, build specifications and the events that start something come from the "
        "platform's own places alone, each by its exact name; packages by their hashes from the printed indexes.",
        prove=own_inputs,
    ),
)
