"""The resources of the delivered template, as the StackSet execution role of a project meets them in an account."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from catalog.names import ProjectNames
from catalog.roles import RoleKind
from policies.access.graph import IamRole, PolicyGraph
from policies.access.graph.purposes import resources_with_purpose, roles_of_kind
from policies.access.matrix.delivery import MODEL_VPC_CONTEXT
from policies.access.published.handled_resources import HandledResources

# The copies of the templates that projects start from (`delivery`, which stands above, writes them): of the single
# endpoint, and beside it of every other shape of serving.
TEMPLATE = Path(__file__).resolve().parents[3] / "seed_code" / "model-deploy" / "template.json"
_SCALING = {"application-autoscaling:service-namespace": "sagemaker"}
_LINKED_SERVICE = "sagemaker.application-autoscaling.amazonaws.com"
_LINKED = f"role/aws-service-role/{_LINKED_SERVICE}/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"

# What the template gives each of these (`delivery/endpoint.py`), as SageMaker shows it to policies.
_WITH_KEYS = {
    "sagemaker:CreateModel": MODEL_VPC_CONTEXT,
    "sagemaker:CreateEndpointConfig": {"sagemaker:VolumeKmsKey": "arn:x"},
}


class UnknownResource(Exception):
    """The template has a type whose ARNs nobody has written down here."""


def delivered_types() -> list[str]:
    """The types of the templates."""
    templates = [TEMPLATE, *sorted((TEMPLATE.parent / "shapes").glob("*.json"))]
    found = [json.loads(path.read_text(encoding="utf-8"))["Resources"] for path in templates]
    return sorted({resource["Type"] for resources in found for resource in resources.values()})


def delivered_resources(graph: PolicyGraph) -> Iterator[HandledResources]:
    """Every type of the template, for every project and account that it is delivered to."""
    for role in roles_of_kind(graph, RoleKind.STACK_SET_EXECUTION):
        for type_name in delivered_types():
            yield _Delivery(graph, role).resources(type_name)


class _Delivery:
    """Names of what one project's StackSet makes in one account.

    Names that CloudFormation gives: StackSet-<set>-<id>-<logical id>-<random>, cut and in lower case (CloudFormation
    Template Reference, "Name type").
    """

    def __init__(self, graph: PolicyGraph, role: IamRole) -> None:
        self.graph, self.role, self.scope = graph, role, graph.scopes[role.stack]
        self.project, self.stage = role.project or "", graph.stages[role.stack]
        self.names = ProjectNames(self.scope.prefix, self.project)
        self.endpoint = self.names.endpoint(self.stage)
        given = "stackset-mlops-1f0c-{}-a1b2c3d4e5f6"
        self.model, self.config = (
            self.scope.arn("sagemaker", f"{kind}/{given.format(kind)}") for kind in ("model", "endpoint-config")
        )

    def resources(self, type_name: str) -> HandledResources:
        """One type. Raises UnknownResource for one without a row."""
        endpoint = self.scope.arn("sagemaker", f"endpoint/{self.endpoint}")
        rows = {
            "AWS::SageMaker::Model": ([self.model], [*self._model_role(), *self._packages()]),
            "AWS::SageMaker::EndpointConfig": ([self.config], [self.model, *self._keys("capture", "volumes")]),
            "AWS::SageMaker::Endpoint": ([endpoint], [self.config]),
            "AWS::CloudWatch::Alarm": ([self.scope.arn("cloudwatch", f"alarm:{self.endpoint}-5xx")], []),
            "AWS::ApplicationAutoScaling::ScalableTarget": ([self._target()], []),
            "AWS::ApplicationAutoScaling::ScalingPolicy": ([self._target()], []),
        }
        if type_name not in rows:
            raise UnknownResource(f"{type_name} is in the delivered template: say in {__name__} what its ARNs are")
        own, named = rows[type_name]
        tags = {"project": self.project, "stage": self.stage, "model-package": "arn:x"}
        scaling = type_name.startswith("AWS::ApplicationAutoScaling")
        return HandledResources(
            type_name=type_name,
            role=self.role,
            scope=self.scope,
            arns=own,
            named=named,
            tags=dict.fromkeys([*own, self.model, self.config], tags),
            conditions={
                **_WITH_KEYS,
                **(dict.fromkeys(_SCALED, _SCALING) if scaling else {}),
                "iam:CreateServiceLinkedRole": {"iam:AWSServiceName": _LINKED_SERVICE},
            },
            resources={"iam:CreateServiceLinkedRole": [self.scope.arn("iam", _LINKED, region="")]},
        )

    def _target(self) -> str:
        return self.scope.arn("application-autoscaling", "scalable-target/0a1b2c")

    def _model_role(self) -> list[str]:
        roles = roles_of_kind(self.graph, RoleKind.MODEL)
        return [role.arn for role in roles if role.stack == self.role.stack and role.project == self.project]

    def _packages(self) -> list[str]:
        groups = [group for group in self.graph.resources("group") if group.project == self.project]
        return [group.arn.replace(":model-package-group/", ":model-package/") + "/1" for group in groups]

    def _keys(self, *purposes: str) -> list[str]:
        keys = resources_with_purpose(self.graph, "key", *purposes)
        return [key.arn for key in keys if key.stack == self.role.stack]


# What carries the namespace: Service Authorization Reference, "AWS Application Auto Scaling".
_SCALED = tuple(
    f"application-autoscaling:{verb}"
    for verb in ("DeleteScalingPolicy", "DeregisterScalableTarget", "PutScalingPolicy", "RegisterScalableTarget")
)
