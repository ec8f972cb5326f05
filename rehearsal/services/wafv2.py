"""AWS WAF: web ACLs with managed rule groups and rate rules. Actions: Service Authorization Reference, "AWS WAF V2".

Rules are kept here and asked by `rehearsal/apigateway`. A statement that nobody has written down there is refused when
the web ACL is made.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.service_model.emulator import EmulatedOperation, Members, ServiceRecords, ServiceRefusal
from rehearsal.service_model.required_action import (
    ApiRequest,
    Operations,
    RequiredAction,
    Right,
    arn_template,
    requires,
)
from rehearsal.service_model.resource_type import ApiCall, ReadCall, ResourceType
from rehearsal.service_model.sample import Sample
from rehearsal.service_model.service import AwsService
from rehearsal.service_model.tagging import TagOperations

WEB_ACLS, ASSOCIATIONS = "web-acl", "web-acl-association"
# The groups of AWS that are looked at here, with their capacity (AWS WAF Developer Guide, "AWS Managed Rules rule
# groups list").
MANAGED_GROUPS: Mapping[str, int] = {
    "AWSManagedRulesCommonRuleSet": 700,
    "AWSManagedRulesKnownBadInputsRuleSet": 200,
    "AWSManagedRulesAmazonIpReputationList": 25,
}
_WINDOWS = (60, 120, 300, 600)
_STATEMENTS = ("ManagedRuleGroupStatement", "RateBasedStatement")


def _invalid(message: str) -> ServiceRefusal:
    return ServiceRefusal("WAFInvalidParameterException", message)


@aws_behavior(
    "botocore, wafv2 RateBasedStatement: Limit 10 to 2,000,000,000, EvaluationWindowSec 60, 120, 300 or 600",
    'AWS WAF Developer Guide, "Rate-based rule statement"',
)
def require_rules(rules: Any) -> list[Members]:
    """Rules have names and priorities of their own, one known statement, and an action that fits it."""
    found = [dict(rule) for rule in rules or ()]
    for member in ("Name", "Priority"):
        values = [rule.get(member) for rule in found]
        if len(set(values)) != len(values):
            raise _invalid(f"{member} must be unique in a web ACL: {values}")
    for rule in found:
        statement = rule.get("Statement") or {}
        if len(statement) != 1 or next(iter(statement)) not in _STATEMENTS:
            raise _invalid(f"rule {rule.get('Name')}: one of {', '.join(_STATEMENTS)} is rehearsed, got {[*statement]}")
        if not rule.get("VisibilityConfig"):
            raise _invalid(f"rule {rule.get('Name')}: VisibilityConfig is required")
        if "RateBasedStatement" in statement:
            _require_rate(rule, statement["RateBasedStatement"])
        else:
            _require_group(rule, statement["ManagedRuleGroupStatement"])
    return found


def _require_rate(rule: Mapping[str, Any], stated: Mapping[str, Any]) -> None:
    window, limit = int(stated.get("EvaluationWindowSec") or 300), int(stated.get("Limit") or 0)
    if stated.get("AggregateKeyType") != "IP" or stated.get("ScopeDownStatement"):
        raise _invalid(f"rule {rule['Name']}: only rates by IP, without a scope-down statement, are rehearsed")
    if window not in _WINDOWS or not 10 <= limit <= 2_000_000_000:
        raise _invalid(f"rule {rule['Name']}: Limit {limit} in {window} s: at least 10, in one of {_WINDOWS}")
    if "Action" not in rule or "OverrideAction" in rule:
        raise _invalid(f"rule {rule['Name']}: a rate rule has an Action and no OverrideAction")


def _require_group(rule: Mapping[str, Any], stated: Mapping[str, Any]) -> None:
    if stated.get("VendorName") != "AWS" or stated.get("Name") not in MANAGED_GROUPS:
        raise _invalid(f"rule {rule['Name']}: managed groups rehearsed are {', '.join(MANAGED_GROUPS)}")
    unknown = sorted(set(stated) - {"VendorName", "Name", "RuleActionOverrides"})
    if unknown:
        raise _invalid(f"rule {rule['Name']}: {', '.join(unknown)} is not rehearsed")
    if "OverrideAction" not in rule or "Action" in rule:
        raise _invalid(f"rule {rule['Name']}: a managed group has an OverrideAction and no Action")


def create(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """CreateWebACL."""
    name = str(given.get("Name"))
    if given.get("Scope") != "REGIONAL":
        raise _invalid(f"scope {given.get('Scope')}: REGIONAL is rehearsed")
    if any(each["Name"] == name for each in records.all(WEB_ACLS).values()):
        raise ServiceRefusal("WAFDuplicateItemException", "AWS WAF couldn't perform the operation: the name is taken.")
    id_ = str(uuid.uuid4())
    arn = records.arn("wafv2", f"regional/webacl/{name}/{id_}")
    acl: Members = {
        "Name": name,
        "Id": id_,
        "ARN": arn,
        "Description": given.get("Description") or "",
        "DefaultAction": given["DefaultAction"],
        "Rules": require_rules(given.get("Rules")),
        "VisibilityConfig": given["VisibilityConfig"],
        "Capacity": _capacity(given.get("Rules")),
        "ManagedByFirewallManager": False,
        "LabelNamespace": f"awswaf:{records.account}:webacl:{name}:",
        "_lock": str(uuid.uuid4()),
        "_tags": {tag["Key"]: tag["Value"] for tag in given.get("Tags") or ()},
    }
    records.all(WEB_ACLS)[arn] = acl
    return {"Summary": _summary(acl)}


def _capacity(rules: Any) -> int:
    groups = [rule["Statement"].get("ManagedRuleGroupStatement") for rule in rules or ()]
    return sum(MANAGED_GROUPS[group["Name"]] if group else 2 for group in groups)


def _summary(acl: Mapping[str, Any]) -> Members:
    return {**{name: acl[name] for name in ("Name", "Id", "ARN", "Description")}, "LockToken": acl["_lock"]}


def _acl(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    for each in records.all(WEB_ACLS).values():
        if given.get("ARN") == each["ARN"] or (each["Name"], each["Id"]) == (given.get("Name"), given.get("Id")):
            return each
    raise ServiceRefusal("WAFNonexistentItemException", "AWS WAF couldn't perform the operation: no such web ACL.")


def _locked(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    found = _acl(records, given)
    if given.get("LockToken") != found["_lock"]:
        raise ServiceRefusal("WAFOptimisticLockException", "AWS WAF couldn't save your changes: the lock token is old.")
    return found


def get(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """GetWebACL."""
    found = _acl(records, given)
    return {"WebACL": {k: v for k, v in found.items() if not k.startswith("_")}, "LockToken": found["_lock"]}


def list_all(records: ServiceRecords, _: Mapping[str, Any]) -> Members:
    """ListWebACLs."""
    return {"WebACLs": [_summary(each) for each in records.all(WEB_ACLS).values()]}


def update(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """UpdateWebACL."""
    found = _locked(records, given)
    rules = require_rules(given.get("Rules"))
    for name in ("DefaultAction", "Description", "VisibilityConfig"):
        if given.get(name) is not None:
            found[name] = given[name]
    found.update(Rules=rules, Capacity=_capacity(rules), _lock=str(uuid.uuid4()))
    return {"NextLockToken": found["_lock"]}


def delete(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """DeleteWebACL: one that is associated stays."""
    found = _locked(records, given)
    if found["ARN"] in records.all(ASSOCIATIONS).get("stages", {}).values():
        raise ServiceRefusal(
            "WAFAssociatedItemException", "AWS WAF couldn't perform the operation: the web ACL is associated."
        )
    del records.all(WEB_ACLS)[found["ARN"]]
    return {}


def associate(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """AssociateWebACL, with a stage of a REST API."""
    resource, acl = str(given.get("ResourceArn")), _acl(records, {"ARN": given.get("WebACLArn")})
    require_stage(records, resource)
    records.all(ASSOCIATIONS).setdefault("stages", {})[resource] = acl["ARN"]
    return {}


@aws_behavior(
    "botocore, wafv2 AssociateWebACL: arn:partition:apigateway:region::/restapis/api-id/stages/stage-name",
)
def require_stage(records: ServiceRecords, arn: str) -> None:
    """A web ACL is associated with a stage that is there, by API Gateway's ARN of it."""
    words = arn.partition("::/")[2].split("/")
    stem = f"arn:aws:apigateway:{records.region}::/"
    apis = records.all("rest-api")
    well_formed = arn.startswith(stem) and len(words) == 4 and (words[0], words[2]) == ("restapis", "stages")
    if not well_formed or words[3] not in apis.get(words[1], {}).get("_stages", {}):
        raise ServiceRefusal(
            "WAFUnavailableEntityException" if well_formed else "WAFInvalidParameterException",
            f"AWS WAF couldn't retrieve the resource that you requested: {arn}",
        )


def disassociate(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """DisassociateWebACL."""
    records.all(ASSOCIATIONS).setdefault("stages", {}).pop(str(given.get("ResourceArn")), None)
    return {}


def of_resource(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """GetWebACLForResource."""
    arn = records.all(ASSOCIATIONS).get("stages", {}).get(str(given.get("ResourceArn")))
    return {"WebACL": get(records, {"ARN": arn})["WebACL"]} if arn else {}


def tag_resource(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """TagResource."""
    found = _acl(records, {"ARN": given.get("ResourceARN")})
    found["_tags"].update({tag["Key"]: tag["Value"] for tag in given.get("Tags") or ()})
    return {}


def untag_resource(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """UntagResource."""
    found = _acl(records, {"ARN": given.get("ResourceARN")})
    for key in given.get("TagKeys") or ():
        found["_tags"].pop(key, None)
    return {}


def list_tags(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """ListTagsForResource."""
    found = _acl(records, {"ARN": given.get("ResourceARN")})
    tags = [{"Key": key, "Value": value} for key, value in found["_tags"].items()]
    return {"TagInfoForResource": {"ResourceARN": found["ARN"], "TagList": tags}}


EMULATED: Mapping[str, EmulatedOperation] = {
    "AssociateWebACL": associate,
    "CreateWebACL": create,
    "DeleteWebACL": delete,
    "DisassociateWebACL": disassociate,
    "GetWebACL": get,
    "GetWebACLForResource": of_resource,
    "ListTagsForResource": list_tags,
    "ListWebACLs": list_all,
    "TagResource": tag_resource,
    "UntagResource": untag_resource,
    "UpdateWebACL": update,
}

_NEW = arn_template("wafv2", "regional/webacl/{Name}/*")
_ACL = arn_template("wafv2", "regional/webacl/{Name}/{Id}")


@aws_behavior(
    'Service Authorization Reference, "AWS WAF V2" and "Amazon API Gateway Management": SetWebACL',
    "CloudFormation resource schema, AWS::WAFv2::WebACLAssociation: apigateway:SetWebACL",
)
def association_rights(request: ApiRequest) -> list[Right]:
    """Whoever associates a web ACL must be allowed so on the ACL, on the stage, and SetWebACL by API Gateway."""
    stage, acl = (str(request.parameters.get(name, "*")) for name in ("ResourceArn", "WebACLArn"))
    action = f"wafv2:{request.operation}"
    found = [Right(action=action, resource=stage), Right(action="apigateway:SetWebACL", resource=stage)]
    return [*found, Right(action=action, resource=acl)] if "WebACLArn" in request.parameters else found


OPERATIONS: Operations = {
    "AssociateWebACL": (association_rights,),
    "CreateWebACL": (
        *requires("wafv2:CreateWebACL", _NEW, tags="Tags"),
        RequiredAction(action="wafv2:TagResource", resource=_NEW, tags="Tags", when="Tags"),
    ),
    "DeleteWebACL": requires("wafv2:DeleteWebACL", _ACL),
    "DisassociateWebACL": (association_rights,),
    "GetWebACL": requires("wafv2:GetWebACL", _ACL),
    "GetWebACLForResource": requires("wafv2:GetWebACLForResource", "{ResourceArn}"),
    "ListTagsForResource": requires("wafv2:ListTagsForResource", "{ResourceARN}"),
    "ListWebACLs": requires("wafv2:ListWebACLs"),
    "TagResource": requires("wafv2:TagResource", "{ResourceARN}", tags="Tags"),
    "UntagResource": requires("wafv2:UntagResource", "{ResourceARN}", context_keys={"aws:TagKeys": "TagKeys"}),
    "UpdateWebACL": requires("wafv2:UpdateWebACL", _ACL),
}

ASSOCIATION = ResourceType(
    type="aws:wafv2/webAclAssociation:WebAclAssociation",
    create=ApiCall(operation="AssociateWebACL", members={"webAclArn": "WebACLArn"}),
    id="{webAclArn},{resourceArn}",
    read_after_create=False,
    read=ReadCall(operation="GetWebACLForResource", parameters={"ResourceArn": "{resourceArn}"}, path="WebACL && @"),
    replace_on=("resourceArn", "webAclArn"),
    delete=(ApiCall(operation="DisassociateWebACL", parameters={"ResourceArn": "{resourceArn}"}),),
    not_compared={"resourceArn": "of the request", "webAclArn": "AWS answers the web ACL"},
    sample=Sample(
        {
            "resourceArn": "${aws:apigateway/stage:Stage.arn}",
            "webAclArn": "${aws:wafv2/webAcl:WebAcl.arn}",
        }
    ),
)
_SWITCHES = {"cloudwatchMetricsEnabled": True, "metricName": "sample", "sampledRequestsEnabled": False}
_DELETED = {"Name": "{name}", "Scope": "{scope}", "Id": "{id}", "LockToken": "{lockToken}"}
WEB_ACL = ResourceType(
    type="aws:wafv2/webAcl:WebAcl",
    create=ApiCall(operation="CreateWebACL", members={"rules.statement": "Statement"}),
    id="Summary.Id",
    name="name",
    read=ReadCall(
        operation="GetWebACL",
        parameters={"Name": "{name}", "Scope": "{scope}", "Id": "{id}"},
        outputs={"arn": "WebACL.ARN", "lockToken": "LockToken", "capacity": "WebACL.Capacity"},
        only_outputs=True,
    ),
    update=(
        ApiCall(
            operation="UpdateWebACL",
            properties=("defaultAction", "description", "rules", "visibilityConfig"),
            transform=lambda _, resource: {
                name: resource[name]
                for name in ("defaultAction", "description", "rules", "visibilityConfig")
                if name in resource
            },
            parameters=_DELETED,
        ),
    ),
    replace_on=("name", "scope"),
    delete=(ApiCall(operation="DeleteWebACL", parameters=_DELETED),),
    outputs={"arn": "Summary.ARN"},
    tagging=TagOperations(parameters={"ResourceARN": "{arn}"}),
    sample=Sample(
        {
            "name": "sample-acl",
            "scope": "REGIONAL",
            "defaultAction": {"allow": {}},
            "description": "A sample",
            "rules": [
                {
                    "name": "rate",
                    "priority": 1,
                    "action": {"block": {}},
                    "statement": {"rateBasedStatement": {"limit": 1000, "aggregateKeyType": "IP"}},
                    "visibilityConfig": _SWITCHES,
                }
            ],
            "visibilityConfig": _SWITCHES,
        },
        update={"description": "Another"},
    ),
)

SERVICE = AwsService(name="wafv2", operations=OPERATIONS, emulated=EMULATED, resource_types=(WEB_ACL, ASSOCIATION))
