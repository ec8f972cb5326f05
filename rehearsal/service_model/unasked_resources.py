"""Resource types that an IAM action names and that no request here is decided on, each with its reason.

A type with an asterisk in the Service Authorization Reference is never among them: every request is decided on those.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True, kw_only=True)
class Unasked:
    """Types of some actions (patterns, in lower case as the types are) that no operation of a table asks about."""

    actions: Sequence[str]
    types: Sequence[str]
    reason: str

    def covers(self, action: str, type_name: str) -> bool:
        """Whether it says why the action is not asked on the type."""
        return type_name in self.types and any(fnmatchcase(action.lower(), pattern) for pattern in self.actions)


UNASKED: Sequence[Unasked] = (
    Unasked(
        actions=["apigateway:delete", "apigateway:get", "apigateway:patch", "apigateway:post", "apigateway:put"],
        types=[
            "accesslogsettings",
            "account",
            "api",
            "apikey",
            "apikeys",
            "apimapping",
            "apimappings",
            "apis",
            "authorizer",
            "authorizers",
            "authorizerscache",
            "basepathmapping",
            "basepathmappings",
            "clientcertificate",
            "clientcertificates",
            "cors",
            "deployment",
            "deployments",
            "documentationpart",
            "documentationparts",
            "documentationversion",
            "documentationversions",
            "domainname",
            "domainnameaccessassociation",
            "domainnameaccessassociations",
            "domainnames",
            "exportedapi",
            "gatewayresponse",
            "gatewayresponses",
            "integration",
            "integrationresponse",
            "integrationresponses",
            "integrations",
            "method",
            "methodresponse",
            "model",
            "models",
            "modeltemplate",
            "privatebasepathmapping",
            "privatebasepathmappings",
            "privatedomainname",
            "requestvalidator",
            "requestvalidators",
            "resource",
            "resources",
            "restapi",
            "restapis",
            "route",
            "routerequestparameter",
            "routeresponse",
            "routeresponses",
            "routes",
            "routesettings",
            "sdk",
            "stage",
            "stages",
            "tags",
            "template",
            "usageplan",
            "usageplankey",
            "usageplankeys",
            "usageplans",
            "vpclink",
            "vpclinks",
        ],
        reason="The action is the verb alone: a request names one resource, by its path, whatever its type",
    ),
    Unasked(
        actions=["apigateway:updaterestapipolicy"],
        types=["restapi", "restapis"],
        reason="An API that is about to be made has no id yet, and one that is there is named by its own",
    ),
    Unasked(
        actions=["s3:*"],
        types=["accesspoint", "accesspointobject"],
        reason="Buckets have no access points",
    ),
    Unasked(
        actions=["cloudtrail:getinsightselectors", "cloudtrail:putinsightselectors"],
        types=["eventdatastore"],
        reason="Events are kept by trails alone",
    ),
    Unasked(
        actions=["cloudwatch:getmetricdata", "cloudwatch:putmetricalarm", "cloudwatch:putmetricdata"],
        types=["dataset"],
        reason="Metrics are CloudWatch's own: no data set is made",
    ),
    Unasked(
        actions=["ec2:allocateaddress", "ec2:createsubnet", "ec2:createvpc"],
        types=["ipam-pool", "ipv4pool-ec2", "ipv6pool-ec2"],
        reason="Addresses come from AWS and from the settings, not from a pool",
    ),
    Unasked(
        actions=["ec2:associateroutetable", "ec2:disassociateroutetable"],
        types=["internet-gateway", "ipv4pool-ec2", "ipv6pool-ec2", "vpn-gateway"],
        reason="Tables are associated with subnets",
    ),
    Unasked(
        actions=["ec2:disassociateroutetable"],
        types=["subnet"],
        reason="The request names the association alone, and the deployer's right on subnets is the same statement's",
    ),
    Unasked(
        actions=["ec2:createflowlogs"],
        types=["natgateway", "network-interface", "subnet", "transit-gateway", "transit-gateway-attachment"],
        reason="Flow logs are a VPC's",
    ),
    Unasked(actions=["ec2:createnatgateway"], types=["vpc"], reason="Gateways are a subnet's: none is regional"),
    Unasked(actions=["ec2:modifysecuritygrouprules"], types=["prefix-list"], reason="A rule keeps what it refers to"),
    Unasked(
        actions=["elasticfilesystem:describemounttargets"],
        types=["access-point"],
        reason="Mount targets are looked for by file system",
    ),
    Unasked(actions=["events:*eventbus", "events:putevents"], types=["event-busv2"], reason="Buses are of one kind"),
    Unasked(
        actions=["organizations:*"],
        types=["account", "organizationalunit", "policy", "resourcepolicy", "responsibilitytransfer", "root"],
        reason="Targets' ids do not tell their organization, which is in their ARNs; whoever owns the account asks",
    ),
    Unasked(
        actions=["sagemaker:createmodel"],
        types=["model-package"],
        reason="Asked of packages where the request names some: a model of a container names none",
    ),
    Unasked(
        actions=["sagemaker:createtrainingjob"],
        types=["reserved-capacity", "training-plan"],
        reason="Jobs run on demand",
    ),
    Unasked(actions=["sagemaker:invokeendpoint"], types=["inference-component"], reason="Endpoints have variants"),
    Unasked(
        actions=["sns:getsubscriptionattributes", "sns:setsubscriptionattributes", "sns:unsubscribe"],
        types=["topic"],
        reason="The request names a subscription, whose ARN goes on where the topic's ends; the right is on everything",
    ),
)
