"""Who did what in an account, kept where whoever did it cannot change it."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

F = aws.cloudtrail.TrailAdvancedEventSelectorFieldSelectorArgs


@dataclass(frozen=True, kw_only=True)
class TrailArgs:
    """Name of the trail, where its files go, and whose objects it watches.

    `watched` is an ARN prefix of buckets; of those, `unwatched` ones are left out: a trail that watches its own bucket
    writes about its writing.
    """

    name: str
    bucket: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    watched: str
    unwatched: str


class Trail(pulumi.ComponentResource):
    """A trail of all regions: every change, who called, and reads and writes of the platform's objects.

    Its files are encrypted with a key of their own and signed in digests, so that a changed or missing file shows.
    """

    def __init__(self, name: str, args: TrailArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlops:detection:Trail", name, None, opts)
        self.trail = aws.cloudtrail.Trail(
            f"{name}-trail",
            name=args.name,
            s3_bucket_name=args.bucket,
            kms_key_id=args.key_arn,
            is_multi_region_trail=True,
            include_global_service_events=True,
            enable_log_file_validation=True,
            enable_logging=True,
            advanced_event_selectors=_selectors(args),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn = self.trail.arn
        self.register_outputs({"arn": self.arn})


def _selectors(args: TrailArgs) -> list[aws.cloudtrail.TrailAdvancedEventSelectorArgs]:
    """Changes in full; objects of the platform alone, since each recorded read and write costs."""
    management = [F(field="eventCategory", equals=["Management"])]
    objects = [
        F(field="eventCategory", equals=["Data"]),
        F(field="resources.type", equals=["AWS::S3::Object"]),
        F(field="resources.ARN", starts_withs=[args.watched], not_starts_withs=[args.unwatched]),
    ]
    return [
        aws.cloudtrail.TrailAdvancedEventSelectorArgs(name="Changes", field_selectors=management),
        aws.cloudtrail.TrailAdvancedEventSelectorArgs(name="Objects of the platform", field_selectors=objects),
    ]
