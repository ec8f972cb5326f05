"""Which resource types the rules look at, which need no rule, and which nobody has looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache

from policies.pack.captured import CapturedStack
from policies.pack.rules import RULES

# Type -> why it needs no rule. Any other type that no rule looks at is named by `policies.check`.
WITHOUT_RULE: Mapping[str, str] = {
    "aws:accessanalyzer/analyzer:Analyzer": "it reports access and gives none",
    "aws:apigateway/account:Account": "it names the role that writes an account's API logs, and roles are judged",
    "aws:cfg/deliveryChannel:DeliveryChannel": "it only writes what AWS Config records, into a bucket that is judged",
    "aws:cfg/rule:Rule": "it reports what AWS Config finds and changes nothing",
    "aws:cloudwatch/eventRule:EventRule": "it chooses events, and the targets that get them are judged",
    "aws:ec2/eip:Eip": "an address leads nowhere by itself, and gateways and routes are judged",
    "aws:ec2/routeTableAssociation:RouteTableAssociation": "it joins a subnet and a table, which are both judged",
    "aws:guardduty/detectorFeature:DetectorFeature": "it adds to what a detector looks at",
    "aws:iam/serviceLinkedRole:ServiceLinkedRole": "AWS writes its policy, and nobody can change it",
    "aws:kms/alias:Alias": "it is a name, and the key is judged",
    "aws:lambda/invocation:Invocation": "it calls a function once, with the rights of whoever brings the stack up",
    "aws:macie2/account:Account": "it switches reports on and gives no access",
    "aws:macie2/classificationJob:ClassificationJob": "it reports what buckets hold, by Macie's own role",
    "aws:organizations/policy:Policy": "a policy of an organization only takes away",
    "aws:organizations/policyAttachment:PolicyAttachment": "a policy of an organization only takes away",
    "aws:resourcegroups/group:Group": "it is a view of resources that are judged",
    "aws:s3/bucketObjectv2:BucketObjectv2": "its bucket is judged, and has no access control lists by rule",
    "aws:securityhub/account:Account": "it switches reports on and gives no access",
    "aws:securityhub/standardsSubscription:StandardsSubscription": "it adds reports and gives no access",
    "aws:wafv2/webAcl:WebAcl": "it only refuses requests",
    "aws:wafv2/webAclAssociation:WebAclAssociation": "it only has requests refused",
    "pulumi:pulumi:StackReference": "it reads another stack's outputs",
}


@cache
def types_looked_at() -> frozenset[str]:
    """Types that a rule judges, or reads to judge another."""
    return frozenset(token for rule in RULES for token in (*rule.types, *rule.related_types))


def types_without_rule(stacks: Iterable[CapturedStack]) -> Counter[str]:
    """How many resources there are of each type that no rule looks at and that nobody has said to need none.

    Components count for nothing: they are in no cloud, and what they are made of is judged.
    """
    known = types_looked_at() | WITHOUT_RULE.keys()
    return Counter(
        resource.type for stack in stacks for resource in stack.inputs if resource.custom and resource.type not in known
    )
