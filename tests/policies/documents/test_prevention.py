"""Nothing starts compute outside the VPC, without keys or on other instances; what the platform starts still may."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

import pytest
from botocore.model import Shape
from botocore.session import Session

from catalog.compute import WAYS_TO_COMPUTE, ComputeKey, denied_operations
from catalog.scope import Scope
from policies.access.authorization import AuthorizationRequest
from policies.access.evaluator import decide
from policies.documents import prevention
from policies.documents.prevention import has_local_storage, preventive_statements, service_control_policy
from policies.documents.statement import BadStatement, document

TYPES = ("ml.t3.medium", "ml.m5.large", "ml.m5.xlarge", "ml.m5.2xlarge")
SCOPE = Scope(partition="aws", account="111111111111", region="eu-west-1", prefix="mlops")
OWNER = "arn:aws:iam::*:role/owner"
MODEL = Session().get_service_model("sagemaker")
OPERATIONS = frozenset(MODEL.operation_names)
CONFORMING: Mapping[str, str | Sequence[str]] = {
    "sagemaker:VpcSubnets": ["subnet-1", "subnet-2"],
    "sagemaker:VpcSecurityGroupIds": ["sg-1"],
    "sagemaker:VolumeKmsKey": "arn:aws:kms:eu-west-1:111111111111:key/volumes",
    "sagemaker:OutputKmsKey": "arn:aws:kms:eu-west-1:111111111111:key/models",
    "sagemaker:InterContainerTrafficEncryption": "true",
    "sagemaker:InstanceTypes": ["ml.m5.large"],
    "sagemaker:DirectInternetAccess": "Disabled",
    "sagemaker:AppNetworkAccessType": "VpcOnly",
}


def _let_through_with(key: ComputeKey) -> frozenset[str]:
    return frozenset(name for name, way in WAYS_TO_COMPUTE.items() if key in way.keys)


# Which action carries which key: Service Authorization Reference, "Amazon SageMaker AI", copy of June 2026; what is
# denied outright is left out. A key may be there and not needed: network and key of a domain are its administrator's.
CARRIED: Mapping[str, frozenset[str]] = {
    **{key: _let_through_with(key) for key in ComputeKey},
    ComputeKey.VPC: _let_through_with(ComputeKey.VPC) | {"CreateDomain", "CreateEndpointConfig", "UpdateDomain"},
    ComputeKey.VOLUME_KEY: _let_through_with(ComputeKey.VOLUME_KEY) | {"CreateDomain"},
}
REQUIRED = {key: _let_through_with(key) for key in ComputeKey if key is not ComputeKey.INSTANCE_TYPES}


def spelled_out(patterns: Sequence[str]) -> set[str]:
    return {name for name in OPERATIONS if any(fnmatchcase(f"sagemaker:{name}", pattern) for pattern in patterns)}


DENIED_OUTRIGHT = frozenset(spelled_out(prevention.START_UNGUARDED_COMPUTE))


def denies(
    action: str,
    context: Mapping[str, Any],
    types: Sequence[str] = TYPES,
    *,
    serverless: Sequence[str] = (),
    principal: str = "arn:aws:iam::111111111111:role/mlops/projects/screening/mlops-screening-pipeline",
) -> str:
    """The statement that denies the action to somebody who may do everything else, or nothing."""
    everything = {"Sid": "All", "Effect": "Allow", "Action": "*", "Resource": "*"}
    boundary = json.loads(document(*preventive_statements(types, serverless)))
    boundary["Statement"].append(everything)
    answer = decide(
        AuthorizationRequest(
            id="1",
            principal=principal,
            account="111111111111",
            owner="111111111111",
            action=f"sagemaker:{action}",
            resource="arn:aws:sagemaker:eu-west-1:111111111111:thing/one",
            identity=[{"Version": "2012-10-17", "Statement": [everything]}],
            boundary=boundary,
            context=context,
        )
    )
    return "" if answer.allowed else answer.because


def carried(action: str, **other: Any) -> dict[str, Any]:
    """The condition keys that a conforming request of the action has, some of them otherwise; None takes one away."""
    keys = {key: value for key, value in CONFORMING.items() if action in CARRIED.get(key, {action})}
    keys |= {f"sagemaker:{key}": value for key, value in other.items()}
    return {key: value for key, value in keys.items() if value is not None}


def conditional() -> list[str]:
    return sorted(set().union(*CARRIED.values()))


@pytest.mark.parametrize("action", conditional())
def test_a_conforming_request_is_let_through(action: str) -> None:
    assert denies(action, carried(action)) == ""


@pytest.mark.parametrize(
    ("key", "action"), [(key, action) for key, actions in sorted(REQUIRED.items()) for action in sorted(actions)]
)
def test_a_request_without_a_key_that_it_could_carry_is_denied(key: str, action: str) -> None:
    assert "Deny" in denies(action, carried(action, **{key.removeprefix("sagemaker:"): None}))


MAKER = "arn:aws:iam::111111111111:role/mlops-staging-screening-stackset-execution"


@pytest.mark.parametrize(
    ("principal", "denied"),
    [
        (MAKER, False),
        (MAKER.replace("screening", "diabetes"), True),
        (MAKER.replace("screening", "other-screening"), True),
        (MAKER.replace("staging-", "", 1), True),
        ("arn:aws:iam::111111111111:role/mlops/projects/screening/mlops-screening-pipeline", True),
    ],
)
def test_models_outside_the_vpc_are_made_by_the_named_projects_delivery_alone(principal: str, denied: bool) -> None:
    keys = carried("CreateModel", VpcSubnets=None)
    assert ("Deny" in denies("CreateModel", keys, serverless=[MAKER], principal=principal)) is denied
    # In the VPC everybody goes on as before, and nothing else goes out of it.
    assert denies("CreateModel", carried("CreateModel"), serverless=[MAKER], principal=principal) == ""
    for action in ("CreateTrainingJob", "CreateNotebookInstance"):
        without = carried(action, VpcSubnets=None)
        assert "Deny" in denies(action, without, serverless=[MAKER], principal=principal)


def test_without_a_named_project_the_statements_are_what_they_were() -> None:
    assert [each.render() for each in preventive_statements(TYPES, [])] == [
        each.render() for each in preventive_statements(TYPES)
    ]


@pytest.mark.parametrize("action", sorted(CARRIED["sagemaker:InterContainerTrafficEncryption"]))
def test_traffic_between_containers_in_the_clear_is_denied(action: str) -> None:
    assert "DenyPlainTraffic" in denies(action, carried(action, InterContainerTrafficEncryption="false"))


@pytest.mark.parametrize("action", sorted(CARRIED["sagemaker:InstanceTypes"]))
def test_another_instance_type_is_denied_also_beside_one_that_is_listed(action: str) -> None:
    assert "DenyOtherInstanceTypes" in denies(action, carried(action, InstanceTypes=["ml.m5.large", "ml.p4d.24xlarge"]))


@pytest.mark.parametrize("action", ["UpdateDomain", "UpdateTrainingJob", "UpdateNotebookInstance", "UpdateUserProfile"])
def test_an_update_that_says_nothing_of_instances_or_network_is_let_through(action: str) -> None:
    assert denies(action, {}) == ""


def test_an_endpoint_configuration_needs_no_subnets_of_its_own() -> None:
    assert denies("CreateEndpointConfig", carried("CreateEndpointConfig", VpcSubnets=None)) == ""


def test_light_apps_of_studio_itself_may_start() -> None:
    assert denies("CreateApp", {"sagemaker:InstanceTypes": ["system"]}) == ""


@pytest.mark.parametrize("value", ["Enabled", None])
def test_a_notebook_with_its_own_way_to_the_internet_is_denied(value: str | None) -> None:
    keys = carried("CreateNotebookInstance", DirectInternetAccess=value)
    assert "DenyNotebooksOnTheInternet" in denies("CreateNotebookInstance", keys)


@pytest.mark.parametrize("value", ["PublicInternetOnly", None])
def test_a_domain_outside_the_vpc_is_denied(value: str | None) -> None:
    assert "DenyDomainsOnTheInternet" in denies("CreateDomain", carried("CreateDomain", AppNetworkAccessType=value))


def test_a_domain_is_not_opened_later() -> None:
    assert "DenyOpeningDomains" in denies("UpdateDomain", {"sagemaker:AppNetworkAccessType": "PublicInternetOnly"})


@pytest.mark.parametrize("action", sorted(DENIED_OUTRIGHT))
def test_compute_that_no_condition_can_bound_is_denied_outright(action: str) -> None:
    assert "Deny" in denies(action, CONFORMING)


@pytest.mark.parametrize("action", ["CreateHyperParameterTuningJob", "CreateTrainingJob", "CreateTransformJob"])
def test_an_instance_with_disks_of_its_own_needs_no_volume_key_and_others_still_do(action: str) -> None:
    types = (*TYPES, "ml.g5.xlarge")
    without = {"VolumeKmsKey": None}
    assert denies(action, carried(action, InstanceTypes=["ml.g5.xlarge"], **without), types) == ""
    assert "NorOwnDisks" in denies(action, carried(action, **without), types)
    assert "NorOwnDisks" in denies(
        action, carried(action, InstanceTypes=["ml.g5.xlarge", "ml.m5.large"], **without), types
    )


@pytest.mark.parametrize(
    "name", ["ml.g5.xlarge", "ml.g4dn.xlarge", "ml.m5d.large", "ml.m6gd.large", "ml.p4de.24xlarge"]
)
def test_types_with_disks_of_their_own_are_known(name: str) -> None:
    assert has_local_storage(name)


@pytest.mark.parametrize("name", ["ml.m5.large", "ml.c5n.large", "ml.p3.2xlarge", "ml.inf2.xlarge", "ml.t3.medium"])
def test_types_on_volumes_are_known(name: str) -> None:
    assert not has_local_storage(name)


# ---- completeness, against every operation that SageMaker has


def _members(shape: Shape, seen: frozenset[str] = frozenset()) -> Iterator[str]:
    if shape.type_name == "structure" and shape.name not in seen:
        for name, member in shape.members.items():
            yield name
            yield from _members(member, seen | {shape.name})
    elif shape.type_name == "list":
        yield from _members(shape.member, seen)
    elif shape.type_name == "map":
        yield from _members(shape.value, seen)


def test_every_operation_that_may_come_to_run_something_is_a_way_to_compute() -> None:
    """Fails when SageMaker learns another: put it into catalog/compute.py, with its keys, denied, or with a reason."""
    signs = {"VpcConfig", "Subnets", "SubnetIds", "SubnetId", "InstanceType", "InstanceTypes", "KmsKeyId"}
    signs |= {"VolumeKmsKeyId", "NetworkConfig", "EnableInterContainerTrafficEncryption", "Image", "ImageUri"}
    signs |= {"TrainingImage", "StudioLifecycleConfigContent", "NotebookInstanceLifecycleConfigHook", "OnStart"}
    looks_or_ends = ("Describe", "List", "Search", "Get", "Delete", "Stop")
    asking = {
        name
        for name in OPERATIONS
        if not name.startswith(looks_or_ends)
        and (shape := MODEL.operation_model(name).input_shape) is not None
        and any(member in signs or member.endswith("RoleArn") for member in _members(shape))
    }
    assert asking - WAYS_TO_COMPUTE.keys() == set()


def test_every_way_to_compute_is_an_operation_and_has_one_bound() -> None:
    assert WAYS_TO_COMPUTE.keys() - OPERATIONS == set()
    assert [
        name for name, way in WAYS_TO_COMPUTE.items() if sum((bool(way.keys), way.denied, bool(way.because))) != 1
    ] == []


def test_the_boundary_denies_outright_the_ways_that_the_list_denies() -> None:
    assert set(denied_operations()) == DENIED_OUTRIGHT


def test_every_job_that_can_be_created_is_a_way_to_compute() -> None:
    jobs = {name for name in OPERATIONS if name.startswith("Create") and "Job" in name}
    assert jobs - WAYS_TO_COMPUTE.keys() == {"CreateModelCardExportJob"}, "it writes a card as a document"


@pytest.mark.parametrize(
    ("group", "key"),
    [
        ("NEED_VPC", "sagemaker:VpcSubnets"),
        ("NEED_VOLUME_KEY", "sagemaker:VolumeKmsKey"),
        ("NEED_VOLUME_KEY_WITHOUT_LOCAL_STORAGE", "sagemaker:VolumeKmsKey"),
        ("NEED_OUTPUT_KEY", "sagemaker:OutputKmsKey"),
        ("NEED_ENCRYPTED_TRAFFIC", "sagemaker:InterContainerTrafficEncryption"),
    ],
)
def test_a_pattern_fits_only_actions_that_carry_the_key_or_are_denied_anyway(group: str, key: str) -> None:
    fitting = spelled_out(getattr(prevention, group)) - DENIED_OUTRIGHT
    assert fitting <= CARRIED[key]
    assert fitting


def test_every_pattern_fits_something() -> None:
    for statement in preventive_statements(TYPES):
        for pattern in statement.actions:
            assert spelled_out([pattern]), pattern


# ---- sizes and the organization's form


def test_the_statements_leave_a_boundary_half_of_its_characters() -> None:
    assert len("".join(document(*preventive_statements(TYPES)).split())) <= 3_000


def test_the_service_control_policy_fits_with_forty_instance_types() -> None:
    types = [f"ml.m5.{size}xlarge" for size in range(40)]
    text = service_control_policy(SCOPE, owners=[OWNER], instance_types=types)
    assert len(text) <= prevention.SCP_CHARACTERS
    assert ": " not in text


def test_a_service_control_policy_over_the_limit_says_what_to_shorten() -> None:
    types = [f"ml.m5.{size}xlarge" for size in range(600)]
    with pytest.raises(BadStatement, match="AWS allows 10240: name fewer instance types"):
        service_control_policy(SCOPE, owners=[OWNER], instance_types=types)


def scp_denies(action: str, resource: str, role: str) -> bool:
    policy = json.loads(service_control_policy(SCOPE, owners=[OWNER], instance_types=TYPES))
    full = {"Statement": [{"Sid": "Full", "Effect": "Allow", "Action": "*", "Resource": "*"}]}
    question = AuthorizationRequest(
        id="1",
        principal=f"arn:aws:iam::111111111111:role/{role}",
        account="111111111111",
        owner="111111111111",
        action=action,
        resource=resource,
        identity=[{"Version": "2012-10-17", **full}],
        scps=[[{"Version": "2012-10-17", **full}, policy]],
    )
    return not decide(question).allowed


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("cloudtrail:StopLogging", "arn:aws:cloudtrail:eu-west-1:111111111111:trail/mlops-foundation-trail"),
        ("guardduty:DeleteDetector", "arn:aws:guardduty:eu-west-1:111111111111:detector/1"),
        ("iam:CreatePolicyVersion", "arn:aws:iam::111111111111:policy/mlops/foundation/mlops-boundary"),
        ("iam:DeleteRolePermissionsBoundary", "arn:aws:iam::111111111111:role/mlops/projects/a/mlops-a-training"),
        ("iam:UpdateAssumeRolePolicy", "arn:aws:iam::111111111111:role/mlops/foundation/mlops-deployer"),
    ],
)
def test_only_owners_change_what_guards_an_account(action: str, resource: str) -> None:
    assert scp_denies(action, resource, "mlops/foundation/mlops-deployer")
    assert not scp_denies(action, resource, "owner")


def test_nobody_leaves_the_organization_not_even_an_owner() -> None:
    assert scp_denies("organizations:LeaveOrganization", "*", "owner")


def test_other_work_is_not_the_policys_business() -> None:
    assert not scp_denies("s3:PutObject", "arn:aws:s3:::mlops-dev-data/one", "mlops/foundation/mlops-deployer")
