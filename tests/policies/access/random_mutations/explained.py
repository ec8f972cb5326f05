"""Mutations that open access, as the evaluator sees it, and that no check has to notice: each kind with its reason."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.policies.access.random_mutations.judge import Judgement


@dataclass(frozen=True)
class Explanation:
    """Judgements whose operator, place and opening fit these patterns; why they are not noticed.

    `harmless`: nothing that matters is opened, so that nothing has to notice them. Others are work to be done.
    """

    operator: str
    where: str
    opens: str
    why: str
    harmless: bool = True

    def fits(self, one: Judgement) -> bool:
        """Whether it explains a judgement."""
        pairs = ((self.operator, one.operator), (self.where, one.where), (self.opens, one.opens))
        return all(re.search(pattern, text) for pattern, text in pairs)


EXPLANATIONS: tuple[Explanation, ...] = (
    Explanation(
        "",
        "VpcEndpoint .* the whole",
        "",
        "Harmless: the networks of the example have no other way out, so that the service is not reached at "
        "all; where settings add one, buckets and keys still ask for an endpoint.",
    ),
    Explanation(
        "",
        "Policy deployer-(?!boundary)",
        "mlops-deployer ",
        "By design: a deployer makes what the program declares, and rules judge that; its boundary, which "
        "theorems hold, is the most that it may do.",
    ),
    Explanation(
        "",
        "assumeRolePolicy",
        r"amazonaws\.com sts:AssumeRole (?=.*aws:SourceAccount=(\d+)).*::(?!\1)\d{12}:role",
        "To be done: a service may act here on behalf of another account of the platform; services-from-home "
        "should hold a trust to the role's own account.",
        harmless=False,
    ),
    Explanation(
        "",
        "assumeRolePolicy",
        r"amazonaws\.com sts:AssumeRole .*aws:Source(Arn=arn|Account=\d)",
        "Harmless: what is left of aws:SourceArn and aws:SourceAccount still names the account, and passing "
        "the role is judged.",
    ),
    Explanation(
        "",
        "",
        "s3:ListBucket ",
        "To be done: names of another project's objects are seen; project-walls should ask for s3:prefix.",
        harmless=False,
    ),
    Explanation(
        "",
        "",
        "cloudwatch:PutMetricData ",
        "To be done: metrics of another namespace, and so another project's alarms, may be fed; guards-stay "
        "should ask for cloudwatch:namespace.",
        harmless=False,
    ),
    Explanation(
        "swap_operator",
        "",
        "events:PutEvents .*event-bus/default",
        "Harmless: every event has a source, so that ForAllValues asks the same.",
    ),
    Explanation(
        "",
        "EventBusPolicy",
        "events:PutEvents ",
        "To be done: an account of another stage puts events on this bus; across-accounts-as-listed should "
        "list who does.",
        harmless=False,
    ),
    Explanation(
        "",
        "",
        "sagemaker:AddTags ",
        "To be done: a job without a project may be claimed for another one; tags of requests should be held "
        "to the own project.",
        harmless=False,
    ),
    Explanation(
        "drop_property",
        "Pipeline .* stages",
        "a pipeline lacks",
        "Harmless: without its packages or its rendering a later stage has no input and fails; "
        "way-to-production holds the approval and the test.",
    ),
    Explanation(
        "",
        "BucketPolicy trail-policy",
        "s3:DeleteObject",
        "To be done: evidence may be deleted beyond a prefix; evidence-whole should ask for every object. The "
        "matrix shows it.",
        harmless=False,
    ),
    Explanation(
        "add_resource",
        "TopicSubscription",
        "somebody reads alarms",
        "To be done: an address that the settings do not list reads alarms; configuration-stays-home should "
        "hold addresses of e-mail too.",
        harmless=False,
    ),
    Explanation(
        "",
        "BucketNotification",
        "",
        "To be done: nothing says which buckets must tell EventBridge; pipelines then start late or never, "
        "and give nobody access.",
        harmless=False,
    ),
    Explanation(
        "drop_resource",
        "Analyzer",
        "",
        "To be done: nothing says that an account must have an analyzer; guards-awake should.",
        harmless=False,
    ),
    Explanation(
        "widen_action",
        "RolePolicy",
        " ssm:DescribeParameters ",
        "Harmless: names of parameters, whose values are read by other actions.",
    ),
    Explanation(
        "action_to_not_action",
        "Key .* policy",
        ":user/|:role/of-nobody|:root ",
        "To be done: who administers a key also gets what its statement leaves out; duties of keys should ask "
        "every action.",
        harmless=False,
    ),
    Explanation(
        "drop_condition_key",
        "Key studio-key",
        "kms:",
        "To be done: a key of notebooks' volumes is used directly; keys-through-endpoints should speak of it too.",
        harmless=False,
    ),
    Explanation(
        "widen_condition_value",
        "RepositoryPolicy images-policy",
        r"^sagemaker\.amazonaws\.com ",
        "Harmless: SageMaker looks at images for one more account of the platform, whose roles are judged.",
    ),
    Explanation(
        "loosen_property",
        "Function .* code",
        "",
        "By design: an export has a digest of the code; what it is, the program and its review say.",
    ),
    Explanation(
        "loosen_property",
        "SecurityGroupEgressRule",
        "every port",
        "Harmless: every port, of the same endpoints alone.",
    ),
    Explanation(
        "swap_reference",
        "MetricAlarm .*QueueName",
        "",
        "To be done: a queue is left without its alarm; guards-awake should ask for one of each queue.",
        harmless=False,
    ),
    Explanation(
        "loosen_property",
        "Domain .* authMode",
        "",
        "To be done: IAM Identity Center signs people in to notebooks; guards-awake should ask for IAM.",
        harmless=False,
    ),
    Explanation(
        "widen_resource",
        "BucketPolicy",
        r"amazonaws\.com s3:GetBucketAcl .*/",
        "Harmless: an object has no such action; the bucket itself was named before.",
    ),
    Explanation(
        "add_statement_of_another",
        "RolePolicy flow-logs",
        "s3:GetObject",
        "To be done: a role of the platform, of no project and of nobody, reads what runs leave; project-walls "
        "should list which of those read any project's objects.",
        harmless=False,
    ),
    Explanation(
        "widen_condition_value",
        "Queue .* policy",
        r"^events\.amazonaws\.com sqs:SendMessage ",
        "To be done: other rules of the account leave messages; guards-awake should hold the rules by name.",
        harmless=False,
    ),
)


def explanation(one: Judgement) -> Explanation | None:
    """Why nothing notices it; None where nobody said so."""
    return next((each for each in EXPLANATIONS if each.fits(one)), None)
